"""Strokes are painted as thin lines, and dots as dots."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import DARK, LIGHT, ThemeChoice
from app.tabs.draw.stroke_view import MAX_POINTS_SHOWN, StrokeView
from nncore.preprocessing.ink import BOX_SIDE, CENTRE, SIDE, Ink
from tests.app.theme_choice import apply_theme


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> StrokeView:
    apply_theme(qapp, ThemeChoice.LIGHT)
    view = StrokeView(1.0)
    qtbot.addWidget(view)
    view.resize(view.sizeHint())
    return view


def dark(image: QImage) -> list[tuple[int, int]]:
    """The positions of pixels with ink, without the border."""
    inner = range(2, image.width() - 2)
    return [(x, y) for x in inner for y in inner if image.pixelColor(x, y).lightness() < 128]


def stroke(*points: tuple[float, float]) -> Ink:
    return Ink((np.array(points, np.float32),))


def test_it_has_the_size_of_the_other_image_views(view: StrokeView) -> None:
    assert view.sizeHint().width() == view.sizeHint().height() == 4 * SIDE


def test_a_stroke_is_a_thin_line(view: StrokeView) -> None:
    assert dark(view.grab().toImage()) == []
    view.set_ink(stroke((0.25, 0.25), (0.75, 0.25)))
    inked = dark(view.grab().toImage())
    xs, ys = zip(*inked, strict=True)
    assert (min(xs), max(xs)) == pytest.approx((28, 84), abs=2)
    assert (min(ys), max(ys)) == pytest.approx((28, 28), abs=1)


def test_a_stroke_of_one_point_is_a_dot(view: StrokeView) -> None:
    view.set_ink(stroke((0.5, 0.5)))
    assert 4 <= len(dark(view.grab().toImage())) <= 25


def test_a_long_scribble_is_painted_quickly(view: StrokeView) -> None:
    scribble = np.random.default_rng(0).random((100_000, 2), np.float32)
    view.set_ink(Ink((scribble,)))
    assert sum(line.size() for line in view._lines(1.0)) <= MAX_POINTS_SHOWN + 1  # the last point is always painted
    assert len(dark(view.grab().toImage())) > 1000
    assert view.accessibleDescription() == "1 stroke."


def test_the_ends_of_a_long_stroke_are_kept(view: StrokeView) -> None:
    there = np.stack([np.linspace(0.2, 0.8, 5001), np.full(5001, 0.5)], axis=1)
    view.set_ink(Ink((there.astype(np.float32),)))
    xs = [x for x, _ in dark(view.grab().toImage())]
    assert (min(xs), max(xs)) == pytest.approx((0.2 * 112, 0.8 * 112), abs=2)


def test_the_box_can_be_shown(qtbot: QtBot) -> None:
    view = StrokeView(SIDE)
    qtbot.addWidget(view)
    view.resize(view.sizeHint())
    plain = view.grab().toImage()
    view.set_shows_box(True)
    boxed = view.grab().toImage()
    changed = [x for x in range(view.width()) for y in range(view.height()) if boxed.pixel(x, y) != plain.pixel(x, y)]
    edges = 4 * (CENTRE - BOX_SIDE / 2), 4 * (CENTRE + BOX_SIDE / 2)  # four screen pixels for each of 28
    assert (min(changed), max(changed)) == pytest.approx(edges, abs=1)
    view.set_shows_box(False)
    assert view.grab().toImage() == plain


def test_the_description_counts_the_strokes(view: StrokeView) -> None:
    assert "Nothing" in view.accessibleDescription()
    view.set_ink(Ink((np.ones((2, 2), np.float32), np.zeros((1, 2), np.float32))))
    assert view.accessibleDescription() == "2 strokes."


def test_it_follows_the_theme(view: StrokeView, qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.DARK)
    assert view.grab().toImage().pixelColor(50, 50) == QColor(DARK.paper)
    apply_theme(qapp, ThemeChoice.LIGHT)
    assert view.grab().toImage().pixelColor(50, 50) == QColor(LIGHT.paper)
