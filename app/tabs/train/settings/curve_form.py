"""The form for the curve that a regression learns: a function of x, or the points of a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from app.widgets.elements import without_margins
from app.widgets.file_dialogs import ask_for_file
from app.widgets.form import LOCKED, SettingsForm
from app.widgets.plain_text import ElidedLabel
from nncore.data.curves import MAX_POINTS, CurvePoints, format_number, parse_formula, parse_number, sample_formula
from nncore.errors import SettingError
from nncore.experiments.recipes import CurveExamples
from nncore.training.settings import NumberRange, Setting

POINTS_FILTER = "Two columns of numbers (*.csv *.txt *.tsv *.dat);;All files (*)"

FUNCTION_TIP = "The function of x to learn, such as sin(3*x)*x. A function with more bends needs more units."
LOW_TIP = "The smallest x of the curve, a number such as -6.28 or -2*pi."
HIGH_TIP = "The largest x of the curve. A longer curve needs more units and more epochs."
POINTS_TIP = f"Number of points, 2 to {MAX_POINTS:,}. Few points leave gaps; many points make an epoch longer."
FILE_TIP = (
    "Learn the points of a file instead of a function. Each line holds x and y, separated by a comma, semicolon, tab "
    "or space."
)
POINTS = Setting("number of points", "whole number", range=NumberRange(2, MAX_POINTS), name="points")
NO_FILE_OPEN = "no file open"


class CurveForm(SettingsForm):
    """A form for the points of a curve; the points of an open file replace the function."""

    path_chosen = Signal(Path)
    """The Path of a file to read points from."""

    def __init__(self) -> None:
        super().__init__()
        self._file: CurvePoints | None = None
        self.path: Path | None = None
        """The file of the points that are open."""
        self.path_to_restore: Path | None = None
        """The file that was open at the last start and is not read again yet; None after any change."""
        self._running = False
        self.function = self.add_entry("function", "function", FUNCTION_TIP, self._read_function)
        self.low = self.add_entry("low", "x from", LOW_TIP, lambda: parse_number("low", self.low.text()))
        self.high = self.add_entry("high", "x to", HIGH_TIP, lambda: parse_number("high", self.high.text()))
        self.points = self.add_entry("points", "points", POINTS_TIP, self._read_count)
        self.file_name = ElidedLabel()
        self.open_button = QPushButton("Open…")
        self.close_button = QToolButton()
        self.open_button.setToolTip(FILE_TIP)
        self.open_button.setAccessibleName("open a file of points")
        self.open_button.clicked.connect(self._ask_for_file)
        self.close_button.setText("×")
        self.close_button.setToolTip("Close the file and learn the function again.")
        self.close_button.setAccessibleName("close the file of points")
        self.close_button.clicked.connect(self.close_file)
        for edit in (self.function, self.low, self.high, self.points):
            edit.textEdited.connect(self._forget_path_to_restore)
        self.add("file", "or a file", self._file_row(), FILE_TIP)
        self._show_file()

    def _file_row(self) -> QWidget:
        row = QWidget()
        layout = without_margins(QHBoxLayout(row))
        layout.addWidget(self.file_name, 1)
        layout.addWidget(self.close_button)
        layout.addWidget(self.open_button)
        return row

    # ----------------------------------------------------------------- values

    def curve(self) -> CurvePoints:
        """The points to learn. Raises SettingError("function"), "low", "high" or "points"."""
        if self._file is not None:
            return self._file
        values = self.values()
        return sample_formula(values["function"], values["low"], values["high"], values["points"])

    @property
    def line(self) -> str:
        """The function or the file, with the number of points of a file; empty if an entry is invalid."""
        return self.source if self._file is None else f"{self.source}: {len(self._file.x):,} points"

    @property
    def source(self) -> str:
        """The function or the file, in words; empty if an entry is invalid."""
        try:
            return self.curve().source
        except SettingError:
            return ""

    def show_examples(self, examples: CurveExamples) -> None:
        """Show this function, and close the file if one is open."""
        self._file = self.path = self.path_to_restore = None
        for edit, text in (
            (self.function, examples.function),
            (self.low, format_number(examples.low)),
            (self.high, format_number(examples.high)),
            (self.points, str(examples.points)),
        ):
            with QSignalBlocker(edit):
                edit.setText(text)
                edit.setCursorPosition(0)
        self._show_file()

    def problems(self) -> dict[str, SettingError]:
        """The errors of all invalid entries, by name; empty while a file is open."""
        if self._file is not None:
            return {}
        problems = super().problems()
        if not problems:
            try:
                self.curve()
            except SettingError as problem:
                problems[problem.field] = problem
        return problems

    def _read_function(self) -> str:
        parse_formula(self.function.text())
        return self.function.text()

    def _read_count(self) -> int:
        count: int = POINTS.read(self.points.text())
        return count

    # ------------------------------------------------------------------- file

    @Slot()
    def _forget_path_to_restore(self) -> None:
        self.path_to_restore = None

    @Slot()
    def _ask_for_file(self) -> None:
        ask_for_file(self, "Open a file with the points of a curve", POINTS_FILTER, self.path_chosen.emit)

    def show_file(self, points: CurvePoints, path: Path | None = None) -> None:
        """Use these points, which were read from the file at `path`, instead of the function."""
        self._file = points
        self.path = path
        self.path_to_restore = None
        self._show_file()

    def show_restored_file(self, points: CurvePoints, path: Path) -> None:
        """Use the points of the last start, unless the user has changed something later."""
        if self.path_to_restore == path:
            self.show_file(points, path)

    def show_file_error(self, sentence: str) -> None:
        """Show why a file could not be read; the current points stay."""
        self.rows["file"].show_message(sentence)

    @Slot()
    def close_file(self) -> None:
        """Close the file, so that the function is learned again."""
        self._file = self.path = self.path_to_restore = None
        self._show_file()

    def _show_file(self) -> None:
        file = self._file
        self.file_name.set_full_text(NO_FILE_OPEN if file is None else file.source)
        self.close_button.setVisible(file is not None)
        self._lock_rows()
        self.changed.emit()

    # ----------------------------------------------------------- during a run

    def set_running(self, running: bool) -> None:
        """Lock all rows during a run, or unlock them."""
        self._running = running
        self._lock_rows()

    def _lock_rows(self) -> None:
        locked = LOCKED if self._running else ""
        from_file = "" if self._file is None else "The points come from a file. Close it (×) to change this."
        for field, row in self.rows.items():
            row.lock(locked or ("" if field == "file" else from_file))
