"""The offer of a model that could not be saved before Digit Lab was ended, shown at the next start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QWidget

from app.background.task_queue import TaskQueue
from app.storage.models.rescued_models import RescuedModel, rescued_models
from app.widgets.elements import bar_layout, close_button, push_button
from app.widgets.plain_text import ElidedLabel


class RescuedOffer(QFrame):
    """A line with a button, hidden if there is no such model. Closing the line leaves the file where it is."""

    chosen = Signal(Path)
    """The file of the model to open."""
    error_message = Signal(str)
    """One sentence: why the check for such models failed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskQueue(self)
        self._path = Path()
        self.label = ElidedLabel()
        self.label.setAccessibleName("Model of the last start")
        self.open_button = push_button("Open it", "Use this model now.", self._open)
        close = close_button("Close; the model stays in its file.", self.hide)
        bar_layout(self, self.label, self.open_button, close)
        self.hide()

    @Slot()
    def check(self) -> None:
        """Look for such models on a thread; then offer the newest."""
        self._tasks.add("check", rescued_models, self._offer, self.error_message.emit)

    def finish(self) -> bool:
        """Wait until the search has ended; False if that takes too long."""
        return self._tasks.finish()

    def _offer(self, found: list[RescuedModel]) -> None:
        if found:
            newest = found[-1]
            self._path = newest.path
            now = "It is saved now" if newest.is_saved else "It is kept"
            more = f" {len(found) - 1} more models were saved in the same way." if len(found) > 1 else ""
            self.label.set_full_text(
                f"The model {newest.name} could not be saved before Digit Lab ended. {now} as {newest.path}.{more}"
            )
            self.show()

    @Slot()
    def _open(self) -> None:
        self.hide()
        self.chosen.emit(self._path)
