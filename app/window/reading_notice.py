"""The line at the bottom of the window while a large model or checkpoint is read."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from app.background.file_loader import FileLoader
from app.widgets.elements import bar_layout, push_button
from app.widgets.plain_text import ElidedLabel

PROGRESS_WIDTH = 160
"""Width of the progress bar in pixels."""


class ReadingNotice(QFrame):
    """Shows what is read, how much of it, and a button that cancels it; hidden while nothing takes long."""

    def __init__(self, file_loader: FileLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label, self.progress = ElidedLabel(), QProgressBar(maximum=100)
        self.label.setAccessibleName("File that is being read")
        self.progress.setAccessibleName("Progress of reading")
        self.progress.setFixedWidth(PROGRESS_WIDTH)
        self.cancel_button = push_button("Cancel", "Stop reading; the model in use stays.", file_loader.cancel)
        bar_layout(self, self.label, self.progress, self.cancel_button)
        file_loader.reading.connect(self._show_name)
        file_loader.progressed.connect(self._show_progress)
        self.hide()

    @Slot(str)
    def _show_name(self, name: str) -> None:
        self.label.set_full_text(f"Reading {name} …")
        self.setVisible(bool(name))

    @Slot(float)
    def _show_progress(self, fraction: float) -> None:
        self.progress.setValue(round(100 * fraction))
