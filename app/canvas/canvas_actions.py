"""Undo, redo, clear and the eraser: what the canvas offers to buttons, menus and keys."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.canvas.drawing import Drawing
from app.style.icons import set_icon


class CanvasActions(QObject):
    """Four actions with texts, icons, tooltips and the usual keys; `eraser` is one that stays chosen.

    The keys work while the canvas, or a widget that the actions are added to, or a child of either, has the focus. A
    disabled action's tooltip says why it is.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        keys = QKeySequence.StandardKey
        self.undo = _action(canvas, "Undo", QKeySequence(keys.Undo))
        self.redo = _action(canvas, "Redo", QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y"))
        self.clear = _action(canvas, "Clear", QKeySequence(keys.Delete), QKeySequence(Qt.Key.Key_Backspace))
        self.eraser = _action(canvas, "Eraser", QKeySequence(Qt.Key.Key_E))
        self.eraser.setCheckable(True)
        self.eraser.setToolTip("Draw with it to rub out; so do the right mouse button and a pen's other end (E).")

    @property
    def all(self) -> tuple[QAction, QAction, QAction, QAction]:
        """The four, in the order of a row of buttons."""
        return self.undo, self.redo, self.clear, self.eraser

    def follow(self, drawing: Drawing) -> None:
        """Offer what `drawing` allows."""
        for action, possible, does, reason in (
            (self.undo, drawing.can_undo, "Take back the last step", "Nothing to take back yet"),
            (self.redo, drawing.can_redo, "Bring back the step taken back last", "Nothing to bring back"),
            (self.clear, not drawing.is_blank, "Wipe the canvas", "The canvas is blank"),
        ):
            action.setEnabled(possible)
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{does if possible else reason} ({key}).")


def _action(canvas: QWidget, text: str, *keys: QKeySequence) -> QAction:
    action = QAction(text, canvas)
    action.setShortcuts(list(keys))
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    set_icon(action, text.lower())
    canvas.addAction(action)
    return action
