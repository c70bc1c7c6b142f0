"""The images below a robustness curve show one digit as distorted as at each point."""

from __future__ import annotations

import itertools

import numpy as np
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.robustness_page import RobustnessPlot
from nncore.evaluation.robustness import DISTORTIONS, RobustnessPoint, distorted
from tests.app.tabs.evaluate.samples import result

ROTATION = DISTORTIONS[1]


def plot_with_points(qtbot: QtBot) -> RobustnessPlot:
    plot = RobustnessPlot(ROTATION)
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    with qtbot.waitExposed(plot):
        plot.show()
    plot.samples.set_sample(result().image(0))
    for strength in ROTATION.strengths:
        plot.add_point(RobustnessPoint(ROTATION, strength, 0.5, 100))
    return plot


def test_each_point_has_the_image_distorted_by_its_strength(qtbot: QtBot) -> None:
    plot = plot_with_points(qtbot)
    assert list(plot.samples.images) == list(ROTATION.strengths)
    image = result().image(0)
    assert image is not None
    np.testing.assert_array_equal(plot.samples.images[0.0], image)
    turned = 255 * distorted(image[None], ROTATION, 45.0)[0].reshape(image.shape)
    np.testing.assert_allclose(plot.samples.images[45.0], turned, atol=0.5)


def test_images_are_below_their_points_side_by_side(qtbot: QtBot) -> None:
    plot = plot_with_points(qtbot)
    places = [plot.samples.place_of(strength) for strength in ROTATION.strengths]
    for strength, place in zip(ROTATION.strengths, places, strict=True):
        assert abs(place.center().x() - plot._pixel_of(strength)) <= 1.5
    assert all(left.right() < right.left() for left, right in itertools.pairwise(places))
    assert places[0].width() >= 20


def test_a_cleared_curve_has_no_images_and_data_without_images_none(qtbot: QtBot) -> None:
    plot = plot_with_points(qtbot)
    plot.clear("")
    assert plot.samples.images == {}
    plot.samples.set_sample(None)
    plot.add_point(RobustnessPoint(ROTATION, 0, 0.5, 100))
    assert plot.samples.images == {}
