"""Buttons for the data sources, the fractions to hold out, and the progress of reading."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
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
from app.widgets.elements import row_of, set_style, text_label, without_margins
from app.widgets.file_dialogs import ask_for_file
from app.widgets.layouts.overlay import Overlay
from app.widgets.layouts.vertical_scroll import VerticalScroll
from nncore.errors import SettingError
from nncore.training.config import SEEDS
from nncore.training.settings import NumberRange, Setting

MAX_HELD_OUT_PERCENT = 50
PANEL_WIDTH = 250
"""The usual width in pixels."""


class SourcePanel(VerticalScroll):
    """Emits a signal when the user chooses a data source or a fraction.

    Progress and messages are below the controls, and over the last ones where there is no room; so nothing moves.
    """

    path_chosen = Signal(Path)
    """The path of a file or a folder to read."""
    mnist_requested = Signal()
    """Use the installed MNIST."""
    own_ink_requested = Signal()
    """Use the drawings that the user has taught."""
    synthetic_requested = Signal(int, object)
    """The number of digits to generate, and the seed, which may be larger than Qt's int."""
    fraction_chosen = Signal(float)
    """The fraction of the training part to hold out for validation, 0 to 0.5."""
    test_fraction_chosen = Signal(float)
    """The fraction of the training part to hold out for testing, 0 to 0.5."""
    cancel_requested = Signal()
    """Stop the reading of the data."""

    def __init__(self) -> None:
        self._controls, self._end = QWidget(), QWidget()
        super().__init__(self._controls, PANEL_WIDTH)
        self._notice = Overlay(self._end, self.viewport(), Qt.Edge.TopEdge)
        self.file = _button("Open a &file…", "open", "Read a CSV, IDX, NPY, NPZ or UNIPEN file.")
        self.folder = _button(
            "Open a f&older…",
            "open",
            "Read a folder of MNIST files, or with one sub-folder of pictures per class.",
        )
        self.mnist = _button("&MNIST", "", "Use the 70,000 bundled MNIST digits.")
        self.own_ink = _button(
            "My own &ink", "", "Use the digits that you taught in the Draw tab or wrote in the My hand tab."
        )
        self.synthetic = _button("S&ynthetic digits", "", "Generate digits from strokes; about 1 s per 1,000.")
        self.count = _entry("Count of synthetic digits", "2000", f"Number of digits, 10 to {MAX_SYNTHETIC_DIGITS:,}.")
        self.seed = _entry("Seed of synthetic digits", "0", "The same seed gives the same digits.")
        self.add = QCheckBox("&Add to the current data")
        self.add.setToolTip("Add the data that is read next to the training part, instead of replacing all data.")
        self.fraction = _entry("Validation fraction in per cent", "10", "")
        self.test_fraction = _entry("Test fraction in per cent", "0", "")
        self.problem, self.note = text_label(style="error"), text_label(style="quiet")
        self.progress, self.cancel = QProgressBar(), QPushButton("&Cancel")
        self.cancel.setToolTip("Stop reading; the current data stays.")
        self.progress.setRange(0, 100)
        self.progress.setAccessibleName("Progress of the reading")
        self._lay_out()
        self._connect()
        self.show_message("")
        self.show_busy(False)

    def _lay_out(self) -> None:
        layout = without_margins(QVBoxLayout(self._controls))
        layout.addWidget(text_label("Use other data", "group"))
        for button in (self.file, self.folder, self.mnist, self.own_ink, self.synthetic):
            layout.addWidget(button)
        layout.addLayout(row_of(_label("count", self.count), self.count, _label("seed", self.seed), self.seed))
        layout.addWidget(self.add)
        layout.addSpacing(GROUP_GAP - GAP)
        layout.addWidget(text_label("Split", "group"))
        for text, entry in (("validation fraction, %", self.fraction), ("test fraction, %", self.test_fraction)):
            entry.setMaximumWidth(72)
            row = row_of(_label(text, entry), entry)
            row.setStretch(0, 1)
            layout.addLayout(row)
        layout.addWidget(self._end)
        layout.addStretch(1)
        notices = without_margins(QVBoxLayout(self._notice))
        notices.addLayout(row_of(self.progress, self.cancel))
        for widget in (self.problem, self.note):
            notices.addWidget(widget)

    def _connect(self) -> None:
        self.file.clicked.connect(partial(self._ask_for_path, QFileDialog.FileMode.ExistingFile))
        self.folder.clicked.connect(partial(self._ask_for_path, QFileDialog.FileMode.Directory))
        self.mnist.clicked.connect(self.mnist_requested)
        self.own_ink.clicked.connect(self.own_ink_requested)
        self.synthetic.clicked.connect(self._request_digits)
        self.count.returnPressed.connect(self._request_digits)
        self.seed.returnPressed.connect(self._request_digits)
        self.fraction.editingFinished.connect(partial(self._choose_fraction, self.fraction, self.fraction_chosen))
        self.test_fraction.editingFinished.connect(
            partial(self._choose_fraction, self.test_fraction, self.test_fraction_chosen)
        )
        self.cancel.clicked.connect(self.cancel_requested)

    @property
    def adds_to_current(self) -> bool:
        """Whether new data is added to the current data."""
        return self.add.isChecked()

    def show_message(self, problem: str, note: str = "") -> None:
        """Show an error or a note."""
        for label, text in ((self.problem, problem), (self.note, note)):
            label.setText(text)
            label.setVisible(bool(text))
        self._show_notice()

    def show_busy(self, is_busy: bool) -> None:
        """Show progress and Cancel while reading."""
        self.progress.setVisible(is_busy)
        self.cancel.setVisible(is_busy)
        if not is_busy:
            self.progress.setValue(0)
        self._show_notice()

    def _show_notice(self) -> None:
        """Show the place of progress and messages while there is one."""
        self._notice.setVisible(not all(each.isHidden() for each in (self.progress, self.problem, self.note)))

    @Slot(float)
    def show_progress(self, fraction: float) -> None:
        """Show the fraction that is read, 0 to 1."""
        self.progress.setValue(round(100 * fraction))

    def set_split(self, validates: bool, tests: bool, test_fraction: float) -> None:
        """Disable a fraction if the data has this part of its own.

        validates, tests: whether the data has a validation part, a test part. test_fraction: held out for
        testing, 0 to 0.5.
        """
        purpose = f"Fraction of the training part, 0 to {MAX_HELD_OUT_PERCENT} per cent, selected at random"
        own = "This data has a part of its own for this purpose."
        self.fraction.setEnabled(not validates)
        self.fraction.setToolTip(own if validates else f"{purpose}; until you enter one, that of the recipe.")
        self.test_fraction.setEnabled(not tests)
        self.test_fraction.setToolTip(own if tests else f"{purpose}, and never used for training.")
        self.test_fraction.setText(f"{100 * test_fraction:.0f}")
        set_style(self.test_fraction, "error", enabled=False)

    def _ask_for_path(self, mode: QFileDialog.FileMode) -> None:
        filters = DATA_FILES if mode is QFileDialog.FileMode.ExistingFile else ""
        ask_for_file(self, "Open data", filters, self.path_chosen.emit, mode=mode)

    @Slot()
    def _request_digits(self) -> None:
        self.show_message("")
        count = self._read_number(self.count, "Count", NumberRange(10, MAX_SYNTHETIC_DIGITS))
        seed = self._read_number(self.seed, "Seed", SEEDS)
        if count is not None and seed is not None:
            self.synthetic_requested.emit(count, seed)

    def _choose_fraction(self, entry: QLineEdit, chosen: SignalInstance) -> None:
        self.show_message("")
        percent = self._read_number(entry, "Fraction", NumberRange(0, MAX_HELD_OUT_PERCENT))
        if percent is not None:
            chosen.emit(percent / 100)

    def _read_number(self, entry: QLineEdit, label: str, range: NumberRange) -> int | None:
        """The number in an entry; for an invalid number None, and the entry is marked."""
        try:
            number: int = Setting(label, "whole number", range=range).read(entry.text())
        except SettingError as problem:
            set_style(entry, "error", enabled=True)
            self.show_message(str(problem))
            return None
        set_style(entry, "error", enabled=False)
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


def _label(text: str, entry: QLineEdit) -> QLabel:
    label = QLabel(text)
    label.setBuddy(entry)
    return label
