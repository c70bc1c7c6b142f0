"""A form: labels on the left, controls on the right, and under each a line for a message, which moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from app.style.theme import GAP
from app.widgets.elements import reserve_place, set_style
from app.widgets.plain_text import ElidedLabel
from nncore.errors import SettingError
from nncore.reporting.number_text import decimal_text, exact_text
from nncore.training.config import SETTINGS, TrainingConfig
from nncore.training.settings import Setting, SettingGroup

LOCKED = "Locked during a run. Stop the run to change this."

MAX_VISIBLE_OPTIONS = 20
"""Number of options that a list shows without scrolling."""

MIN_OPTION_DIGITS = 6
"""A list is at least as wide as this number of digits."""

LEARNING_RATE_DIGITS = (1, 2, 5)


class Choice(QComboBox):
    """A choice of one of several values; the mouse wheel scrolls the page and does not change the choice."""

    def __init__(self, options: dict[str, str]) -> None:
        """options: the text shown for each value."""
        super().__init__()
        self.setMaxVisibleItems(MAX_VISIBLE_OPTIONS)
        for value, words in options.items():
            self.addItem(words, value)
        self.currentIndexChanged.connect(self.updateGeometry)

    @property
    def value(self) -> str:
        """The selected value."""
        return str(self.currentData())

    def choose(self, value: str) -> None:
        """Select `value`; add it to the options if it is not among them."""
        if self.findData(value) < 0:
            self.addItem(value, value)
        self.setCurrentIndex(self.findData(value))

    def minimumSizeHint(self) -> QSize:
        """Room for the selected text: with a large font, the longest one would make the form too wide."""
        size, metrics = super().minimumSizeHint(), self.fontMetrics()
        widths = [metrics.horizontalAdvance(self.itemText(index)) for index in range(self.count())]
        shown = max(metrics.horizontalAdvance(text) for text in (self.currentText(), "0" * MIN_OPTION_DIGITS))
        return QSize(size.width() - max(0, max(widths, default=0) - shown), size.height())

    def showPopup(self) -> None:
        """Open a list that is wide enough for all options."""
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width() + 2 * GAP)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel, so that the page scrolls."""
        event.ignore()


class HintedEdit(QLineEdit):
    """A field that is wide enough for its placeholder text."""

    def minimumSizeHint(self) -> QSize:
        """Room for the placeholder text."""
        size, hint = super().minimumSizeHint(), self.fontMetrics().horizontalAdvance(self.placeholderText())
        return QSize(max(size.width(), hint + 3 * GAP), size.height())


class RateEdit(QLineEdit):
    """A learning rate; the arrow keys step through 1, 2, 5, 10 ..."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step up or down on the arrow keys, as after Enter."""
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction is None:
            super().keyPressEvent(event)
            return
        try:
            rate = SETTINGS["learning_rate"].read(self.text())
        except SettingError:
            return
        self.setText(decimal_text(next_learning_rate(rate, direction)))
        self.textEdited.emit(self.text())
        self.editingFinished.emit()


def next_learning_rate(rate: float, direction: int) -> float:
    """The next rate above (`direction` 1) or below (-1) in the series 1, 2, 5, 10 ..., from 1e-6 to 10."""
    series = [float(f"{digit}e{power}") for power in range(-6, 1) for digit in LEARNING_RATE_DIGITS] + [10.0]
    if direction > 0:
        return next((step for step in series if step > rate * (1 + 1e-9)), series[-1])
    return next((step for step in reversed(series) if step < rate * (1 - 1e-9)), series[0])


class MessageLine(ElidedLabel):
    """One line of small text below a control, whose place is kept while it is empty; its tooltip has the full text."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("quiet", True)
        self.setProperty("error", True)
        reserve_place(self)

    def text(self) -> str:
        """The whole text, also where it is elided."""
        return self.full_text


class FormRow:
    """One setting: its label, its control, and a line below for a message."""

    def __init__(self, name: str, control: QWidget, tooltip: str, beside: QWidget | None = None) -> None:
        """beside: a widget at the right of the control."""
        self.control, self._beside = control, beside
        self._is_shown = True
        self.label = QLabel(name)
        self.label.setBuddy(control)
        self.message = MessageLine()
        self._tooltip, self._mark = tooltip, ""
        control.setAccessibleName(name)
        self._set_tooltip(tooltip)

    def show_message(self, text: str, *, is_error: bool = True) -> None:
        """Show `text` under the control; `is_error` marks the control too. "" shows the mark of the row again."""
        is_error &= bool(text)
        text = text or self._mark
        self.message.set_full_text(text)
        if not self._is_shown:
            self.message.hide()
        set_style(self.message, "error", enabled=is_error)
        set_style(self.control, "error", enabled=is_error)
        self.control.setAccessibleDescription(text)

    def set_shown(self, shown: bool) -> None:
        """Show or hide the whole row; a hidden setting keeps its value."""
        self._is_shown = shown
        for widget in (self.label, self.control, self._beside):
            if widget is not None:
                widget.setVisible(shown)
        reserve_place(self.message, shown)
        self.message.setVisible(shown and bool(self.message.text()))

    def mark(self, sentence: str) -> None:
        """Mark the setting as changed, with a sentence under its control; "" removes the mark."""
        had_error, self._mark = bool(self.control.property("error")), sentence
        for widget in (self.label, self.control):
            set_style(widget, "changed", enabled=bool(sentence))
        if not had_error:
            self.show_message("")

    def lock(self, reason: str) -> None:
        """Disable the control and give the reason in its tooltip; enable it if `reason` is empty."""
        self.control.setEnabled(not reason)
        self.label.setEnabled(not reason)
        self._set_tooltip(f"{self._tooltip} {reason}" if reason else self._tooltip)

    def _set_tooltip(self, tooltip: str) -> None:
        self.control.setToolTip(tooltip)
        self.label.setToolTip(tooltip)


class Form(QWidget):
    """Labels and controls in two aligned columns. `rows` maps the name of a setting to its row."""

    changed = Signal()
    """Something was edited; the entry may be invalid."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, FormRow] = {}
        self._full_width: list[tuple[str, QWidget]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(0)  # the line for a message separates two rows
        self._grid.setColumnStretch(1, 1)

    def add(self, field: str, name: str, control: QWidget, tooltip: str, beside: QWidget | None = None) -> None:
        """Add the setting `field`, called `name`, at the bottom; `beside` goes to the right of its control."""
        row, number = FormRow(name, control, tooltip, beside), self._grid.rowCount()
        self._grid.addWidget(row.label, number, 0)
        self._grid.addWidget(control, number, 1, 1, 1 if beside else 2)
        if beside:
            self._grid.addWidget(beside, number, 2)
        self._grid.addWidget(row.message, number + 1, 0, 1, 3)
        self.rows[field] = row

    def add_full_width(self, widget: QWidget, field: str = "") -> None:
        """Add a widget at the bottom, across all columns; field: the setting that it belongs to."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 3)
        self._grid.setRowMinimumHeight(self._grid.rowCount(), GAP // 2)  # it has no line for a message below it
        self._full_width.append((field, widget))

    def show_only(self, fields: Collection[str] | None) -> None:
        """Show these settings and what belongs to them, and hide all others; None shows everything."""
        for field, row in self.rows.items():
            row.set_shown(fields is None or field in fields)
        for field, widget in self._full_width:
            widget.setVisible(fields is None or field in fields)

    def entries(self) -> dict[str, str]:
        """What is typed, chosen and checked, even if it is invalid: {setting: text}."""
        return {field: text for field, row in self.rows.items() if (text := _entry(row.control)) is not None}

    def show_entries(self, entries: Mapping[str, str]) -> None:
        """Show these entries; settings that this form does not have, and choices that there are not, are left out."""
        for field, row in self.rows.items():
            if field in entries:
                _show_entry(row.control, entries[field])

    @property
    def label_width(self) -> int:
        """The pixels that the longest name needs."""
        return max(row.label.sizeHint().width() for row in self.rows.values())

    def set_label_width(self, width: int) -> None:
        """Make the column of names at least `width` pixels wide, so that several forms line up."""
        if width != self._grid.columnMinimumWidth(0):
            self._grid.setColumnMinimumWidth(0, width)

    def show_problems(self, problems: dict[str, SettingError]) -> None:
        """Show the problem of each setting, and remove the messages of all others."""
        for field, row in self.rows.items():
            row.show_message(str(problems.get(field, "")))


def _entry(control: QWidget) -> str | None:
    if isinstance(control, QLineEdit):
        return control.text()
    if isinstance(control, Choice):
        return control.value
    return str(int(control.isChecked())) if isinstance(control, QCheckBox) else None


def _show_entry(control: QWidget, text: str) -> None:
    if isinstance(control, QLineEdit):
        control.setText(text)
    elif isinstance(control, Choice) and control.findData(text) >= 0:
        control.choose(text)
    elif isinstance(control, QCheckBox):
        control.setChecked(text == "1")


class SettingsForm(Form):
    """A form that reads its settings. `edits`, `choices` and `checks` are the controls of `group`, by name."""

    def __init__(self, group: SettingGroup | None = None) -> None:
        """group: the group of settings of a TrainingConfig to show; None for no group."""
        super().__init__()
        self.getters: dict[str, Callable[[], object]] = {}
        self.edits: dict[str, QLineEdit] = {}
        self.choices: dict[str, Choice] = {}
        self.checks: dict[str, QCheckBox] = {}
        if group is not None:
            self.add_group(group)

    def add_group(self, group: SettingGroup) -> None:
        """Add the settings of a group, in the order of their fields."""
        for setting in SETTINGS.values():
            if setting.group == group:
                self._add_setting(setting)

    def _add_setting(self, setting: Setting) -> None:
        """Add the row of a setting; a form overrides this to use a special control for a setting."""
        field, label, tooltip = setting.name, setting.label, setting.help
        if setting.kind == "choice":
            options = ({"": setting.none_text} if setting.none_text else {}) | dict(setting.choices)
            choice = self.choices[field] = self.add_choice(field, label, options, tooltip)
            self.getters[field] = lambda: choice.value or None
        elif setting.kind == "flag":
            check = self.checks[field] = QCheckBox()
            check.toggled.connect(self.changed)
            self.add(field, label, check, tooltip)
            self.getters[field] = check.isChecked
        else:
            empty = f" Leave it empty for {setting.none_text}." if setting.none_text else ""
            edit = self.edits[field] = self.add_entry(field, label, tooltip + empty, empty=setting.none_text)
            self.getters[field] = lambda: setting.read(edit.text())

    def show_config(self, config: TrainingConfig) -> None:
        """Show these settings."""
        for field, edit in self.edits.items():
            value = getattr(config, field)
            edit.setText("" if value is None else exact_text(value) if isinstance(value, float) else str(value))
        for field, choice in self.choices.items():
            choice.choose(getattr(config, field) or "")
        for field, check in self.checks.items():
            check.setChecked(getattr(config, field))

    def values(self) -> dict[str, Any]:
        """All settings, by name. Raises SettingError for the first invalid one."""
        return {field: read() for field, read in self.getters.items()}

    def problems(self) -> dict[str, SettingError]:
        """The errors of all invalid settings, by name."""
        problems = {}
        for read in self.getters.values():
            try:
                read()
            except SettingError as problem:
                problems[problem.field] = problem
        return problems

    def set_running(self, running: bool) -> None:
        """Lock all rows during a run, or unlock them."""
        for row in self.rows.values():
            row.lock(LOCKED if running else "")

    def add_entry(
        self, field: str, name: str, tooltip: str, read: Callable[[], object] | None = None, empty: str = ""
    ) -> QLineEdit:
        """Add a setting that the user types. empty: what an empty field means. read: None to set `getters` later."""
        edit = QLineEdit()
        edit.setPlaceholderText(empty)
        edit.textChanged.connect(self.changed)
        self.add(field, name, edit, tooltip)
        if read is not None:
            self.getters[field] = read
        return edit

    def add_choice(self, field: str, name: str, options: dict[str, str], tooltip: str) -> Choice:
        """Add a setting that the user chooses from `options`."""
        choice = Choice(options)
        choice.currentIndexChanged.connect(self.changed)
        self.add(field, name, choice, tooltip)
        self.getters[field] = lambda: choice.value
        return choice
