"""The settings of the loss, and of what keeps weights and gradients small."""

from __future__ import annotations

from app.widgets.form import SettingsForm
from app.widgets.parse_entries import read_number
from nncore.training import TrainingConfig

LOSS_NAMES = {
    "": "fitting the output",
    "cross_entropy": "cross-entropy",
    "binary_cross_entropy": "binary cross-entropy",
    "mean_squared_error": "mean squared error",
}
LARGEST = 1e6

LOSS_TIP = (
    "What the network is punished for: cross-entropy for one class of several, binary cross-entropy for each yes or "
    "no, mean squared error for numbers."
)
SMOOTHING_TIP = (
    "How much of each label is spread over all classes, 0 to below 1, often 0.1: 0 lets the network grow sure of "
    "itself, near 1 leaves nothing to learn."
)
DECAY_TIP = (
    "How strongly weights are pulled towards 0, 0 or more, often 0.0001: 0 not at all, 1 keeps them from learning."
)
CLIP_TIP = (
    "Gradients longer than this are cut to it, above 0, often 1; left empty, none is: a tiny one slows all steps, "
    "a huge one does nothing."
)


class LossForm(SettingsForm):
    """A form for the loss, label smoothing, weight decay and gradient clipping of a TrainingConfig."""

    def __init__(self) -> None:
        super().__init__()
        self.loss = self.add_choice("loss", "loss", LOSS_NAMES, LOSS_TIP)
        self.readers["loss"] = lambda: self.loss.value or None
        self.label_smoothing = self.add_entry("label_smoothing", "label smoothing", SMOOTHING_TIP, self._read_smoothing)
        self.weight_decay = self.add_entry("weight_decay", "weight decay", DECAY_TIP, self._read_decay)
        self.clip_norm = self.add_entry("clip_norm", "gradient clipping", CLIP_TIP, self._read_clip, empty="none")

    def show_config(self, config: TrainingConfig) -> None:
        """Show these settings."""
        self.loss.choose(config.loss or "")
        self.label_smoothing.setText(f"{config.label_smoothing:.12g}")
        self.weight_decay.setText(f"{config.weight_decay:.12g}")
        self.clip_norm.setText("" if config.clip_norm is None else f"{config.clip_norm:.12g}")

    def _read_smoothing(self) -> float:
        return read_number("label_smoothing", "Label smoothing", self.label_smoothing.text(), 0, 0.999999)

    def _read_decay(self) -> float:
        return read_number("weight_decay", "Weight decay", self.weight_decay.text(), 0, LARGEST)

    def _read_clip(self) -> float | None:
        if not self.clip_norm.text().strip():
            return None
        return read_number("clip_norm", "Gradient clipping", self.clip_norm.text(), 0, LARGEST, above=True)
