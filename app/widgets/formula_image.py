"""Renders a formula as an image from the pictures that `resources.build_formulas` made."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from math import ceil

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

import resources

FORMULA_SIZE = 2.3
"""Size (em) of a formula in x-heights of the text around it; its own x-height is 0.47 em."""


@cache
def formula_svgs() -> dict[str, str]:
    """The SVG of each formula of the recipes; the keys are LaTeX."""
    text = (files(resources) / "formulas.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def formula_image(latex: str, font: QFont, colour: QColor, ratio: float) -> QImage:
    """Render a formula beside text in `font`, on a transparent image with `ratio` pixels per logical pixel.

    The image with `vertical-align: middle` has its baseline on the baseline of the text. Raises KeyError if there is no
    picture of the formula.
    """
    renderer = QSvgRenderer(QByteArray(formula_svgs()[latex].replace("currentColor", colour.name()).encode()))
    x_height = QFontMetricsF(font).xHeight()
    em, box = FORMULA_SIZE * x_height, renderer.viewBoxF()  # the picture's unit is an em, its baseline is at y = 0
    ink = QRectF(box.topLeft() * em, box.size() * em)
    middle = x_height / 4  # where Qt puts the middle of the image, above the baseline
    half = ceil(max(-ink.top() - middle, ink.bottom() + middle))
    image = QImage(round(ceil(ink.width()) * ratio), round(2 * half * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        renderer.render(painter, QRectF(0, half + middle + ink.top(), ink.width(), ink.height()))
    return image
