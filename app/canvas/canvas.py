"""The canvas: a square of paper that mouse, pen, finger and keys draw on."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QCursor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.canvas.backdrop import Backdrop
from app.canvas.canvas_actions import CanvasActions
from app.canvas.drawing import Drawing
from app.canvas.hint import FadingHint
from app.canvas.ink_layer import CORNER, PEN_SHARE, InkLayer
from app.canvas.key_pen import KeyPen
from app.canvas.marks import paint_eraser, paint_key_pen, room
from app.canvas.pen_cursor import pen_cursor
from app.canvas.pointer import Pointer
from app.canvas.writing_surface import WritingSurface
from app.style.theme import colours_of
from app.widgets.announcement import announce
from nncore.preprocessing.ink import Ink

ERASER = 0.035
"""Radius of the eraser as a share of the canvas's side."""

DESCRIPTION = (
    "Draw a digit here with the mouse, a pen or a finger; the right mouse button or a pen's other end erases. By "
    "keyboard: the arrow keys move a pen, two at once aslant, faster with Shift; Space or Enter puts it down or lifts "
    "it; Home takes it to the middle."
)


class Canvas(WritingSurface):
    """Keeps a Drawing and shows it on a centred square, as large as fits.

    `drawing_changed` follows every change of the ink or the picture. `actions_offered` holds undo, redo, clear and the
    eraser.
    """

    drawing_changed = Signal()

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds; it tells when a pointer has been silent for long."""
        super().__init__(clock, parent)
        self.drawing = Drawing()
        self.keys = KeyPen(self)
        self._layer: InkLayer | None = None
        self._ring = False
        self._eraser_at: QPointF | None = None
        self._hint = FadingHint(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription(DESCRIPTION)
        self._pen_cursor = pen_cursor()
        self.actions_offered = CanvasActions(self)
        self.actions_offered.undo.triggered.connect(self.undo)
        self.actions_offered.redo.triggered.connect(self.redo)
        self.actions_offered.clear.triggered.connect(self.clear)
        self.actions_offered.eraser.toggled.connect(self._repaint)
        self.keys.toggled.connect(self._on_pen_key)
        self.keys.lifted.connect(self._on_pen_key)
        self.keys.moved.connect(self._on_key_move)
        self.actions_offered.follow(self.drawing)

    # What it holds

    @property
    def picture(self) -> Backdrop | None:
        """The picture on it; None if it holds strokes or nothing."""
        picture = self.drawing.picture
        return picture if isinstance(picture, Backdrop) else None

    @Slot(object)
    def set_picture(self, picture: Backdrop | None) -> None:
        """Show a picture in place of the strokes, which undo brings back; None takes it away. A stroke replaces it."""
        self.lift()
        self.drawing.set_picture(picture)
        self._redrawn()

    def set_ink(self, ink: Ink) -> None:
        """Show `ink`, of any size and place, instead of what is there, which undo brings back."""
        self.lift()
        self.drawing.set_ink(ink)
        self._redrawn()

    @Slot()
    def undo(self) -> None:
        """Take back the last stroke, what the eraser took, the picture, or the clearing."""
        self.lift()
        self.drawing.undo()
        self._redrawn()

    @Slot()
    def redo(self) -> None:
        """Bring back what undo took."""
        self.lift()
        self.drawing.redo()
        self._redrawn()

    @Slot()
    def clear(self) -> None:
        """Wipe the canvas."""
        self.lift()
        self.drawing.clear()
        self._redrawn()

    def sizeHint(self) -> QSize:
        """Large: it is what the page is about."""
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:
        """Still large enough to write in."""
        return QSize(240, 240)

    # Drawing, whatever with

    def stroke_begins(self, x: float, y: float, erases: bool) -> None:
        """Draw, or erase: with the eraser's end, the right button, or anything while the eraser is chosen."""
        self._hint.fade(0.0)
        if self.charge.pointer is not Pointer.KEYS and self.keys.is_shown:
            self.keys.is_shown = False
            self.update()
        if erases or self.actions_offered.eraser.isChecked():
            self.drawing.begin_erasing(x, y, ERASER + PEN_SHARE / 2)
            self._erased(x, y)
            return
        replaces = self.drawing.picture is not None
        self.drawing.begin(x, y)
        if replaces:
            self._layer = None
            self.update()
        self._grown()

    def stroke_goes_on(self, x: float, y: float) -> None:
        """Draw or erase on."""
        if self.drawing.is_erasing:
            self.drawing.erase(x, y, ERASER + PEN_SHARE / 2)
            self._erased(x, y)
        elif self.drawing.is_drawing:
            self.drawing.extend(x, y)
            self._grown()

    def stroke_ends(self) -> None:
        """The stroke is a finished one; what the eraser took is one step."""
        erased = self.drawing.is_erasing
        if self._layer is not None and not erased:
            self._layer.finish()
        self.drawing.end()
        if erased:
            self._eraser_at = None
            self._redrawn()
        self.actions_offered.follow(self.drawing)

    def hovers(self, position: QPointF | None) -> None:
        """Show the pen's cursor over the paper, and what a chosen eraser reaches."""
        over = position is not None and (self.charge.pointer is not None or self.area.contains(position))
        erases = self.drawing.is_erasing or self.actions_offered.eraser.isChecked()
        before, self._eraser_at = self._eraser_at, position if over and erases else None
        for place in (before, self._eraser_at):
            if place is not None:
                self.update(room(place, ERASER * self.area.width()).toAlignedRect())
        cursor = Qt.CursorShape.BlankCursor if erases else self._pen_cursor
        self.setCursor(cursor if over else QCursor(Qt.CursorShape.ArrowCursor))

    def _erased(self, x: float, y: float) -> None:
        self._eraser_at = self.from_unit(x, y)
        self._layer = None
        self.update()
        self.actions_offered.follow(self.drawing)
        self.drawing_changed.emit()

    def _grown(self) -> None:
        """The stroke being drawn has grown: paint just that."""
        if self._layer is not None:
            changed = self._layer.grow(self.drawing.current).translated(self.area.topLeft())
            self.update(changed.toAlignedRect())
        self.actions_offered.follow(self.drawing)
        self.drawing_changed.emit()

    def _redrawn(self) -> None:
        """Strokes have come or gone: paint everything."""
        self._layer = None
        self._hint.fade(1.0 if self.drawing.is_blank else 0.0)
        self.update()
        self.actions_offered.follow(self.drawing)
        self.drawing_changed.emit()

    @Slot()
    def _repaint(self) -> None:
        self._eraser_at = None
        self.update()

    # Keys

    def event(self, event: QEvent) -> bool:
        """Claim the pen's keys from shortcuts of the window while the focus is here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.keys.wants(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw by keyboard."""
        if not self.keys.wants(event):
            super().keyPressEvent(event)
            return
        if event.key() == Qt.Key.Key_Escape and self.charge.pointer is not Pointer.KEYS:
            event.ignore()  # it has nothing to lift: a full screen may want it
            return
        self.keys.press(event)
        self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Stop."""
        if not self.keys.release(event):
            super().keyReleaseEvent(event)

    @Slot()
    def _on_pen_key(self) -> None:
        if self.charge.pointer is Pointer.KEYS:
            self.lift()
            self._say("Pen up")
        elif self.press(Pointer.KEYS, self._key_place()):
            self._say("Eraser down" if self.drawing.is_erasing else "Pen down")

    @Slot()
    def _on_key_move(self) -> None:
        self.move_to(Pointer.KEYS, self._key_place())
        self.update()

    def _key_place(self) -> QPointF:
        inset = 0.01  # just inside: the far edges belong to the square no more
        area = self.area.adjusted(inset, inset, -inset, -inset)
        return QPointF(area.x() + self.keys.x * area.width(), area.y() + self.keys.y * area.height())

    def _say(self, words: str) -> None:
        self.update()
        announce(self, f"{words}, {self.keys.x:.0%} across and {self.keys.y:.0%} down.")

    # Events

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ring the paper for whoever came by keyboard, and show the pen that keys move; whoever draws needs neither."""
        by_hand = event.reason() in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        self._ring = not by_hand and event.reason() != Qt.FocusReason.OtherFocusReason
        self.keys.is_shown |= self._ring
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away; keys are heard of no more."""
        self._ring = False
        self.keys.let_go()
        self.release(Pointer.KEYS)
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Strokes are kept in units of the side, so they just become larger, the one being drawn too."""
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
        """Paper, the picture, the hint, ink, the border, the marks."""
        area, colours, layer = self.area, colours_of(self), self._ready_layer()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.paper))
            painter.drawRoundedRect(area, CORNER, CORNER)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if self.picture is not None:
                self.picture.paint(painter, area, CORNER)
            else:
                self._hint.paint(painter, area)
            layer.paint(painter, area.topLeft())
            painter.setPen(QPen(QColor(colours.accent if self._ring else colours.edge), 2 if self._ring else 1))
            inset = painter.pen().widthF() / 2
            painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), CORNER - inset, CORNER - inset)
            if self._eraser_at is not None:
                paint_eraser(painter, self._eraser_at, ERASER * area.width(), colours)
            if self.keys.is_shown and self.hasFocus():
                paint_key_pen(painter, self._key_place(), self.charge.pointer is Pointer.KEYS, colours)

    def _ready_layer(self) -> InkLayer:
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.pixmap.devicePixelRatio() != ratio:
            self._layer = InkLayer(self.area.width(), ratio, colours_of(self))
            self._layer.add(self.drawing.strokes[:-1] if self.drawing.current else self.drawing.strokes)
            self._layer.grow(self.drawing.current)
        return self._layer
