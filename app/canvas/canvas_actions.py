"""The actions of the canvas: undo, redo, clear and eraser."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.canvas.drawing import Drawing
from app.style.icons import set_icon


class CanvasActions(QObject):
    """Four actions with text, icon, tooltip and shortcut; `eraser` is checkable.

    The shortcuts work while the focus is in the canvas, or in a widget that the actions were added to. The tooltip of a
    disabled action says why it is disabled.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        keys = QKeySequence.StandardKey
        self.undo = _action(canvas, "Undo", QKeySequence(keys.Undo))
        self.redo = _action(canvas, "Redo", QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y"))
        self.clear = _action(canvas, "Clear", QKeySequence(keys.Delete), QKeySequence(Qt.Key.Key_Backspace))
        self.eraser = _action(canvas, "Eraser", QKeySequence(Qt.Key.Key_E))
        self.eraser.setCheckable(True)
        self.eraser.setToolTip(
            "Erase ink instead of drawing, until you press it again or clear the canvas (E). The right mouse button "
            "and the eraser end of a pen always erase."
        )

    @property
    def all(self) -> tuple[QAction, QAction, QAction, QAction]:
        """All four, in the order of the buttons."""
        return self.undo, self.redo, self.clear, self.eraser

    def update_enabled(self, drawing: Drawing) -> None:
        """Enable the actions that are possible with `drawing`."""
        for action, possible, does, reason in (
            (self.undo, drawing.can_undo, "Undo the last step", "Nothing to undo"),
            (self.redo, drawing.can_redo, "Redo the last undone step", "Nothing to redo"),
            (self.clear, not drawing.is_blank, "Clear the canvas", "The canvas is blank"),
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
