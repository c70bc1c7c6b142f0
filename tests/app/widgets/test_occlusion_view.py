"""The occlusion map tints the image and outlines its strongest part."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import DARK, LIGHT, ThemeChoice
from app.widgets.occlusion_view import OcclusionView, outline
from tests.app.theme_choice import apply_theme

SIDE = 28 * 8


@pytest.fixture
def shown(qapp: QApplication, qtbot: QtBot) -> OcclusionView:
    apply_theme(qapp, ThemeChoice.LIGHT)
    widget = OcclusionView()
    qtbot.addWidget(widget)
    widget.resize(SIDE, SIDE)
    return widget


def picture() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    image = np.zeros((28, 28), np.uint8)
    image[10, 4] = 255
    return image


def colour(image: QImage, row: int, column: int) -> QColor:
    return image.pixelColor(column * 8 + 4, row * 8 + 4)


def test_the_map_tints_and_outlines_the_image(shown: OcclusionView) -> None:
    looked = np.zeros((28, 28), np.float32)
    looked[20, 20], looked[20, 5] = 0.3, -0.3
    shown.show_image(picture(), looked)
    image = shown.grab().toImage()
    assert colour(image, 10, 4) == QColor(LIGHT.ink)
    assert colour(image, 2, 2) == QColor(LIGHT.paper)
    assert colour(image, 20, 5) == QColor(LIGHT.paper)  # negative values are not marked
    tint, marking = colour(image, 20, 20), QColor(LIGHT.validation)
    assert abs(tint.hue() - marking.hue()) <= 2
    assert tint.saturation() > 150
    edge = image.pixelColor(20 * 8 + 4, 20 * 8)
    assert edge == QColor(LIGHT.error)  # the outline is visible without the tint


def test_it_follows_the_theme(shown: OcclusionView, qapp: QApplication) -> None:
    shown.show_image(picture())
    apply_theme(qapp, ThemeChoice.DARK)
    try:
        image = shown.grab().toImage()
        assert colour(image, 10, 4) == QColor(DARK.ink)
        assert colour(image, 2, 2) == QColor(DARK.paper)
    finally:
        apply_theme(qapp, ThemeChoice.LIGHT)


def test_without_an_image_there_is_only_paper(shown: OcclusionView) -> None:
    shown.show_image(picture(), np.zeros((28, 28), np.float32))
    assert colour(shown.grab().toImage(), 10, 4) == QColor(LIGHT.ink)
    shown.show_image(None)
    assert colour(shown.grab().toImage(), 10, 4) == QColor(LIGHT.paper)


def test_the_outline_surrounds_the_mask() -> None:
    inside = np.zeros((3, 3), bool)
    inside[0, 0] = inside[0, 1] = True
    assert sorted(outline(inside)) == sorted(
        [(0, 0, 1, 0), (1, 0, 2, 0), (0, 1, 1, 1), (1, 1, 2, 1), (0, 0, 0, 1), (2, 0, 2, 1)]
    )


def test_an_image_of_another_shape_keeps_square_pixels(shown: OcclusionView) -> None:
    image = np.zeros((8, 16), np.uint8)
    image[6, 15] = 255
    shown.show_image(image)
    found = shown.grab().toImage()  # 14 screen pixels per pixel
    assert found.pixelColor(15 * 14 + 7, 6 * 14 + 7) == QColor(LIGHT.ink)
    assert found.pixelColor(15 * 14 + 7, 7 * 14 + 7) == QColor(LIGHT.paper)
