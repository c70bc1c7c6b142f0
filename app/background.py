"""Work that would make the window wait, done on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from nncore.errors import DigitLabError


class BackgroundTask(QThread):
    """Runs one function once, then says how it went; give it receivers that live on the window's thread."""

    succeeded = Signal(object)
    """What the function gave."""
    failed = Signal(str)
    """One sentence: why it could not."""

    def __init__(self, work: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._work = work

    def run(self) -> None:
        """Do the work; Qt calls this on the new thread."""
        try:
            result = self._work()
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except MemoryError:
            self.failed.emit("There is not enough memory for this.")
        else:
            self.succeeded.emit(result)
