"""Buttons for the data sources, the shares held out, and the progress of reading."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.storage.data_sources import DATA_FILES, MAX_SYNTHETIC_DIGITS
from app.style.icons import set_icon
from app.style.theme import GAP, GROUP_GAP
from app.widgets.elements import set_style
from app.widgets.file_dialogs import ask_for_file
from nncore.errors import SettingError
from nncore.training.config import SEEDS
from nncore.training.settings import Range, Setting

HIGHEST_SHARE = 50


class SourcePanel(QWidget):
    """Emits a signal for each source and share that the user asks for."""

    path_chosen = Signal(Path)
    """The Path of a file or a folder to read."""
    mnist_requested = Signal()
    own_ink_requested = Signal()
    made_up_requested = Signal(int, object)
    """The number of digits to generate, and the seed, which may exceed Qt's int."""
    share_chosen = Signal(float)
    """The share of the training part to hold out for validation, 0 to 0.5."""
    test_share_chosen = Signal(float)
    """The share of the training part to hold out for testing, 0 to 0.5."""
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = _button("Open a &file…", "open", "Read a CSV, IDX, NPY, NPZ or UNIPEN file.")
        self.folder = _button(
            "Open a f&older…",
            "open",
            "Read a folder of MNIST files, or with one sub-folder of pictures per class.",
        )
        self.mnist = _button("&MNIST", "", "Use the 70,000 bundled MNIST digits.")
        self.own_ink = _button("My own &ink", "", "Use the digits that you taught in the Draw tab.")
        self.made_up = _button("S&ynthetic digits", "", "Generate digits from strokes; about 1 s per 1,000.")
        self.count = _entry("Count of synthetic digits", "2000", f"Number of digits, 10 to {MAX_SYNTHETIC_DIGITS:,}.")
        self.seed = _entry("Seed of synthetic digits", "0", "The same seed gives the same digits.")
        self.add = QCheckBox("&Add to the current data")
        self.add.setToolTip("Add the data read next to the training part, instead of replacing all data.")
        self.share = _entry("Validation share in per cent", "10", "")
        self.test_share = _entry("Test share in per cent", "0", "")
        self.problem, self.note = QLabel(), QLabel()
        self.progress, self.cancel = QProgressBar(), QPushButton("&Cancel")
        self.cancel.setToolTip("Stop reading; the current data stays.")
        self.progress.setRange(0, 100)
        self.progress.setAccessibleName("Progress of the reading")
        self._compose()
        self._connect()
        self.show_message("")
        self.show_busy(False)

    def _compose(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(_heading("Use other data"))
        for button in (self.file, self.folder, self.mnist, self.own_ink, self.made_up):
            layout.addWidget(button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        for column, (name, entry) in enumerate((("count", self.count), ("seed", self.seed))):
            label = QLabel(name)
            label.setBuddy(entry)
            grid.addWidget(label, 0, 2 * column)
            grid.addWidget(entry, 0, 2 * column + 1)
        layout.addLayout(grid)
        layout.addWidget(self.add)
        layout.addSpacing(GROUP_GAP - GAP)
        layout.addWidget(_heading("Split"))
        for words, entry in (("validation share, %", self.share), ("test share, %", self.test_share)):
            row, held_out = QHBoxLayout(), QLabel(words)
            held_out.setBuddy(entry)
            row.addWidget(held_out, 1)
            row.addWidget(entry)
            entry.setMaximumWidth(72)
            layout.addLayout(row)
        for label in (self.problem, self.note):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            layout.addWidget(label)
        self.problem.setProperty("error", True)
        self.note.setProperty("quiet", True)
        bottom = QHBoxLayout()
        bottom.addWidget(self.progress, 1)
        bottom.addWidget(self.cancel)
        layout.addLayout(bottom)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.file.clicked.connect(partial(self._ask, QFileDialog.FileMode.ExistingFile))
        self.folder.clicked.connect(partial(self._ask, QFileDialog.FileMode.Directory))
        self.mnist.clicked.connect(self.mnist_requested)
        self.own_ink.clicked.connect(self.own_ink_requested)
        self.made_up.clicked.connect(self._make_up)
        self.count.returnPressed.connect(self._make_up)
        self.seed.returnPressed.connect(self._make_up)
        self.share.editingFinished.connect(partial(self._choose_share, self.share, self.share_chosen))
        self.test_share.editingFinished.connect(partial(self._choose_share, self.test_share, self.test_share_chosen))
        self.cancel.clicked.connect(self.cancel_requested)

    @property
    def adds(self) -> bool:
        """Whether new data is added to the current data."""
        return self.add.isChecked()

    def show_message(self, problem: str, note: str = "") -> None:
        """Show an error or a note."""
        for label, text in ((self.problem, problem), (self.note, note)):
            label.setText(text)
            label.setVisible(bool(text))

    def show_busy(self, is_busy: bool) -> None:
        """Show progress and Cancel while reading."""
        self.progress.setVisible(is_busy)
        self.cancel.setVisible(is_busy)
        if not is_busy:
            self.progress.setValue(0)

    @Slot(float)
    def show_progress(self, share: float) -> None:
        """Show the share read, 0 to 1."""
        self.progress.setValue(round(100 * share))

    def set_split(self, validates: bool, tests: bool, test_share: float) -> None:
        """Disable the shares of parts that the data has of its own.

        test_share: the share held out for testing, 0 to 0.5.
        """
        of_what = f"Share of the training part, 0 to {HIGHEST_SHARE} per cent, selected at random"
        own = "This data has a part of its own for this purpose."
        self.share.setEnabled(not validates)
        self.share.setToolTip(own if validates else f"{of_what}; until you enter one, that of the recipe.")
        self.test_share.setEnabled(not tests)
        self.test_share.setToolTip(own if tests else f"{of_what}, and never used for training.")
        self.test_share.setText(f"{100 * test_share:.0f}")
        set_style(self.test_share, "error", False)

    def _ask(self, mode: QFileDialog.FileMode) -> None:
        filters = DATA_FILES if mode is QFileDialog.FileMode.ExistingFile else ""
        ask_for_file(self, "Open data", filters, self.path_chosen.emit, mode=mode)

    @Slot()
    def _make_up(self) -> None:
        self.show_message("")
        count = self._number(self.count, "Count", Range(10, MAX_SYNTHETIC_DIGITS))
        seed = self._number(self.seed, "Seed", SEEDS)
        if count is not None and seed is not None:
            self.made_up_requested.emit(count, seed)

    def _choose_share(self, entry: QLineEdit, chosen: SignalInstance) -> None:
        self.show_message("")
        share = self._number(entry, "Share", Range(0, HIGHEST_SHARE))
        if share is not None:
            chosen.emit(share / 100)

    def _number(self, entry: QLineEdit, label: str, range: Range) -> int | None:
        """The number in an entry; for a wrong one, None, and the entry is marked."""
        try:
            number: int = Setting(label, "whole number", range=range).read(entry.text())
        except SettingError as problem:
            set_style(entry, "error", True)
            self.show_message(str(problem))
            return None
        set_style(entry, "error", False)
        return number


def _button(words: str, icon: str, tooltip: str) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(tooltip)
    button.setAccessibleName(words.replace("&", "").rstrip("…"))
    if icon:
        set_icon(button, icon)
    return button


def _entry(name: str, text: str, tooltip: str) -> QLineEdit:
    entry = QLineEdit(text)
    entry.setToolTip(tooltip)
    entry.setAccessibleName(name)
    entry.setMinimumWidth(48)
    return entry


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("group", True)
    return label
