"""Keeps the drawing on a canvas in a file while it is drawn, and restores it at the next start."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.background.task_queue import TaskQueue
from app.background.throttle import SAVE_MILLISECONDS, Throttle
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
        self._canvas, self._file, self._tasks = canvas, DrawingFile(folder), TaskQueue(self)
        self._has_failed = False
        self.throttle = Throttle(SAVE_MILLISECONDS, self)
        self.throttle.due.connect(self._save)
        self._tasks.add("read", self._file.read, self._restore, self.failed.emit)
        canvas.drawing_changed.connect(self.throttle.request)

    def finish(self) -> bool:
        """Save the drawing and wait for it; False if that takes too long."""
        self.throttle.flush()
        if not self._tasks.finish():
            return False
        self._file.release()
        return True

    def _restore(self, ink: Ink) -> None:
        if not ink.is_blank:
            self._canvas.restore_ink(ink)
            self.restored.emit()

    @Slot()
    def _save(self) -> None:
        if self._canvas.picture is not None:
            return
        ink = self._canvas.drawing.ink()
        self._tasks.add("save", partial(self._file.write, ink), self._note_success, self._report, latest_only=True)

    def _note_success(self, _: object) -> None:
        self._has_failed = False

    def _report(self, sentence: str) -> None:
        if not self._has_failed:
            self._has_failed = True
            self.failed.emit(sentence)
