"""Keeps the values that are typed in the sweep dialog in a file, and shows them again the next time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from app.background.saver import Saver
from app.session.typed_settings import SweepValues, read_typed, write_typed
from app.widgets.elements import push_button, row_of, text_label
from nncore.files.json_header import MAX_TEXT_LENGTH

EXAMPLE_VALUES = {"learning_rate": "0.001 0.003 0.01", "batch_size": "32 128"}


class KeptValues(QWidget):
    """A line that says that the values are those of last time, with the way back to the examples."""

    failed = Signal(str)
    """One sentence: why the values could not be saved."""

    def __init__(self, entries: Mapping[str, QLineEdit], path: Path | None) -> None:
        """Fill in the entries, {setting: field}, from the file at `path`, or with the examples; None: keep no file."""
        super().__init__()
        self._entries, self._path = entries, path
        self._saved = (read_typed(SweepValues, path) if path is not None else None) or SweepValues(EXAMPLE_VALUES)
        self.saver = Saver(self._work, self)
        self.saver.failed.connect(self.failed)
        self.button = push_button("Use the examples", "Replace these values by the examples.", self._reset)
        self.button.setAutoDefault(False)  # Enter in a field does not press it
        row = row_of(text_label("Values from last time.", wraps=False), self.button)
        row.addStretch(1)
        self.setLayout(row)
        self._fill_in(self._saved.texts)
        for entry in entries.values():
            entry.textChanged.connect(self.saver.request)
        self.setVisible(self._saved.texts != EXAMPLE_VALUES)

    def finish(self) -> bool:
        """Save the values and wait for it; False if that takes too long."""
        return self.saver.finish()

    def _fill_in(self, texts: Mapping[str, str]) -> None:
        for setting, entry in self._entries.items():
            entry.setText(texts.get(setting, ""))

    @Slot()
    def _reset(self) -> None:
        self._fill_in(EXAMPLE_VALUES)
        self.hide()

    def _work(self) -> Callable[[], None] | None:
        """A function that saves the present values; None if they are saved already."""
        texts = {setting: entry.text()[:MAX_TEXT_LENGTH] for setting, entry in self._entries.items() if entry.text()}
        if self._path is None or texts == self._saved.texts:
            return None
        self._saved = SweepValues(texts)
        return partial(write_typed, None if texts == EXAMPLE_VALUES else self._saved, self._path)
