"""Work that would make the window wait, done on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from nncore.errors import DigitLabError


class BackgroundTask(QThread):
    """Runs one function once, then says how it went; give it receivers that live on the window's thread.

    kind: what it is about, in a word. use: what its receiver is to do with the result, on the receiver's thread.
    """

    succeeded = Signal(object)
    """What the function gave."""
    failed = Signal(str)
    """One sentence: why it could not."""

    def __init__(self, kind: str, work: Callable[[], object], use: Callable[[Any], None], parent: QObject) -> None:
        super().__init__(parent)
        self.kind, self.use = kind, use
        self._work = work

    def run(self) -> None:
        """Do the work; Qt calls this on the new thread."""
        try:
            result = self._work()
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except MemoryError:
            self.failed.emit("There is not enough memory for this.")
        except Exception as problem:  # a mistake of ours: whoever waits must hear of it, and so must the crash hook
            self.failed.emit(f"This failed because of an error in Digit Lab ({type(problem).__name__}).")
            raise
        else:
            self.succeeded.emit(result)
