"""The widget that draws a network while it computes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, line_width, scaled, smaller_fonts
from app.widgets.elements import announce
from app.widgets.network_view.drawn_layer import DrawnLayer, drawn_layers
from app.widgets.network_view.geometry import LayerPlace, NetworkGeometry, TextSizes, laid_out, texts_fit
from app.widgets.network_view.painting import NetworkPainter
from app.widgets.pictures.picture_actions import PictureActions
from nncore.data.dataset import DIGITS
from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position
from nncore.model.network import NetworkSpec
from nncore.reporting.number_text import decimal_text

NOTHING_TO_SHOW = "The network appears here with each of its numbers."

WHAT_IS_DRAWN = (
    "The numbers in the network: each square or pixel is a number that it computes, dark if it is large "
    "(bright in the dark theme). Where numbers can be negative, blue is positive and orange is negative. Arrow keys go "
    "from number to number, with Shift within a map; Enter chooses one."
)
COMPACT_SCALE = 0.75
"""The size of the text in a small place, as a multiple of the body text."""
CORNER = 6.0
"""The radius of the corners of the card, in pixels."""


class NetworkView(QWidget):
    """Draws all layers of a network: the input, each layer's output, and the answers.

    Brightness follows the numbers of an Inspection; each layer has its own scale. Layer 0 is the input; a position is
    the index in the layer's output, as in Inspection.
    """

    selected = Signal(int, tuple)
    """The layer and the position of a number that the user clicked, or chose with Enter."""
    appeared = Signal()
    """The view becomes visible."""
    pointed_at = Signal(int, object)
    """The layer and the position of the number under the mouse or at the keyboard's cursor; (0, None) for none."""

    def __init__(self, parent: QWidget | None = None, *, is_compact: bool = False) -> None:
        """is_compact: without the names of the layers, for a small place."""
        super().__init__(parent)
        self._is_compact = is_compact
        self._inspection: Inspection | None = None
        self._spec: NetworkSpec | None = None
        self.layers: tuple[DrawnLayer, ...] = ()
        self._geometry: NetworkGeometry | None = None
        self._text_font = self.font()
        self._first: dict[int, int] = {}
        self._class_names: Sequence[str] = DIGITS
        self._choice: tuple[int, Position] | None = None
        self._pointed: tuple[int, Position] | None = None
        self._marks: dict[int, tuple[Position, ...]] = {}
        self._hint = NOTHING_TO_SHOW
        self.paint_seconds = 0.0
        """The duration of the last paint event."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Numbers in the network")
        self.pictures = PictureActions(self, "network")
        self.setWhatsThis(f"{WHAT_IS_DRAWN} {self.whatsThis()}")
        self._describe()

    # ---------------------------------------------------------------- content

    @property
    def inspection(self) -> Inspection | None:
        """What is drawn; None for nothing."""
        return self._inspection

    @property
    def choice(self) -> tuple[int, Position] | None:
        """The layer and the position of the chosen number, which has a frame."""
        return self._choice

    @property
    def pointed(self) -> tuple[int, Position] | None:
        """The layer and the position of the number under the mouse or at the keyboard's cursor."""
        return self._pointed

    @property
    def marks(self) -> dict[int, tuple[Position, ...]]:
        """The positions that are lit up, for each layer that has some."""
        return self._marks

    @property
    def network_geometry(self) -> NetworkGeometry:
        """Where everything is drawn at the present size."""
        if self._geometry is None:
            room = QRectF(self.rect()).adjusted(GAP, GAP // 2, -GAP, -GAP // 2)
            usual = COMPACT_SCALE if self._is_compact else SMALL_SCALE
            for font in smaller_fonts(scaled(self.font(), usual)):
                self._text_font, metrics = font, QFontMetricsF(font)
                character = metrics.horizontalAdvance("0123456789abcdef") / 16
                text = TextSizes(metrics.height(), character, not self._is_compact, metrics.horizontalAdvance)
                self._geometry = laid_out(self.layers, room, text, self._first)
                if texts_fit(self._geometry, text):
                    break
        assert self._geometry is not None
        return self._geometry

    def show_inspection(
        self, inspection: Inspection | None, class_names: Sequence[str] = DIGITS, hint: str = NOTHING_TO_SHOW
    ) -> None:
        """Draw what a network computes for an input; without an input, show the sentence `hint`."""
        spec = None if inspection is None else inspection.network.spec
        if spec != self._spec:
            self._spec = spec
            self.layers = () if spec is None else drawn_layers(spec)
            self._geometry = None
            self._first = {}
            self._marks = {}
            self._choice = self._pointed = None
        self._inspection = inspection
        self._class_names = class_names
        self._hint = hint
        self._describe()
        self.update()

    def set_choice(self, layer: int, position: Position) -> None:
        """Frame the chosen number; a network that does not have it shows no frame."""
        if not self._has(layer, position):
            return
        self._choice = layer, position
        self._show_part_with(layer, position)
        self._describe()
        self.update()

    def _has(self, layer: int, position: Position) -> bool:
        if not 0 <= layer < len(self.layers):
            return False
        shape = self.layers[layer].shape
        return len(position) == len(shape) and all(0 <= i < side for i, side in zip(position, shape, strict=True))

    def mark(self, layer: int, positions: Collection[Position]) -> None:
        """Highlight these numbers of a layer; an empty collection removes the highlight from this layer."""
        self._marks.pop(layer, None)
        known = tuple(position for position in positions if self._has(layer, position))
        if known:
            self._marks[layer] = known
        self.update()

    def clear_marks(self) -> None:
        """Remove all highlights."""
        if self._marks:
            self._marks = {}
            self.update()

    def place_of(self, layer: int) -> LayerPlace:
        """Where a layer is drawn; 0 for the input."""
        return self.network_geometry.places[layer]

    def _describe(self) -> None:
        where, inspection = self._pointed or self._choice, self._inspection
        described = self._hint
        if inspection is not None:
            described = ", then ".join(f"{layer.title} {layer.shape_text}" for layer in self.layers)
            if where is not None:
                described = in_words(inspection, *where)
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)

    # --------------------------------------------------------------- painting

    def sizeHint(self) -> QSize:
        """Large, because it is the main part of its page."""
        return QSize(900, 420)

    def minimumSizeHint(self) -> QSize:
        """Some lines of text high; the layers adapt to any size."""
        line = self.fontMetrics().height()
        return QSize(10 * line, 8 * line)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what has changed while it was hidden."""
        super().showEvent(event)
        self.appeared.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the layers; without an inspection, the hint."""
        began = perf_counter()
        self._paint()
        self.paint_seconds = perf_counter() - began

    def _paint(self) -> None:
        colours, inspection = colours_of(self), self._inspection
        with QPainter(self) as painter:
            self._paint_ground(painter, colours)
            if inspection is None:
                painter.setPen(QColor(colours.quiet_text))
                wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.rect(), wrap, self._hint)
                return
            geometry = self.network_geometry
            network = NetworkPainter(painter, colours, self._text_font)
            network.paint_frame(geometry)
            for place in geometry.places:
                network.paint_layer(place, inspection, self._class_names)
            for layer, positions in self._marks.items():
                network.paint_mark(self.place_of(layer), positions, colours.validation, 1 + line_width())
            for where, colour in ((self._choice, colours.winner), (self._pointed, colours.accent)):
                if where is not None:
                    network.paint_mark(self.place_of(where[0]), [where[1]], colour, 1 + line_width())

    def _paint_ground(self, painter: QPainter, colours: Colours) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._geometry = None

    def resizeEvent(self, event: QEvent) -> None:
        """Place the layers for the new size."""
        self._geometry = None

    # ------------------------------------------------------------------ input

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the number under the mouse."""
        self._point_at(self.network_geometry.at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the number under the mouse, or show the next part of a layer."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = self.network_geometry.place_at(event.position())
        if place is not None and place.parts is not None and place.parts.contains(event.position()):
            self._step_part(place, 1 if event.position().x() > place.parts.center().x() else -1)
            return
        found = self.network_geometry.at(event.position())
        if found is not None:
            self._select(*found)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll through the parts of a layer that is drawn by parts."""
        place = self.network_geometry.place_at(event.position())
        if place is None or place.parts is None or not event.angleDelta().y():
            event.ignore()
            return
        self._step_part(place, -1 if event.angleDelta().y() > 0 else 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between layers and units with the arrow keys, within a map with Shift; Enter chooses."""
        if self._inspection is None:
            super().keyPressEvent(event)
            return
        where = self._pointed or self._choice or (0, self._first_position(0))
        key, inside = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._select(*where)
        elif (moved := self._moved(where, key, inside)) is not None:
            self._move_to(moved)
        else:
            super().keyPressEvent(event)

    def _first_position(self, layer: int) -> Position:
        return (0,) * len(self.layers[layer].shape)

    def _moved(self, where: tuple[int, Position], key: Qt.Key, inside: bool) -> tuple[int, Position] | None:
        """The number that a key leads to; None for another key."""
        layer, place = self.layers[where[0]], list(self.layers[where[0]].place_of(where[1]))
        steps = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        jumps = {
            Qt.Key.Key_PageUp: -10,
            Qt.Key.Key_PageDown: 10,
            Qt.Key.Key_Home: -layer.count,
            Qt.Key.Key_End: layer.count,
        }
        if key in jumps:
            place[0] += jumps[key]
        elif key not in steps:
            return None
        elif inside and layer.has_maps:
            place[1], place[2] = place[1] + steps[key][0], place[2] + steps[key][1]
        elif inside:
            place[0] += steps[key][0] * self.place_of(layer.number).per_line + steps[key][1]
        elif steps[key][1]:
            return self._in_layer(layer.number + steps[key][1], layer, place)
        else:
            place[0] += steps[key][0]
        limits = zip(place, layer.drawn_as, strict=True)
        return layer.number, layer.position_of(tuple(max(0, min(index, side - 1)) for index, side in limits))

    def _in_layer(self, layer: int, before: DrawnLayer, place: list[int]) -> tuple[int, Position]:
        """The number of another layer at about the same place; the nearest layer if there is none with that index."""
        drawn = self.layers[max(0, min(layer, len(self.layers) - 1))]
        if drawn is before or len(drawn.drawn_as) != len(before.drawn_as):
            found = place if drawn is before else [0] * len(drawn.drawn_as)
        else:
            sides = zip(place, before.drawn_as, drawn.drawn_as, strict=True)
            found = [min(index if new == old else index * new // old, new - 1) for index, old, new in sides]
        return drawn.number, drawn.position_of(tuple(found))

    def _move_to(self, where: tuple[int, Position]) -> None:
        self._show_part_with(*where)
        self._point_at(where)
        if self._inspection is not None:
            announce(self, in_words(self._inspection, *where))

    def _select(self, layer: int, position: Position) -> None:
        self.set_choice(layer, position)
        self.selected.emit(layer, position)

    def _point_at(self, where: tuple[int, Position] | None) -> None:
        if where != self._pointed:
            self._pointed = where
            self._describe()
            self.update()
            self.pointed_at.emit(*(where or (0, None)))

    def _step_part(self, place: LayerPlace, direction: int) -> None:
        """Show the next (1) or the previous (-1) part of a layer."""
        first = place.first + direction * place.capacity
        if 0 <= first < place.layer.count:
            self._first[place.layer.number] = first
            self._geometry = None
            self.update()

    def _show_part_with(self, layer: int, position: Position) -> None:
        """Show the part of a layer in which a number is."""
        if self.place_of(layer).cell_of(position) is None:
            self._first[layer] = self.layers[layer].place_of(position)[0]
            self._geometry = None


def in_words(inspection: Inspection, layer: int, position: Position) -> str:
    """A number as a screen reader says it; layer 0 is the input."""
    if layer:
        return inspection.in_words(layer, position)
    value, where = float(inspection.input[position]), inspection.place_in_words(0, position)
    return f"input {where}, {decimal_text(value)}" if np.isfinite(value) else f"input {where}, not a number"
