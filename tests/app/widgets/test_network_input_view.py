"""The input of the network is shown pixel by pixel, with a grid and a description."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import DARK, LIGHT, ThemeChoice
from app.widgets.network_input_view import NetworkInputView
from tests.app.theme_choice import apply_theme


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> NetworkInputView:
    apply_theme(qapp, ThemeChoice.LIGHT)
    view = NetworkInputView()
    qtbot.addWidget(view)
    view.resize(150, 143)  # five screen pixels per pixel, and a remainder
    return view


def test_every_pixel_is_a_square_of_its_grey_value(view: NetworkInputView) -> None:
    image = np.arange(784).reshape(28, 28).astype(np.uint8)
    view.set_image(image)
    shown = view.grab().toImage()
    ink, paper = QColor(LIGHT.ink).red(), QColor(LIGHT.paper).red()
    for row in range(28):
        for column in range(28):
            wanted = round(paper + (ink - paper) * int(image[row, column]) / 255)
            for dx, dy in ((1, 1), (3, 3), (2, 1)):  # the lines of the grid are at 0
                assert abs(shown.pixelColor(5 * column + dx, 5 * row + dy).red() - wanted) <= 1, (row, column)


def test_the_grid_has_27_lines(view: NetworkInputView) -> None:
    shown = view.grab().toImage()
    lines = sum(shown.pixelColor(x, 2) == QColor(LIGHT.grid) for x in range(140))
    assert lines == 27


def test_the_description_counts_the_pixels_with_ink(view: NetworkInputView) -> None:
    assert view.image is None
    assert "Nothing" in view.accessibleDescription()
    image = np.zeros((28, 28), np.uint8)
    image[4, 5:8] = 9
    view.set_image(image)
    assert view.accessibleDescription() == "3 of 784 pixels have ink."


def test_the_image_follows_the_theme(view: NetworkInputView, qapp: QApplication) -> None:
    view.set_image(np.full((28, 28), 255, np.uint8))
    apply_theme(qapp, ThemeChoice.DARK)
    assert view.grab().toImage().pixelColor(2, 2) == QColor(DARK.ink)
    apply_theme(qapp, ThemeChoice.LIGHT)


def test_another_shape_is_rejected(view: NetworkInputView) -> None:
    with pytest.raises(ValueError, match=r"must have the shape \(28, 28\)"):
        view.set_image(np.zeros((8, 8), np.uint8))
