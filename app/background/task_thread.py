"""The thread of one background task."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from nncore.errors import DigitLabError


class TaskThread(QThread):
    """Runs one function once and reports its result. Connect it to objects that live on the window's thread."""

    succeeded = Signal(object)
    """What the function returned."""
    failed = Signal(str)
    """One sentence: why the function failed."""

    def __init__(self, work: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._work = work

    def run(self) -> None:
        """Call the function; Qt calls this on the new thread."""
        try:
            result = self._work()
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except MemoryError:
            self.failed.emit("There is not enough memory for this.")
        except Exception as problem:  # a bug: report it to the caller and to the crash reporter
            self.failed.emit(f"This failed because of an error in Digit Lab ({type(problem).__name__}).")
            raise
        else:
            self.succeeded.emit(result)
