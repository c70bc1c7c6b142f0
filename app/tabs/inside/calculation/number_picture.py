"""A picture of numbers, one cell each: the cell under the mouse or the cursor is a number that one can go to."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import SMALL_SCALE, colours_of, line_width, scaled
from app.widgets.network_view.value_images import BETWEEN, shades_image, shades_of
from app.widgets.pictures.picture_actions import PictureActions
from nncore.evaluation.calculation.tiles import Tiles
from nncore.model.layers.terms import Position
from nncore.reporting.number_text import decimals_of, fixed_text

GRID_FROM_PIXELS = 6
"""Cells of this size or larger are divided by lines."""

MIN_WHOLE = 0.88
"""Cells have a whole number of screen pixels if the picture then has at least this share of the wanted side."""

STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
"""The line and column by which an arrow key moves the cursor."""


class Frame(NamedTuple):
    """A frame around cells of a map; it may reach beyond the map, as a window does at the edge of an image."""

    map: int
    line: int
    column: int
    height: int
    width: int


class NumberPicture(QWidget):
    """Numbers of maps as cells, in the order and colours of the view of the whole network.

    pointed_at: the position (map, line, column) under the mouse or the cursor of the keyboard; None for none.
    chosen: the position that was clicked, or chosen with Enter. follows_drag: whether dragging chooses, too.
    """

    pointed_at = Signal(object)
    chosen = Signal(tuple)

    def __init__(self, name: str, tip: str, *, follows_drag: bool = False) -> None:
        super().__init__()
        self.follows_drag = follows_drag
        self._tiles = Tiles(1, 1, 1)
        self._values: NDArray[np.floating] = np.zeros((1, 1))
        self._filled: NDArray[np.bool_] = np.zeros((1, 1), np.bool_)
        self._is_signed = False
        self._shades: NDArray[np.uint8] | None = None
        self._image: QImage | None = None
        self._pointed: Position | None = None
        self._frames: Sequence[Frame] = ()
        self._side = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.pictures = PictureActions(self, name)

    # ---------------------------------------------------------------- content

    @property
    def numbers(self) -> NDArray[np.floating]:
        """The numbers shown, (lines, columns) of the whole picture; NaN in cells without one."""
        return np.where(self._filled, self._values, np.nan)

    @property
    def pointed(self) -> Position | None:
        """The position that is marked."""
        return self._pointed

    @property
    def frames(self) -> Sequence[Frame]:
        """The frames."""
        return self._frames

    def show_numbers(
        self, tiles: Tiles, places: NDArray[np.intp], values: NDArray[np.floating], *, is_signed: bool
    ) -> None:
        """Show `values` (n,) at `places` (n, 3): map, line and column; other cells stay free.

        is_signed: in two colours around 0; otherwise from paper to ink.
        """
        cells = tiles.cells_of(places)
        self._tiles, self._is_signed = tiles, is_signed
        self._values, self._filled = np.zeros(tiles.shape, values.dtype), np.zeros(tiles.shape, np.bool_)
        self._values[cells], self._filled[cells] = values, True
        self._shades = np.full(tiles.shape, BETWEEN, np.uint8)
        self._shades[cells] = shades_of(values, is_signed)
        self._image = None
        if self._pointed is not None and not self._has(self._pointed):
            self._pointed = None
        self.update()

    def mark(self, position: Position | None) -> None:
        """Highlight a number; None or a position that is not shown for none."""
        position = position if position is not None and self._has(position) else None
        if position != self._pointed:
            self._pointed = position
            self.update()

    def set_frames(self, frames: Sequence[Frame]) -> None:
        """Draw these frames, such as the window of a convolution in each map."""
        if frames != self._frames:
            self._frames = frames
            self.update()

    def set_side(self, pixels: int) -> None:
        """The preferred size of the longer side."""
        if pixels != self._side:
            self._side = pixels
            self.updateGeometry()

    def _has(self, position: Position) -> bool:
        if len(position) != 3 or any(
            not 0 <= index < side
            for index, side in zip(position, (self._tiles.count, self._tiles.height, self._tiles.width), strict=True)
        ):
            return False
        return bool(self._filled[self._tiles.cell_of(position)])

    # --------------------------------------------------------------- geometry

    def _cell(self, side: float, ratio: float) -> float:
        """The side of a cell in screen pixels, a whole number unless that would make the picture far smaller."""
        exact = side * ratio / max(self._tiles.shape)
        return floor(exact) if floor(exact) >= MIN_WHOLE * exact else exact

    def sizeHint(self) -> QSize:
        """The preferred side and a border, whatever is shown, so that pictures beside each other line up."""
        return QSize(self._side + 2, self._side + 2)

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def _area(self, position: Position, height: float = 1, width: float = 1) -> QRectF:
        """The area of cells from `position` on, in screen pixels."""
        cell = self._cell(self._side, self.devicePixelRatioF())
        line, column = self._tiles.cell_of(position)
        return QRectF(column * cell, line * cell, width * cell, height * cell)

    def position_at(self, point: QPointF) -> Position | None:
        """The number at a point of the widget; None between the maps and outside."""
        ratio = self.devicePixelRatioF()
        cell = self._cell(self._side, ratio)
        inside = (point - QPointF(1, 1)) * ratio / cell
        found = self._tiles.position_at(floor(inside.y()), floor(inside.x()))
        return found if found is not None and self._has(found) else None

    def middle_of(self, position: Position) -> QPointF:
        """The point of the widget in the middle of a number."""
        return self._area(position).center() / self.devicePixelRatioF() + QPointF(1, 1)

    # --------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells, their numbers if they fit, the frames and the mark."""
        colours, ratio = colours_of(self), self.devicePixelRatioF()
        cell = self._cell(self._side, ratio)
        lines, columns = self._tiles.shape
        with QPainter(self) as painter:
            painter.translate(1, 1)
            painter.scale(1 / ratio, 1 / ratio)
            square = QRectF(0, 0, columns * cell, lines * cell)
            if self._shades is not None:
                painter.drawImage(square, self._picture())
                self._paint_grid(painter, cell)
                self._paint_numbers(painter, cell, ratio)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            width = (1.5 + line_width() / 2) * ratio
            painter.setPen(QPen(QColor(colours.winner), width))
            for frame in self._frames:
                area = self._area((frame.map, 0, 0), frame.height, frame.width)
                area.translate(frame.column * cell, frame.line * cell)
                painter.drawRect(area.intersected(square.adjusted(-1, -1, 1, 1)))
            if self._pointed is not None:
                painter.setPen(QPen(QColor(colours.error), width))
                least = 4 * ratio
                area = self._area(self._pointed)
                grow = max(0.0, (least - cell) / 2) + width / 2
                painter.drawRect(area.adjusted(-grow, -grow, grow, grow))

    def _picture(self) -> QImage:
        if self._image is None and self._shades is not None:
            self._image = shades_image(self._shades, self._is_signed, colours_of(self))
        assert self._image is not None
        return self._image

    def _paint_grid(self, painter: QPainter, cell: float) -> None:
        """Lines between the cells of each map, and a border around it."""
        colours, tiles = colours_of(self), self._tiles
        if tiles.count > 1 and cell < GRID_FROM_PIXELS:
            painter.setPen(QColor(colours.line))
            painter.drawRect(QRectF(0, 0, tiles.shape[1] * cell, tiles.shape[0] * cell))
            return
        for number in range(tiles.count):
            area = self._area((number, 0, 0), tiles.height, tiles.width)
            if cell >= GRID_FROM_PIXELS:
                painter.setPen(QColor(colours.grid))
                for line in range(1, tiles.height):
                    painter.drawLine(
                        area.topLeft() + QPointF(0, line * cell), area.topRight() + QPointF(0, line * cell)
                    )
                for column in range(1, tiles.width):
                    offset = QPointF(column * cell, 0)
                    painter.drawLine(area.topLeft() + offset, area.bottomLeft() + offset)
            painter.setPen(QColor(colours.edge))
            painter.drawRect(area)

    def _paint_numbers(self, painter: QPainter, cell: float, ratio: float) -> None:
        """Write the numbers into the cells if they are large enough."""
        font = scaled(self.font(), SMALL_SCALE)
        font.setPointSizeF(font.pointSizeF() * ratio)
        metrics = QFontMetricsF(font, self)
        if cell < max(metrics.height(), metrics.horizontalAdvance("0.00")):
            return
        finite = np.abs(self._values[np.isfinite(self._values)])
        decimals = decimals_of(float(finite.max(initial=0)), 3)
        texts = {
            (line, column): fixed_text(float(self._values[line, column]), decimals)
            for line, column in np.argwhere(self._filled).tolist()
        }
        widest = max((metrics.horizontalAdvance(text) for text in texts.values()), default=0.0)
        if widest + 2 > cell:
            return
        painter.setFont(font)
        ink, paper = (QColor(name) for name in (colours_of(self).ink, colours_of(self).paper))
        for (line, column), text in texts.items():
            area = QRectF(column * cell, line * cell, cell, cell)
            ground = self._picture().pixelColor(column, line)
            painter.setPen(max((ink, paper), key=lambda colour: abs(colour.lightness() - ground.lightness())))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._image = None
            self.update()

    # ------------------------------------------------------------------ input

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the number under the mouse; choose it while dragging, if that is wanted."""
        position = self.position_at(event.position())
        self._point(position)
        if position is not None and self.follows_drag and event.buttons() & Qt.MouseButton.LeftButton:
            self.chosen.emit(position)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the number under the mouse."""
        position = self.position_at(event.position())
        if position is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(position)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor with the arrow keys, choose with Enter."""
        key = Qt.Key(event.key())
        if key in STEPS and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            self._step(*STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed is not None:
            self.chosen.emit(self._pointed)
        elif key == Qt.Key.Key_Escape and self._pointed is not None:
            self._point(None)
        else:
            super().keyPressEvent(event)

    def _step(self, down: int, across: int) -> None:
        """Move the cursor to the next number in a direction; over the free cells between the maps."""
        lines, columns = self._tiles.shape
        line, column = self._first_cell() if self._pointed is None else self._tiles.cell_of(self._pointed)
        if self._pointed is not None or self._frames:
            line, column = line + down, column + across
        while 0 <= line < lines and 0 <= column < columns:
            position = self._tiles.position_at(line, column)
            if position is not None and self._has(position):
                self._point(position)
                if self.follows_drag:
                    self.chosen.emit(position)
                return
            line, column = line + down, column + across

    def _first_cell(self) -> tuple[int, int]:
        """Where the cursor begins: at the frame, otherwise at the first number."""
        if self._frames:
            frame = self._frames[0]
            return self._tiles.cell_of((frame.map, frame.line, frame.column))
        filled = np.argwhere(self._filled)
        return (int(filled[0][0]), int(filled[0][1])) if len(filled) else (0, 0)

    def _point(self, position: Position | None) -> None:
        if position != self._pointed:
            self.mark(position)
            self.pointed_at.emit(self._pointed)
