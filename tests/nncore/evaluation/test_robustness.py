"""Each distortion has its stated strength, and accuracy under it is reproducible."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.data.dataset import Dataset
from nncore.errors import DataError
from nncore.evaluation.robustness import DISTORTIONS, Distortion, distorted, robustness
from tests.nncore.example_data import small_mnist
from tests.nncore.mean_network import nearest_mean_network

NOISE, ROTATION, SHIFT, THICKNESS = DISTORTIONS


def images() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return small_mnist().training.images[:40]


@pytest.mark.parametrize("distortion", DISTORTIONS, ids=lambda each: each.name)
def test_strength_zero_does_not_change_the_images(distortion: Distortion) -> None:
    assert 0.0 in distortion.strengths
    np.testing.assert_allclose(distorted(images(), distortion, 0.0), images().reshape(40, -1) / 255, atol=1e-6)


def test_all_images_are_rotated_by_the_full_angle_in_one_direction() -> None:
    bar = np.zeros((30, 28, 28), np.uint8)
    bar[:, 2:6, 12:16] = 255  # above the middle
    clockwise = distorted(bar, ROTATION, 90.0).reshape(30, 28, 28)
    other_way = distorted(bar, ROTATION, -90.0).reshape(30, 28, 28)
    assert (clockwise[:, 12:16, 22:26] > 0.9).all()
    assert (other_way[:, 12:16, 2:6] > 0.9).all()


def test_a_shift_has_the_full_distance_in_random_directions() -> None:
    dot = np.zeros((60, 28, 28), np.uint8)
    dot[:, 14, 14] = 255
    moved = distorted(dot, SHIFT, 3.0).reshape(60, 28, 28)
    places = {divmod(int(image.argmax()), 28) for image in moved}
    assert places == {(11, 11), (11, 17), (17, 11), (17, 17)}


def test_thickness_changes_the_ink_and_noise_its_deviation() -> None:
    ink = distorted(images(), THICKNESS, 0.0).sum()
    assert distorted(images(), THICKNESS, -1.0).sum() < 0.85 * ink
    assert distorted(images(), THICKNESS, 1.0).sum() > 1.15 * ink
    paper = np.zeros((1, 28, 28), np.uint8)
    assert distorted(paper, NOISE, 0.3).std() > 2 * distorted(paper, NOISE, 0.1).std() > 0


def test_accuracy_falls_with_the_shift_and_is_reproducible() -> None:
    data = small_mnist()
    network = nearest_mean_network(data.training)
    points = list(robustness(network, data.training, [SHIFT], count=300))
    assert [point.strength for point in points] == list(SHIFT.strengths)
    assert {point.count for point in points} == {300}
    assert points[0].accuracy > 0.75
    assert points[0].accuracy > points[2].accuracy > points[4].accuracy
    assert points == list(robustness(network, data.training, [SHIFT], count=300))


def test_a_cancelled_robustness_run_yields_no_more_points() -> None:
    data = small_mnist()
    stop: list[bool] = []
    run = robustness(nearest_mean_network(data.training), data.training, count=50, cancelled=lambda: bool(stop))
    next(run)
    stop.append(True)
    assert list(run) == []


def test_data_without_images_or_classes_raises_an_error() -> None:
    network = nearest_mean_network(small_mnist().training)
    with pytest.raises(DataError, match="robustness can be measured only on images"):
        next(robustness(network, Dataset.from_floats([1.0], np.array([0]), ("a", "b"))))
    nothing = Dataset(np.zeros((2, 28, 28), np.uint8), np.array([-1, -1]), open_set=True)
    with pytest.raises(DataError, match="no image belongs"):
        next(robustness(network, nothing))
