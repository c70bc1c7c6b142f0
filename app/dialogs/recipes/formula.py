"""Renders a formula as an image: fractions with a bar, roots, and brackets as tall as their content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from app.dialogs.recipes.formula_tree import Fraction, Group, Node, Root, Row, Scripted, Text, tree_of
from app.style.theme import scaled

SCRIPT_SCALE, SUM_SCALE = 0.72, 1.4
SMALLEST_SCALE = 0.6
AXIS = 0.28
"""Height of the axis above the baseline, in heights of letters: bars of fractions and signs are centred on it."""

ASIDE = 3.0
"""Free pixels at both ends, because slanted letters extend beyond their width."""

Draw = Callable[[QPainter, float, float], None]


@dataclass
class Box:
    """A part with its size: width, height above and below the baseline, and the function that draws it."""

    width: float
    above: float
    below: float
    draw: Draw


def picture_of(markup: str, font: QFont, colour: QColor, ratio: float) -> QImage:
    """Render the formula in `font` and `colour` on a transparent image with `ratio` pixels per logical pixel.

    The axis is in the middle of the image, so that all formulas in a line have their bars at the same height.
    """
    typesetter = _Typesetter(font)
    box = typesetter.box(tree_of(markup), 1.0)
    axis = AXIS * typesetter.em(1.0)
    half = ceil(max(box.above - axis, box.below + axis)) + 2
    image = QImage(round(ceil(box.width + 2 * ASIDE) * ratio), round(2 * half * ratio), QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, max(1.0, typesetter.em(1.0) / 14)))
    box.draw(painter, ASIDE, half + axis)
    painter.end()
    return image


class _Typesetter:
    """Computes the boxes of the parts; each part has a scale relative to the font's size."""

    def __init__(self, font: QFont) -> None:
        self._font = font

    def em(self, scale: float) -> float:
        """The height of letters at this scale."""
        return QFontMetricsF(scaled(self._font, scale)).ascent()

    def box(self, node: Node, scale: float) -> Box:
        """The box of `node` at this scale."""
        match node:
            case Text():
                return self._text(node, scale)
            case Row():
                return _beside([self.box(part, scale) for part in node.parts])
            case Group():
                return self._group(node, scale)
            case Fraction():
                return self._fraction(node, scale)
            case Root():
                return self._root(node, scale)
            case Scripted():
                return self._scripted(node, scale)

    def _text(self, node: Text, scale: float) -> Box:
        is_sum = node.text == "Σ"
        font = scaled(self._font, scale * (SUM_SCALE if is_sum else 1.0))
        font.setItalic(node.italic)
        font.setBold(node.bold)
        metrics = QFontMetricsF(font)
        # A large sign is centred on the axis of the small ones.
        drop = AXIS * (metrics.ascent() - self.em(scale)) if is_sum else 0.0

        def draw(painter: QPainter, x: float, y: float) -> None:
            painter.setFont(font)
            painter.drawText(QPointF(x, y + drop), node.text)

        height = metrics.capHeight() if is_sum else metrics.ascent() * 0.8
        return Box(metrics.horizontalAdvance(node.text), height - drop, metrics.descent() * 0.8 + drop, draw)

    def _group(self, node: Group, scale: float) -> Box:
        inner = self.box(node.row, scale)
        em, axis = self.em(scale), AXIS * self.em(scale)
        half = max(inner.above - axis, inner.below + axis)
        usual = 0.8 * em
        if half <= usual:
            brackets = [self._text(Text(sign), scale) for sign in (node.left, node.right)]
            return _beside([brackets[0], inner, brackets[1]])
        tall = [_tall_bracket(sign, half, axis, em) for sign in (node.left, node.right) if sign]
        return _beside([tall[0], inner, *tall[1:]])

    def _fraction(self, node: Fraction, scale: float) -> Box:
        small = max(SMALLEST_SCALE, scale * 0.88)
        above, below = self.box(node.above, small), self.box(node.below, small)
        em, axis = self.em(scale), AXIS * self.em(scale)
        gap, aside = 0.14 * em, 0.12 * em
        width = max(above.width, below.width) + 2 * aside

        def draw(painter: QPainter, x: float, y: float) -> None:
            bar = y - axis
            painter.drawLine(QPointF(x + aside / 2, bar), QPointF(x + width - aside / 2, bar))
            above.draw(painter, x + (width - above.width) / 2, bar - gap - above.below)
            below.draw(painter, x + (width - below.width) / 2, bar + gap + below.above)

        return Box(width, axis + gap + above.below + above.above, gap + below.above + below.below - axis, draw)

    def _root(self, node: Root, scale: float) -> Box:
        inner, em = self.box(node.row, scale), self.em(scale)
        sign, gap = 0.55 * em, 0.1 * em
        top = inner.above + gap

        def draw(painter: QPainter, x: float, y: float) -> None:
            corners = [(0.05, -0.3), (0.2, -0.38), (0.36, 0.1)]
            line = [QPointF(x + across * em, y + down * em) for across, down in corners]
            line += [QPointF(x + sign, y - top), QPointF(x + sign + inner.width + gap, y - top)]
            painter.drawPolyline(QPolygonF(line))
            inner.draw(painter, x + sign, y)

        return Box(sign + inner.width + gap, top + gap, max(inner.below, 0.12 * em), draw)

    def _scripted(self, node: Scripted, scale: float) -> Box:
        base, em = self.box(node.base, scale), self.em(scale)
        small = max(SMALLEST_SCALE, scale * SCRIPT_SCALE)
        sub = self.box(node.sub, small) if node.sub else None
        sup = self.box(node.sup, small) if node.sup else None
        both = 0.08 * em if sub and sup else 0.0  # keeps subscript and superscript apart
        drop, rise = 0.2 * em + both, max(0.36 * em, base.above - 0.45 * em) + both

        def draw(painter: QPainter, x: float, y: float) -> None:
            base.draw(painter, x, y)
            if sub:
                sub.draw(painter, x + base.width, y + drop)
            if sup:
                sup.draw(painter, x + base.width + 0.04 * em, y - rise)

        return Box(
            base.width + max(sub.width if sub else 0.0, sup.width + 0.04 * em if sup else 0.0),
            max(base.above, rise + sup.above if sup else 0.0),
            max(base.below, drop + sub.below if sub else 0.0),
            draw,
        )


def _beside(boxes: list[Box]) -> Box:
    def draw(painter: QPainter, x: float, y: float) -> None:
        for box in boxes:
            box.draw(painter, x, y)
            x += box.width

    return Box(
        sum(box.width for box in boxes),
        max((box.above for box in boxes), default=0.0),
        max((box.below for box in boxes), default=0.0),
        draw,
    )


def _tall_bracket(sign: str, half: float, axis: float, em: float) -> Box:
    """A bracket that extends by `half` above and below the axis."""
    width, left = 0.32 * em, sign in "(["

    def draw(painter: QPainter, x: float, y: float) -> None:
        outer, inner = (x + 0.08 * em, x + 0.26 * em) if left else (x + 0.24 * em, x + 0.06 * em)
        top, bottom = y - axis - half, y - axis + half
        corner = [(inner, top), (outer, top + 0.3 * em), (outer, bottom - 0.3 * em), (inner, bottom)]
        if sign in "[]":
            corner = [(inner, top), (outer, top), (outer, bottom), (inner, bottom)]
        painter.drawPolyline(QPolygonF([QPointF(*place) for place in corner]))

    return Box(width, half + axis, half - axis, draw)
