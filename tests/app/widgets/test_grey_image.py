"""Grey values become colours of the theme, with the resolution of the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app.style.theme import DARK, LIGHT, Colours
from app.widgets.grey_image import ink_image, thumbnail


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_grey_values_become_colours_from_paper_to_ink(qapp: QApplication, colours: Colours) -> None:
    image = np.array([[0, 255, 0], [0, 0, 128]], np.uint8)[:, ::-1]  # not contiguous, like some views of a data set
    picture = ink_image(image, colours)
    assert (picture.width(), picture.height()) == (3, 2)
    assert picture.pixelColor(0, 0) == QColor(colours.paper)
    assert picture.pixelColor(1, 0) == QColor(colours.ink)
    middle = picture.pixelColor(0, 1).red() - QColor(colours.paper).red()
    assert middle == pytest.approx((QColor(colours.ink).red() - QColor(colours.paper).red()) * 128 / 255, abs=1)


def test_a_thumbnail_has_the_resolution_of_its_screen(qapp: QApplication) -> None:
    image = np.zeros((28, 28), np.uint8)
    image[10, 4] = 255
    pixmap = thumbnail(image, 56, LIGHT, 2.0)
    assert (pixmap.width(), pixmap.deviceIndependentSize().width()) == (112, 56)
    assert pixmap.toImage().pixelColor(4 * 4 + 2, 10 * 4 + 2).lightness() < 128


def test_a_wide_picture_is_centred_in_its_thumbnail(qapp: QApplication) -> None:
    found = thumbnail(np.full((10, 40), 255, np.uint8), 40, LIGHT, 1.0).toImage()
    column = [found.pixelColor(20, y) for y in (5, 20, 35)]
    assert column == [QColor(LIGHT.paper), QColor(LIGHT.ink), QColor(LIGHT.paper)]


def test_a_tall_picture_is_centred_in_its_thumbnail(qapp: QApplication) -> None:
    found = thumbnail(np.full((40, 10), 255, np.uint8), 40, LIGHT, 1.0).toImage()
    row = [found.pixelColor(x, 20) for x in (13, 17, 22, 26)]
    assert row == [QColor(LIGHT.paper), QColor(LIGHT.ink), QColor(LIGHT.ink), QColor(LIGHT.paper)]
