"""Formulas are painted completely, in the size and colour of the text around them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from app.widgets.formula_image import formula_image, formula_svgs

FRACTION = r"\sigma'(z) = \sigma(z) (1 - \sigma(z)) \le \frac{1}{4}"
LINE = r"A = \text{ReLU}(X W + b)"


def ink(image: QImage) -> NDArray[np.uint8]:
    """How much of the formula is on each pixel, from 0 to 255."""
    alpha = image.convertToFormat(QImage.Format.Format_Alpha8)
    pixels = np.frombuffer(bytes(alpha.constBits()), np.uint8)
    return pixels.reshape(alpha.height(), alpha.bytesPerLine())[:, : alpha.width()]


def image_of(latex: str, size: float = 12, ratio: float = 1.0, colour: str = "black") -> QImage:
    font = QFont(QApplication.font())
    font.setPointSizeF(size)
    return formula_image(latex, font, QColor(colour), ratio)


@pytest.mark.parametrize("latex", formula_svgs())
def test_no_formula_is_cut_off(qapp: QApplication, latex: str) -> None:
    renderer = QSvgRenderer(QByteArray(formula_svgs()[latex].encode()))
    box = renderer.viewBoxF()
    renderer.setViewBox(box.adjusted(-0.5, -0.5, 0.5, 0.5))
    image = QImage(round(60 * (box.width() + 1)), round(60 * (box.height() + 1)), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        renderer.render(painter)
    drawn = ink(image) > 128
    assert drawn.sum() == drawn[29:-29, 29:-29].sum() > 0


def test_a_fraction_is_taller_than_a_line(qapp: QApplication) -> None:
    assert image_of(FRACTION).height() > 1.4 * image_of(LINE).height()


def test_the_baseline_is_a_quarter_of_the_x_height_below_the_middle(qapp: QApplication) -> None:
    font = QFont(QApplication.font())
    font.setPointSizeF(72)
    x_height = QFontMetricsF(font).xHeight()
    first_letter = ink(image_of(LINE, size=72))[:, : round(x_height)] > 128
    bottom = np.flatnonzero(first_letter.any(axis=1))[-1]
    assert bottom == pytest.approx(len(first_letter) / 2 + x_height / 4, abs=1.5)


def test_a_formula_has_the_size_of_the_font_and_the_colour_asked_for(qapp: QApplication) -> None:
    assert image_of(FRACTION, 36).width() == pytest.approx(3 * image_of(FRACTION, 12).width(), rel=0.05)
    image = image_of(FRACTION, 36, colour="#c04010")
    row, column = np.argwhere(ink(image) == 255)[0]
    assert image.pixelColor(int(column), int(row)).name() == "#c04010"


def test_a_fine_screen_gets_more_pixels_for_the_same_size(qapp: QApplication) -> None:
    coarse, fine = image_of(FRACTION), image_of(FRACTION, ratio=2.0)
    assert fine.width() == 2 * coarse.width()
    assert fine.deviceIndependentSize() == coarse.deviceIndependentSize()
