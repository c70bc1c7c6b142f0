"""Keeps the drawing on a canvas in a file while it is drawn, and restores it at the next start."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background.saver import Saver
from app.canvas.canvas import Canvas
from app.storage.drawing_file import DrawingFile
from nncore.preprocessing.ink import Ink


class DrawingKeeper(QObject):
    """Saves the ink of a canvas on a thread whenever it changes. While a picture is shown, the last ink stays saved."""

    restored = Signal()
    """The drawing of an earlier start is on the canvas again, or one undo step below what was drawn meanwhile."""
    failed = Signal(str)
    """One sentence: why the drawing could not be saved or read. It is not repeated before a save has succeeded."""

    def __init__(self, canvas: Canvas, folder: Path, parent: QObject) -> None:
        """folder: the folder of the file; the drawing in it is restored some time later."""
        super().__init__(parent)
        self._canvas, self._file = canvas, DrawingFile(folder)
        self.saver = Saver(self._work, self)
        self.saver.failed.connect(self.failed)
        self.saver.tasks.add("read", self._file.read, self._restore, self.failed.emit)
        canvas.drawing_changed.connect(self.saver.request)

    def finish(self) -> bool:
        """Save the drawing and wait for it; False if that takes too long."""
        if not self.saver.finish():
            return False
        self._file.release()
        return True

    def _restore(self, ink: Ink) -> None:
        if not ink.is_blank:
            self._canvas.restore_ink(ink)
            self.restored.emit()

    def _work(self) -> Callable[[], None] | None:
        if self._canvas.picture is not None:
            return None
        return partial(self._file.write, self._canvas.drawing.ink())
