"""The settings of the learning: optimiser, learning rate, batches, epochs, schedule, seed."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QToolButton

from app.widgets.form import LOCKED, RateEdit, SettingsForm
from app.widgets.parse_entries import read_learning_rate, read_whole_number
from nncore.errors import SettingError
from nncore.training import TrainingConfig
from nncore.training.rate_finder import RateSweep

OPTIMIZER_NAMES = {
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSProp",
    "nesterov": "Nesterov",
    "momentum": "momentum",
    "sgd": "SGD",
}
SCHEDULE_NAMES = {
    "constant": "constant",
    "cosine": "cosine",
    "one_cycle": "one cycle",
    "step": "step",
    "exponential": "exponential",
}
BATCH_NAMES = {"some": "mini-batch", "all": "full batch", "one": "one sample"}
LARGEST_BATCH = 1_000_000
MOST_EPOCHS = 1_000_000
LARGEST_SEED = 2**32 - 1
NO_BATCH_SIZE = {
    "all": "A full batch takes all training images: choose mini-batch to set a size.",
    "one": "One sample a step is a batch of 1: choose mini-batch to set a size.",
}

OPTIMIZER_TIP = (
    "How a gradient becomes a step: SGD takes it as is, momentum and Nesterov keep rolling, RMSProp and Adam fit it "
    "to every weight, AdamW decays weights apart from it."
)
RATE_TIP = (
    "How far each step goes, above 0, often 0.001: too low barely learns, too high diverges; "
    "arrow keys step it, and Enter applies it during a run."
)
FIND_TIP = (
    "Try a hundred rates, from far too low to far too high, on a copy of the network, and take the one at which the "
    "loss falls fastest."
)
TRYING = "Trying rates on a copy of the network …"
CANCEL_TIP = "Leave the rate as it is."
BATCH_TIP = "How many images make one step: all of them is smooth but slow, a single one is quick but noisy."
BATCH_SIZE_TIP = f"Images in a mini-batch, 1 to {LARGEST_BATCH:,}: small ones are noisy, large ones take fewer steps."
EPOCHS_TIP = f"How often every training image is seen, 1 to {MOST_EPOCHS:,}: few learn little, many may overfit."
SCHEDULE_TIP = (
    "How the learning rate changes over the run: constant keeps it, cosine lowers it to 0, one cycle warms it up "
    "first, step divides it by 10 twice, exponential lowers it evenly to a hundredth."
)
SEED_TIP = f"Where the random numbers start, 0 to {LARGEST_SEED:,}: the same seed gives the same run again."


class LearningForm(SettingsForm):
    """A form for the part of a TrainingConfig that everybody changes."""

    learning_rate_entered = Signal(float)
    """A usable rate that is not the one before: by Enter, by the arrow keys, or by leaving the field."""
    find_requested = Signal()
    """Look for a good learning rate."""
    find_cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._running = self._finding = False
        self._entered_rate = 0.0
        self.optimizer = self.add_choice("optimizer", "optimiser", OPTIMIZER_NAMES, OPTIMIZER_TIP)
        self.learning_rate = RateEdit()
        self.learning_rate.textChanged.connect(self.changed)
        self.find_button = QToolButton()
        self.find_button.setProperty("plain", True)
        self.find_button.setAccessibleName("find a learning rate")
        self.find_button.clicked.connect(self._on_find_clicked)
        self.add("learning_rate", "learning rate", self.learning_rate, RATE_TIP, beside=self.find_button)
        self.readers["learning_rate"] = self._read_rate
        self.batch = self.add_choice("batch", "batch", BATCH_NAMES, BATCH_TIP)
        del self.readers["batch"]  # it is no setting of its own
        self.batch_size = self.add_entry("batch_size", "batch size", BATCH_SIZE_TIP, self.read_batch_size)
        self.batch_size.setText("128")
        self.epochs: QLineEdit = self.add_entry("epochs", "epochs", EPOCHS_TIP, self._read_epochs)
        self.schedule = self.add_choice("schedule", "schedule", SCHEDULE_NAMES, SCHEDULE_TIP)
        self.seed: QLineEdit = self.add_entry("seed", "seed", SEED_TIP, self._read_seed)
        self.batch.currentIndexChanged.connect(self._lock_rows)
        self.learning_rate.editingFinished.connect(self._on_rate_entered)

    def show_config(self, config: TrainingConfig) -> None:
        """Show these settings."""
        self.optimizer.choose(config.optimizer)
        self.learning_rate.setText(f"{config.learning_rate:.12g}")
        self.batch.choose({None: "all", 1: "one"}.get(config.batch_size, "some"))
        if config.batch_size is not None and config.batch_size > 1:
            self.batch_size.setText(str(config.batch_size))
        self.epochs.setText(str(config.epochs))
        self.seed.setText(str(config.seed))
        self.schedule.choose(config.schedule)
        self._lock_rows()

    def read_batch_size(self) -> int | None:
        """Images a step, None for all. Raises SettingError("batch_size")."""
        if self.batch.value == "some":
            return read_whole_number("batch_size", "Batch size", self.batch_size.text(), 1, LARGEST_BATCH)
        return 1 if self.batch.value == "one" else None

    def _read_rate(self) -> float:
        return read_learning_rate(self.learning_rate.text())

    def _read_epochs(self) -> int:
        return read_whole_number("epochs", "Number of epochs", self.epochs.text(), 1, MOST_EPOCHS)

    def _read_seed(self) -> int:
        return read_whole_number("seed", "Seed", self.seed.text(), 0, LARGEST_SEED)

    # ------------------------------------------------------------ finding a rate

    @Slot()
    def _on_find_clicked(self) -> None:
        if self._finding:
            self.find_cancelled.emit()
        else:
            self.find_requested.emit()

    def set_finding(self, finding: bool) -> None:
        """A search for a rate goes on, or has ended."""
        self._finding = finding
        row = self.rows["learning_rate"]
        if finding or row.message.text() == TRYING:
            row.say(TRYING if finding else "", trouble=False)
        self._lock_rows()

    def show_found(self, sweep: RateSweep) -> None:
        """Type the rate that was found, and say how far the rates went that were tried."""
        self.learning_rate.setText(f"{sweep.suggested:.2g}")
        self._on_rate_entered()
        self.rows["learning_rate"].say(
            f"Of {len(sweep.rates)} rates from {sweep.rates[0]:g} to {sweep.rates[-1]:.2g} the loss fell fastest at "
            "this one.",
            trouble=False,
        )

    def refuse_finding(self, sentence: str) -> None:
        """Say why no rate was found."""
        self.rows["learning_rate"].say(sentence)

    # ------------------------------------------------------------- during a run

    def set_running(self, running: bool) -> None:
        """Lock all but the learning rate, or nothing."""
        self._running = running
        self._lock_rows()
        if running:
            self._entered_rate = self._read_rate()
        elif "learning_rate" not in self.problems():
            self.rows["learning_rate"].say("")

    def enter_rate(self, rate: float) -> None:
        """Type this learning rate and press Enter."""
        self.learning_rate.setText(f"{rate:.12g}")
        self._on_rate_entered()

    def say(self, problems: dict[str, SettingError]) -> None:
        """Mark what is wrong; during a run also say what becomes of a learning rate that was typed."""
        super().say(problems)
        if self._finding and "learning_rate" not in problems:
            self.rows["learning_rate"].say(TRYING, trouble=False)
        if not self._running:
            return
        if "learning_rate" in problems:
            goes_on = f"{problems['learning_rate']} The run goes on with {self._entered_rate:g}."
            self.rows["learning_rate"].say(goes_on)
        elif self._read_rate() != self._entered_rate:
            self.rows["learning_rate"].say("Press Enter to apply it.", trouble=False)

    @Slot()
    def _on_rate_entered(self) -> None:
        try:
            rate = self._read_rate()
        except SettingError:
            return
        if rate != self._entered_rate:
            self._entered_rate = rate
            self.learning_rate_entered.emit(rate)
        self.rows["learning_rate"].say("")

    @Slot()
    def _lock_rows(self) -> None:
        for field, row in self.rows.items():
            row.lock(LOCKED if self._running and field != "learning_rate" else "")
        if not self._running and self.batch.value != "some":
            self.rows["batch_size"].lock(NO_BATCH_SIZE[self.batch.value])
        self.find_button.setText("Cancel" if self._finding else "Find")
        self.find_button.setToolTip(LOCKED if self._running else CANCEL_TIP if self._finding else FIND_TIP)
        self.find_button.setEnabled(not self._running)
