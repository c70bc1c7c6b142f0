"""The canvas: a square to draw on with mouse, pen, finger or keyboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QCursor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.canvas.canvas_actions import CanvasActions
from app.canvas.canvas_picture import CanvasPicture
from app.canvas.cursors import paint_eraser, paint_key_pen, pen_cursor, ring_bounds
from app.canvas.drawing import Drawing
from app.canvas.hint import FadingHint, paint_mode
from app.canvas.ink_layer import CORNER_RADIUS, InkLayer
from app.canvas.key_pen import KeyPen
from app.canvas.pointer import Pointer
from app.canvas.writing_surface import WritingSurface
from app.style.theme import colours_of
from app.widgets.elements import announce
from nncore.preprocessing.ink import CANVAS_PEN_WIDTH, Ink
from nncore.reporting.number_text import percent_text

ERASER_RADIUS = 0.035
"""Radius of the eraser as a fraction of the canvas's side."""

CANVAS_DESCRIPTION = (
    "Draw a digit here with the mouse, a pen or a finger; the right mouse button or the eraser end of a pen erases. By "
    "keyboard: the arrow keys move a pen, two at once for diagonals, faster with Shift; Space or Enter puts it down or "
    "lifts it; Home moves it to the middle."
)


class Canvas(WritingSurface):
    """Shows a Drawing on a centred square that is as large as possible.

    `drawing_changed` is emitted after every change of ink or picture. `canvas_actions` are undo, redo, clear and
    eraser.
    """

    drawing_changed = Signal()

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns seconds; it is used to detect a lost release event."""
        super().__init__(clock, parent)
        self.drawing = Drawing()
        self.keys = KeyPen(self)
        self._layer: InkLayer | None = None
        self._has_focus_ring = False
        self._eraser_at: QPointF | None = None
        self._hovered_at: QPointF | None = None
        self._hint = FadingHint(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription(CANVAS_DESCRIPTION)
        self._pen_cursor = pen_cursor()
        self.canvas_actions = CanvasActions(self)
        self.canvas_actions.undo.triggered.connect(self.undo)
        self.canvas_actions.redo.triggered.connect(self.redo)
        self.canvas_actions.clear.triggered.connect(self.clear)
        self.canvas_actions.eraser.toggled.connect(self._show_mode)
        self.keys.toggled.connect(self._on_pen_key)
        self.keys.lifted.connect(self._on_pen_key)
        self.keys.moved.connect(self._on_key_move)
        self.canvas_actions.update_enabled(self.drawing)

    # Content

    @property
    def erases(self) -> bool:
        """Whether the eraser is selected instead of the pen."""
        return self.canvas_actions.eraser.isChecked()

    def select_pen(self) -> None:
        """Select the pen instead of the eraser."""
        self.canvas_actions.eraser.setChecked(False)

    @property
    def picture(self) -> CanvasPicture | None:
        """The picture shown; None if the canvas has strokes or is blank."""
        picture = self.drawing.picture
        return picture if isinstance(picture, CanvasPicture) else None

    @Slot(object)
    def set_picture(self, picture: CanvasPicture | None) -> None:
        """Replace the strokes by a picture, as one undo step; None removes it. The next stroke replaces it."""
        self._change(partial(self.drawing.set_picture, picture))

    def set_ink(self, ink: Ink) -> None:
        """Replace the content by `ink`, of any size and position, as one undo step."""
        self._change(partial(self.drawing.set_ink, ink))

    def restore_ink(self, ink: Ink) -> None:
        """Show `ink`, the drawing of the last start, as one undo step; on a used canvas, only undo leads back to it."""
        if self.drawing.is_unused:
            self.set_ink(ink)
        else:
            self.drawing.put_below(ink)
            self.canvas_actions.update_enabled(self.drawing)

    @Slot()
    def undo(self) -> None:
        """Undo the last step: a stroke, an erasure, a picture or clearing."""
        self._change(self.drawing.undo)

    @Slot()
    def redo(self) -> None:
        """Redo the step that was undone last."""
        self._change(self.drawing.redo)

    @Slot()
    def clear(self) -> None:
        """Clear the canvas, and select the pen."""
        self._change(self.drawing.clear)

    def sizeHint(self) -> QSize:
        """Large, because it is the main part of its page."""
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:
        """Large enough to write on."""
        return QSize(240, 240)

    # Drawing

    def begin_stroke(self, x: float, y: float, erases: bool) -> None:
        """Begin to draw, or to erase if `erases` or the eraser is selected."""
        self._hint.fade(0.0)
        if self.active_pointer.pointer is not Pointer.KEYS and self.keys.is_shown:
            self.keys.is_shown = False
            self.update()
        if erases or self.erases:
            self.drawing.begin_erasing(x, y, ERASER_RADIUS + CANVAS_PEN_WIDTH / 2)
            self._on_erased(x, y)
            return
        replaces = self.drawing.picture is not None
        self.drawing.begin(x, y)
        if replaces:
            self._layer = None
            self.update()
        self._on_stroke_extended()

    def continue_stroke(self, x: float, y: float) -> None:
        """Continue to draw or erase."""
        if self.drawing.is_erasing:
            self.drawing.erase(x, y, ERASER_RADIUS + CANVAS_PEN_WIDTH / 2)
            self._on_erased(x, y)
        elif self.drawing.is_drawing:
            self.drawing.extend(x, y)
            self._on_stroke_extended()

    def end_stroke(self) -> None:
        """Finish the stroke or the erasure; it is one undo step."""
        erased = self.drawing.is_erasing
        if self._layer is not None and not erased:
            self._layer.finish()
        self.drawing.end()
        if erased:
            self._eraser_at = None
            self.refresh()
        self.canvas_actions.update_enabled(self.drawing)

    def hover(self, position: QPointF | None) -> None:
        """Show the pen cursor over the paper, or the area of the selected eraser."""
        self._hovered_at = position
        over = position is not None and (self.active_pointer.pointer is not None or self.area.contains(position))
        erases = self.drawing.is_erasing or self.erases
        before, self._eraser_at = self._eraser_at, position if over and erases else None
        for place in (before, self._eraser_at):
            if place is not None:
                self.update(ring_bounds(place, ERASER_RADIUS * self.area.width()).toAlignedRect())
        cursor = Qt.CursorShape.BlankCursor if erases else self._pen_cursor
        self.setCursor(cursor if over else QCursor(Qt.CursorShape.ArrowCursor))

    def _on_erased(self, x: float, y: float) -> None:
        self._eraser_at = self.from_unit(x, y)
        self._layer = None
        self.update()
        self.canvas_actions.update_enabled(self.drawing)
        self.drawing_changed.emit()

    def _on_stroke_extended(self) -> None:
        """Repaint only the new part of the stroke being drawn."""
        if self._layer is not None:
            changed = self._layer.grow(self.drawing.current).translated(self.area.topLeft())
            self.update(changed.toAlignedRect())
        self.canvas_actions.update_enabled(self.drawing)
        self.drawing_changed.emit()

    def _change(self, change: Callable[[], None]) -> None:
        """Lift the pen, add or remove strokes, and repaint everything."""
        self.lift()
        change()
        self.refresh()

    def refresh(self) -> None:
        """Repaint everything, after strokes were added or removed."""
        self._layer = None
        self._hint.fade(1.0 if self.drawing.is_blank else 0.0)
        if self.drawing.is_blank:
            self.select_pen()  # nothing is left to erase
        self.update()
        self.canvas_actions.update_enabled(self.drawing)
        self.drawing_changed.emit()

    @Slot()
    def _show_mode(self) -> None:
        """Show at once, also under a pointer that does not move, whether the pen or the eraser is selected."""
        self._hint.erases = self.erases
        self.hover(self._hovered_at)
        self.update()
        announce(self, "Eraser" if self.erases else "Pen")

    # Keys

    def event(self, event: QEvent) -> bool:
        """Handle the pen's keys before the window's shortcuts while the canvas has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.keys.handles(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw by keyboard."""
        if not self.keys.handles(event):
            super().keyPressEvent(event)
            return
        if event.key() == Qt.Key.Key_Escape and self.active_pointer.pointer is not Pointer.KEYS:
            event.ignore()  # nothing to lift: Esc may end full screen mode
            return
        self.keys.press(event)
        self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Stop moving the pen."""
        if not self.keys.release(event):
            super().keyReleaseEvent(event)

    @Slot()
    def _on_pen_key(self) -> None:
        if self.active_pointer.pointer is Pointer.KEYS:
            self.lift()
            self._announce("Pen up")
        elif self.press(Pointer.KEYS, self._key_place()):
            self._announce("Eraser down" if self.drawing.is_erasing else "Pen down")

    @Slot()
    def _on_key_move(self) -> None:
        self.move_to(Pointer.KEYS, self._key_place())
        self.update()

    def _key_place(self) -> QPointF:
        inset = 0.01  # just inside, because the far edges are not part of the area
        area = self.area.adjusted(inset, inset, -inset, -inset)
        return QPointF(area.x() + self.keys.x * area.width(), area.y() + self.keys.y * area.height())

    def _announce(self, state: str) -> None:
        self.update()
        announce(self, f"{state}, {percent_text(self.keys.x, 0)} across and {percent_text(self.keys.y, 0)} down.")

    # Events

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring and the keyboard's pen if the keyboard has moved the focus here."""
        by_pointer = event.reason() in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        self._has_focus_ring = not by_pointer and event.reason() != Qt.FocusReason.OtherFocusReason
        self.keys.is_shown |= self._has_focus_ring
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus ring and release all keys."""
        self._has_focus_ring = False
        self.keys.release_all()
        self.release(Pointer.KEYS)
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Render the ink again in the new size."""
        self._layer = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._layer = None
            self.update()
        super().changeEvent(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint paper, picture or hint, ink, border, and the rings of eraser and keyboard pen."""
        area, colours, layer = self.area, colours_of(self), self._ready_layer()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.paper))
            painter.drawRoundedRect(area, CORNER_RADIUS, CORNER_RADIUS)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if self.picture is not None:
                self.picture.paint(painter, area, CORNER_RADIUS)
            else:
                self._hint.paint(painter, area)
            layer.paint(painter, area.topLeft())
            marked = self._has_focus_ring or self.erases
            width, colour = (2, colours.accent) if marked else (1, colours.edge)
            style = Qt.PenStyle.DashLine if self.erases else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(colour), width, style))
            inset, radius = width / 2, CORNER_RADIUS - width / 2
            painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), radius, radius)
            if self.erases:
                paint_mode(painter, area, self.font(), colours)
            if self._eraser_at is not None:
                paint_eraser(painter, self._eraser_at, ERASER_RADIUS * area.width(), colours)
            if self.keys.is_shown and self.hasFocus():
                paint_key_pen(painter, self._key_place(), self.active_pointer.pointer is Pointer.KEYS, colours)

    def _ready_layer(self) -> InkLayer:
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.pixmap.devicePixelRatio() != ratio:
            self._layer = InkLayer(self.area.width(), ratio, colours_of(self))
            self._layer.add(self.drawing.strokes[:-1] if self.drawing.current else self.drawing.strokes)
            self._layer.grow(self.drawing.current)
        return self._layer
