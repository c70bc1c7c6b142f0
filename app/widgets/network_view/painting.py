"""Paints the layers of a network at their places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from app.style.theme import Colours, line_width
from app.widgets.network_view.geometry import LayerPlace, NetworkGeometry
from app.widgets.network_view.value_images import layer_image
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.recognition import NOT_A_DIGIT, verdicts
from nncore.model.layers.terms import Position
from nncore.reporting.number_text import percent_text

CENTRED = Qt.AlignmentFlag.AlignCenter
AT_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
AT_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

ARROW_HEAD = 0.28
"""The length of the head of an arrow, as a share of the height of a line of text."""


@dataclass(frozen=True)
class NetworkPainter:
    """Paints with one painter, in the colours of a theme; font: the font of the small text."""

    painter: QPainter
    colours: Colours
    font: QFont

    @cached_property
    def font_key(self) -> str:
        """The font as text."""
        return self.font.toString()

    def paint_frame(self, geometry: NetworkGeometry) -> None:
        """Paint what does not depend on the input: titles, shapes and arrows."""
        self.painter.setFont(self.font)
        for place in geometry.places:
            if place.title.height():
                self._write(place.title, place.layer.title, self.colours.text, CENTRED)
            fits = QFontMetricsF(self.font).horizontalAdvance(place.layer.shape_text) <= place.caption.width()
            shape = place.layer.shape_text if fits else place.layer.narrow_shape_text
            self._write(place.caption, shape, self.colours.quiet_text, CENTRED)
        self._paint_arrows(geometry)

    def paint_layer(self, place: LayerPlace, inspection: Inspection, class_names: Sequence[str]) -> None:
        """Paint the numbers of a layer for an input."""
        number = place.layer.number
        values = inspection.input if number == 0 else inspection.layer(number).values
        smooth = place.layer.has_maps and place.cell.width() < 1  # otherwise slow, and hardly better
        self.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        self.painter.drawImage(place.numbers, layer_image(values, place, self.colours))
        self._paint_border(place)
        if place.writes_numbers:
            self._write_numbers(place, values.reshape(place.layer.drawn_as))
        if place.parts is not None:
            self._write(place.parts, self._part_text(place, place.parts.width()), self.colours.accent, CENTRED)
        if place.answers is not None:
            self._paint_answers(place, place.answers, inspection, class_names)

    def paint_mark(self, place: LayerPlace, positions: Collection[Position], colour: str, width: float) -> None:
        """Frame the numbers at these positions."""
        self.painter.setPen(QPen(QColor(colour), width))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        areas = [area for area in map(place.cell_of, positions) if area is not None]
        least = 5.0  # a frame around a smaller number would hide it
        self.painter.drawRects([_grown(area, least) for area in areas])

    # ------------------------------------------------------------------ parts

    def _write(self, area: QRectF, text: str, colour: str, alignment: Qt.AlignmentFlag) -> None:
        self.painter.setPen(QColor(colour))
        self.painter.drawText(area, alignment, _elided(text, self.font_key, area.width() + 1))

    def _part_text(self, place: LayerPlace, width: float) -> str:
        """Which part of a layer is drawn: its first and last unit, or where that is too long the number of the part."""
        last, count = place.first + place.drawn, place.layer.count
        text = f"‹ {place.first + 1:,}–{last:,} of {count:,} ›"
        if QFontMetricsF(self.font).horizontalAdvance(text) <= width:
            return text
        return f"‹ {place.first // place.capacity + 1}/{ceil(count / place.capacity)} ›"

    def _paint_arrows(self, geometry: NetworkGeometry) -> None:
        """An arrow from each layer to the next one."""
        colour = QColor(self.colours.quiet_text)
        self.painter.setPen(QPen(colour, line_width()))
        self.painter.drawLines(list(geometry.arrows))
        heads, back = QPainterPath(), ARROW_HEAD * QFontMetricsF(self.font).height()
        for arrow in geometry.arrows:
            tip = arrow.p2()
            heads.addPolygon(QPolygonF([tip, tip + QPointF(-back, -back / 1.4), tip + QPointF(-back, back / 1.4)]))
        self.painter.fillPath(heads, colour)

    def _paint_border(self, place: LayerPlace) -> None:
        """A border around an image, or around units in full lines."""
        has_border = place.layer.count == 1 if place.layer.has_maps else place.drawn % place.per_line == 0
        if has_border:
            self.painter.setPen(QPen(QColor(self.colours.edge), line_width()))
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
            self.painter.drawRect(place.numbers)

    def _write_numbers(self, place: LayerPlace, values: np.ndarray) -> None:
        """Write each number into its cell, in the colour of the paper where the cell is dark."""
        largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
        for index in range(place.first, place.first + place.drawn):
            for place_of in np.ndindex(values.shape[1:]):
                value = float(values[(index, *place_of)])
                area = place.cell_of(place.layer.position_of((index, *place_of)))
                assert area is not None
                dark = np.isfinite(value) and abs(value) > 0.5 * largest
                self.painter.setPen(QColor(self.colours.paper if dark else self.colours.ink))
                self.painter.drawText(area, CENTRED, cell_text(value))

    def _paint_answers(
        self, place: LayerPlace, area: QRectF, inspection: Inspection, class_names: Sequence[str]
    ) -> None:
        """Beside each output its class, a bar and the probability as text; what has no room is left out."""
        answers, metrics = inspection.answers, QFontMetricsF(self.font)
        best = int(np.argmax(answers)) if len(answers) > 1 and np.isfinite(answers).all() else -1
        is_accepted = best >= 0 and verdicts(answers)[0] != NOT_A_DIGIT
        names = [class_names[index] if 1 < len(answers) <= len(class_names) else "" for index in range(len(answers))]
        name_width = min(0.4 * area.width(), max(map(metrics.horizontalAdvance, names)) + 4)
        figure_width = metrics.horizontalAdvance("100.0 %") + 4
        has_room = place.pitch.height() >= 0.85 * metrics.height()
        for index, answer in enumerate(answers):
            row = QRectF(
                area.left() + 6, area.top() + index * place.pitch.height(), area.width() - 6, place.pitch.height()
            )
            colour = self.colours.text if index == best else self.colours.quiet_text
            track = row.adjusted(name_width, 0.2 * row.height(), -figure_width, -0.2 * row.height())
            if inspection.network.spec.output != "linear" and track.width() > 8:
                self._paint_bar(track, float(answer), index == best and is_accepted)
            if has_room or index == best:
                line = row.adjusted(0, -metrics.height(), 0, metrics.height())
                self._write(QRectF(line.left(), line.top(), name_width, line.height()), names[index], colour, AT_LEFT)
                if not names[index] or row.width() >= name_width + figure_width:
                    self._write(line, _answer_text(inspection, float(answer)), colour, AT_RIGHT)

    def _paint_bar(self, track: QRectF, share: float, wins: bool) -> None:
        self.painter.fillRect(track, QColor(self.colours.grid))
        filled = QRectF(track)
        filled.setWidth(track.width() * (share if np.isfinite(share) else 0.0))
        self.painter.fillRect(filled, QColor(self.colours.winner if wins else self.colours.bar))


def _answer_text(inspection: Inspection, answer: float) -> str:
    if inspection.network.spec.output == "linear" or not np.isfinite(answer):
        return cell_text(answer)
    return percent_text(answer, 1)


def cell_text(value: float) -> str:
    """A number in at most six characters, without an exponent: "0.83", "−12.4", "1,250"; "NaN"."""
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size >= 99_999.5:
        return "large" if value > 0 else "−large"
    digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else "0"


@lru_cache(maxsize=1024)
def _elided(text: str, font: str, width: float) -> str:
    """A text shortened to a width. The same texts are painted in every frame."""
    known = QFont()
    known.fromString(font)
    return QFontMetricsF(known).elidedText(text, Qt.TextElideMode.ElideRight, width)


def _grown(area: QRectF, least: float) -> QRectF:
    """The area with sides of at least `least`, around the same centre."""
    across, down = max(0.0, least - area.width()) / 2, max(0.0, least - area.height()) / 2
    return area.adjusted(-across, -down, across, down)
