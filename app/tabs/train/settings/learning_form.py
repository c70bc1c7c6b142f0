"""The settings of the learning: optimizer, learning rate, batches, epochs, schedule, seed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from app.tabs.train.settings.learning_rate.rate_slider import RateSlider
from app.widgets.elements import column_of
from app.widgets.focus_order import visit_in_order
from app.widgets.form import LOCKED, Choice, RateEdit, SettingsForm
from app.widgets.start_stop import StartStopButtons
from nncore.errors import SettingError
from nncore.reporting.number_text import decimal_text, exact_text
from nncore.training import TrainingConfig
from nncore.training.config import SETTINGS
from nncore.training.rate_finder import RateFinderResult
from nncore.training.settings import Setting

if TYPE_CHECKING:
    from app.tabs.train.settings.learning_rate.rate_plot import RatePlot

BATCH_NAMES = {"some": "mini-batch", "all": "full batch", "one": "one sample"}
WHY_NO_BATCH_SIZE = {
    "all": "A full batch is all training examples. Choose mini-batch to set a size.",
    "one": "One sample is a batch of 1. Choose mini-batch to set a size.",
}

RATE_KEYS = " The arrow keys change it in steps. During a run, Enter applies it."
FIND_TIP = (
    "Try a hundred rates, from far too low to far too high, on a copy of the network, and enter the one at which the "
    "loss falls fastest."
)
TRYING_RATES = "Trying rates on a copy of the network …"
CANCEL_TIP = "Cancel the search for a rate, and keep the current one."
NOT_FINDING = "No search for a rate is in progress. Press Find first."
BATCH_TIP = (
    "The number of examples in each step. Steps of all examples are smooth but slow; steps of one are quick but noisy."
)


class LearningForm(SettingsForm):
    """A form for the most used settings of a TrainingConfig; rate and batch size have special controls."""

    learning_rate_entered = Signal(float)
    """A valid rate that differs from the one before was entered: with Enter, an arrow key, or by leaving the field."""
    find_requested = Signal()
    """The user asks for a good learning rate to be found."""
    find_cancelled = Signal()
    """Cancel the search for a learning rate."""

    def __init__(self) -> None:
        super().__init__()
        self._running = False
        self._finding = False
        self._entered_rate = 0.0
        self.rate_plot: RatePlot | None = None
        self.learning_rate = RateEdit()
        self.rate_slider = RateSlider()
        self._below_rate_layout = column_of(self.rate_slider)
        self.finding = StartStopButtons(
            _plain_button("Find", "find a learning rate"), _plain_button("Cancel", "cancel the search"),
            purposes=(FIND_TIP, CANCEL_TIP), idle=NOT_FINDING, busy=TRYING_RATES,
        )  # fmt: skip
        self.batch = Choice(BATCH_NAMES)
        self.batch_size = QLineEdit("128")
        self.add_group("learning")
        self._connect()

    def _connect(self) -> None:
        for edit in (self.learning_rate, self.batch_size):
            edit.textChanged.connect(self.changed)
        self.learning_rate.textChanged.connect(self._follow_rate)
        self.learning_rate.editingFinished.connect(self._on_rate_entered)
        self.finding.start_requested.connect(self.find_requested)
        self.finding.stop_requested.connect(self.find_cancelled)
        self.rate_slider.rate_shown.connect(self._show_rate)
        self.rate_slider.rate_chosen.connect(self.enter_rate)
        self.batch.currentIndexChanged.connect(self.changed)
        self.batch.currentIndexChanged.connect(self._lock_rows)

    def _add_setting(self, setting: Setting) -> None:
        if setting.name == "learning_rate":
            self.add(setting.name, setting.label, self.learning_rate, setting.help + RATE_KEYS, beside=self.finding)
            self.getters[setting.name] = self._read_rate
            below = QWidget()
            below.setLayout(self._below_rate_layout)
            self.add_full_width(below)
        elif setting.name == "batch_size":
            self.add("batch", "batch", self.batch, BATCH_TIP)  # not a setting: `read_batch_size` reads it
            self.add(setting.name, setting.label, self.batch_size, setting.help)
            self.getters[setting.name] = self.read_batch_size
        else:
            super()._add_setting(setting)

    def show_config(self, config: TrainingConfig) -> None:
        """Show these settings."""
        super().show_config(config)
        self.learning_rate.setText(exact_text(config.learning_rate))
        if self.rate_plot is not None:
            self.rate_plot.hide()  # it belongs to other settings
        self.batch.choose({None: "all", 1: "one"}.get(config.batch_size, "some"))
        if config.batch_size is not None and config.batch_size > 1:
            self.batch_size.setText(str(config.batch_size))
        self._lock_rows()

    def read_batch_size(self) -> int | None:
        """Examples per step; None for all examples. Raises SettingError("batch_size")."""
        if self.batch.value == "some":
            setting = replace(SETTINGS["batch_size"], none_text="")  # the choice beside it says "full batch"
            size: int = setting.read(self.batch_size.text())
            return size
        return 1 if self.batch.value == "one" else None

    def _read_rate(self) -> float:
        rate: float = SETTINGS["learning_rate"].read(self.learning_rate.text())
        return rate

    @Slot(float)
    def _show_rate(self, rate: float) -> None:
        self.learning_rate.setText(decimal_text(rate, 6))

    @Slot()
    def _follow_rate(self) -> None:
        """Move the slider and the mark in the plot to the rate in the field, if it is valid."""
        with suppress(SettingError):
            rate = self._read_rate()
            self.rate_slider.show_rate(rate)
            if self.rate_plot is not None:
                self.rate_plot.show_chosen(rate)

    # ------------------------------------------------------------ finding a rate

    def set_finding(self, finding: bool) -> None:
        """Show that a rate is being found, or that this has ended."""
        self._finding = finding
        row = self.rows["learning_rate"]
        if finding or row.message.text() == TRYING_RATES:
            row.show_message(TRYING_RATES if finding else "", is_error=False)
        self._lock_rows()

    def show_found(self, result: RateFinderResult) -> None:
        """Enter the rate that was found, and show the range of the rates that were tried."""
        self._show_rate_plot(result)
        self.learning_rate.setText(decimal_text(result.suggested, 2))
        self._on_rate_entered()
        self.rows["learning_rate"].show_message(
            f"The loss fell fastest at this rate. {len(result.rates)} rates from {decimal_text(result.rates[0])} to "
            f"{decimal_text(result.rates[-1], 2)} were tried.",
            is_error=False,
        )

    def _show_rate_plot(self, result: RateFinderResult) -> None:
        if self.rate_plot is None:
            from app.tabs.train.settings.learning_rate.rate_plot import RatePlot  # pyqtgraph takes long to import

            self.rate_plot = RatePlot()
            self.rate_plot.rate_chosen.connect(self.enter_rate)
            self._below_rate_layout.addWidget(self.rate_plot)
            visit_in_order(self.rate_slider, self.rate_plot)
        self.rate_plot.show_result(result)
        self.rate_plot.show()

    def show_finding_error(self, sentence: str) -> None:
        """Show why no rate was found."""
        self.rows["learning_rate"].show_message(sentence)

    # ------------------------------------------------------------- during a run

    def set_running(self, running: bool) -> None:
        """Lock all rows but the learning rate during a run, or unlock them."""
        self._running = running
        self._lock_rows()
        if running:
            self._entered_rate = self._read_rate()
        elif "learning_rate" not in self.problems():
            self.rows["learning_rate"].show_message("")

    def enter_rate(self, rate: float) -> None:
        """Enter this learning rate, as with the keyboard."""
        self.learning_rate.setText(exact_text(rate))
        self._on_rate_entered()

    def show_problems(self, problems: dict[str, SettingError]) -> None:
        """Show the errors; during a run, also what happens to a learning rate that was typed."""
        super().show_problems(problems)
        if self._finding and "learning_rate" not in problems:
            self.rows["learning_rate"].show_message(TRYING_RATES, is_error=False)
        if not self._running:
            return
        if "learning_rate" in problems:
            message = f"{problems['learning_rate']} The run continues with {decimal_text(self._entered_rate, 6)}."
            self.rows["learning_rate"].show_message(message)
        elif self._read_rate() != self._entered_rate:
            self.rows["learning_rate"].show_message("Press Enter to apply it.", is_error=False)

    @Slot()
    def _on_rate_entered(self) -> None:
        try:
            rate = self._read_rate()
        except SettingError:
            return
        if rate != self._entered_rate:
            self._entered_rate = rate
            self.learning_rate_entered.emit(rate)
        self.rows["learning_rate"].show_message("")

    @Slot()
    def _lock_rows(self) -> None:
        for field, row in self.rows.items():
            row.lock(LOCKED if self._running and field != "learning_rate" else "")
        if not self._running and self.batch.value != "some":
            self.rows["batch_size"].lock(WHY_NO_BATCH_SIZE[self.batch.value])
        self.finding.show_state(is_busy=self._finding, obstacle=LOCKED if self._running else "")


def _plain_button(text: str, accessible_name: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setProperty("plain", True)
    button.setAccessibleName(accessible_name)
    return button
