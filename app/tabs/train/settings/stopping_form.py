"""The settings that end a run before its epochs are over."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from app.widgets.form import SettingsForm
from app.widgets.parse_entries import read_number, read_whole_number
from nncore.training import TrainingConfig

MOST = 1_000_000_000

STEPS_TIP = f"The run ends after so many steps, 1 to {MOST:,}, if its epochs are not over before; empty for no limit."
SECONDS_TIP = (
    "The run ends after so many seconds, above 0; empty for no limit: what is learnt then depends on the machine."
)
PATIENCE_TIP = (
    "The run ends after so many epochs without a lower validation loss, 1 or more; empty to go on: 1 may stop at a "
    "mere wobble, a large one may overfit meanwhile."
)
KEEP_BEST_TIP = "End with the weights of the lowest validation loss instead of the last ones; it takes a little memory."


class StoppingForm(SettingsForm):
    """A form for the limits of a TrainingConfig, and which weights stay."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = self.add_entry("steps", "steps", STEPS_TIP, self._read_steps, empty="no limit")
        self.seconds = self.add_entry("seconds", "seconds", SECONDS_TIP, self._read_seconds, empty="no limit")
        self.patience = self.add_entry("patience", "patience", PATIENCE_TIP, self._read_patience, empty="no limit")
        self.keep_best = QCheckBox("keep the best epoch")
        self.keep_best.toggled.connect(self.changed)
        self.add("keep_best", "weights", self.keep_best, KEEP_BEST_TIP)
        self.readers["keep_best"] = self.keep_best.isChecked

    def show_config(self, config: TrainingConfig) -> None:
        """Show these settings."""
        for edit, limit in (
            (self.steps, config.steps),
            (self.seconds, config.seconds),
            (self.patience, config.patience),
        ):
            edit.setText("" if limit is None else f"{limit:.12g}")
        self.keep_best.setChecked(config.keep_best)

    def _read_steps(self) -> int | None:
        text = self.steps.text()
        return read_whole_number("steps", "Number of steps", text, 1, MOST) if text.strip() else None

    def _read_seconds(self) -> float | None:
        text = self.seconds.text()
        return read_number("seconds", "Number of seconds", text, 0, MOST, above=True) if text.strip() else None

    def _read_patience(self) -> int | None:
        text = self.patience.text()
        return read_whole_number("patience", "Patience", text, 1, MOST) if text.strip() else None
