"""Finds common problems of a run from its events, and suggests a remedy for each.

Each check compares the figures of a run with thresholds, which are the constants below.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from math import isfinite, log

from nncore.model.layers import LAYER_SPECS, Scale
from nncore.model.network import NetworkSpec
from nncore.reporting.number_text import decimal_text, percent_text
from nncore.system.copying import DeepCopyable
from nncore.training import TrainingConfig
from nncore.training.diagnosis.hint import (
    MODERATE_AUGMENTATION,
    Hint,
    is_saturating,
    rate_remedy,
    with_he_initialization,
    with_leaky_relu,
    with_relu,
    without_first_layer,
)
from nncore.training.events import Diverged, EpochDone
from nncore.training.health import LayerHealth, block_numbers
from nncore.training.optimizers import OPTIMIZERS

BARELY_BETTER_FACTOR = 0.98
"""A network whose loss is above this fraction of the loss of guessing has learned almost nothing."""

MIN_STEPS_TO_LEARN = 100
"""The number of first steps in which a healthy network may still be no better than guessing."""

MAX_HEALTHY_DEAD_FRACTION = 0.9
"""A layer with this fraction of dead units or more has too many; in healthy runs on digits up to a half are dead."""

EXPLODING_NORM = 100.0
"""The gradient of a layer explodes if its norm is larger; in healthy runs on digits it is about 1."""

VANISHING_RATIO = 0.05
"""Gradients vanish if the first layer's norm is below this fraction of the last layer's; a healthy ratio is about 1."""

MIN_STEP_CHANGE = 1e-4
"""Training is too slow if a step changes the weights by a smaller fraction, and the next two conditions hold too."""

MIN_EPOCH_CHANGE = 0.01
"""The second condition: an epoch changes the weights by a smaller fraction."""

MIN_LOSS_FALL = 0.02
"""The third condition: an epoch lowers the loss by a smaller fraction."""

STEPS_COMPARED = 5
"""The largest change by the last steps of this many epochs is compared with MIN_STEP_CHANGE: a single step may be small
because of its examples."""

MIN_PLATEAU_FRACTION = 0.1
"""A plateau lasts at least this fraction of a run's epochs; in a long run the loss often stays equal for a while."""

MAX_HEALTHY_SCALE = 10.0
"""The inputs of a network are too large if its first layer scales them by more than this."""

MIN_WEIGHTS_COMPARED = 17
"""Equal weights are a problem only in a layer with at least this many; in a smaller one they may be equal by chance."""

MUCH_TOO_HIGH = 10
"""The learning rate is the cause of dead units if it is at least this many times the usual one."""

STUCK_FACTOR = 0.9
"""Vanishing gradients are a problem while the loss stays above this fraction of the loss of guessing."""

STILL_HIGH_FACTOR = 0.5
"""A slow run is reported while its training loss is above this fraction of the loss of guessing."""

LOW_ENOUGH_FACTOR = 0.1
"""A plateau is reported while the loss is above this fraction of the loss of guessing; below it, little can improve."""

RISING_FACTOR = 1.3
"""The training loss rises if its lowest value in the last third of the epochs is above this multiple of the lowest one
before."""

OVERFITTED_EPOCHS = 3
"""Number of the last epochs whose validation losses show whether a network overfits."""

OVERFITTED_FACTOR = 1.1
"""A network overfits if these losses are above this multiple of the lowest validation loss, and FITTED_FACTOR holds."""

FITTED_FACTOR = 0.5
"""The training loss of a network that overfits is below this fraction of the lowest validation loss."""

PLATEAU_FACTOR = 0.99
"""The training loss stays equal if its lowest value in the last third of the epochs is above this fraction of the
lowest one before."""

_MAX_RECORDS = 60
"""The largest number of epochs whose figures are stored."""


@dataclass(frozen=True)
class _Record:
    """The figures of an epoch that the checks need."""

    epoch: int
    step: int
    training_loss: float
    validation_loss: float | None
    training_accuracy: float | None

    @property
    def lowest_loss(self) -> float:
        """The lower of both losses."""
        return self.training_loss if self.validation_loss is None else min(self.training_loss, self.validation_loss)


class Adviser(DeepCopyable):
    """Watches one run: `after_epoch` takes each EpochDone, and returns the most serious problem that it finds.

    learning_rate: the current one; the caller must update it when it changes. Memory does not grow with the run: in a
    long run only every second, fourth ... epoch is stored.
    """

    def __init__(self, spec: NetworkSpec, config: TrainingConfig) -> None:
        self.spec, self.config = spec, config
        self.learning_rate = config.learning_rate
        self._records: list[_Record] = []
        self._stride = 1
        self._now: _Record | None = None
        self._health: tuple[LayerHealth, ...] = ()
        self._largest_steps: deque[float] = deque(maxlen=STEPS_COMPARED)

    def after_divergence(self, diverged: Diverged) -> Hint:
        """The hint for a run that diverged."""
        unscaled = self._check_unscaled()
        if unscaled is not None:
            return replace(unscaled, sentence=f"{diverged.message} {unscaled.sentence}")
        # A tenth of a rate far above the usual one would diverge again, or saturate the activations.
        return Hint("diverged", diverged.message, *rate_remedy(min(diverged.learning_rate / 10, self._usual_rate)))

    def after_epoch(self, done: EpochDone) -> Hint | None:
        """The most serious problem after this epoch; None if no problem is found."""
        self._record(done)
        # Causes come before symptoms: a network with dead units, for example, also is no better than guessing.
        checks = (
            self._check_symmetric,
            self._check_unscaled,
            self._check_exploding,
            self._check_dead,
            self._check_vanishing,
            self._check_too_slow,
            self._check_guessing,
            self._check_rising,
            self._check_overfitting,
            self._check_plateau,
        )
        return next((hint for hint in (check() for check in checks) if hint), None)

    def _record(self, done: EpochDone) -> None:
        self._now = _Record(done.epoch, done.step, done.training_loss, done.validation_loss, done.training_accuracy)
        if done.health:
            self._health = done.health
            self._largest_steps.append(max((layer.update_ratio or 0.0 for layer in self._weights), default=0.0))
        if done.epoch % self._stride == 0:
            self._records.append(self._now)
        if len(self._records) > _MAX_RECORDS:
            self._stride *= 2
            self._records = [record for record in self._records if record.epoch % self._stride == 0]

    # ----------------------------------------------------------------- figures

    @property
    def _guessing_loss(self) -> float | None:
        """The loss if all classes get the same probability; None if the loss is not cross-entropy over classes."""
        classes = self.spec.output == "softmax" and self.config.loss in (None, "cross_entropy")
        return log(self.spec.outputs) if classes else None

    def _learned_nothing(self, fraction: float = BARELY_BETTER_FACTOR) -> bool:
        """Whether the loss has been above `fraction` of the loss of guessing for the last MIN_STEPS_TO_LEARN steps.

        The training loss is a mean over the epoch. If the validation loss, measured at its end, is lower, it counts.
        """
        now, guess = self._now, self._guessing_loss
        if now is None or guess is None or now.step < MIN_STEPS_TO_LEARN:
            return False
        recent = (record for record in self._records if record.step > now.step - MIN_STEPS_TO_LEARN)
        return all(record.lowest_loss >= fraction * guess for record in (*recent, now))

    @property
    def _weights(self) -> list[LayerHealth]:
        """The figures of the layers with weights (dense and convolutional), first to last."""
        return [layer for layer in self._health if LAYER_SPECS[layer.kind].has_weights]

    @property
    def _usual_rate(self) -> float:
        return OPTIMIZERS[self.config.optimizer].usual_learning_rate

    # ----------------------------------------------------------------- checks

    def _check_symmetric(self) -> Hint | None:
        hidden = self._weights[:-1]
        from_zeros = bool(hidden) and any(getattr(layer, "initialization", "") == "zeros" for layer in self.spec.layers)
        # All weights in one bin of the histogram are equal.
        alike = any(
            layer.histogram is not None
            and layer.histogram.sum() >= MIN_WEIGHTS_COMPARED
            and layer.histogram.max() == layer.histogram.sum()
            for layer in hidden
        )
        if not (from_zeros or alike):
            return None
        return Hint(
            "symmetric",
            "All units of a layer started with the same weights, so they get the same gradient and stay the same.",
            "Use He initialization",
            network_change=with_he_initialization,
        )

    def _check_unscaled(self) -> Hint | None:
        first = self.spec.layers[0]
        if not (isinstance(first, Scale) and abs(first.factor) > MAX_HEALTHY_SCALE):
            return None
        return Hint(
            "unscaled",
            f"The inputs reach {decimal_text(abs(first.factor), 6)} instead of 1, so the sums and gradients of "
            f"the first layer are "
            "far too large.",
            "Use pixels from 0 to 1",
            network_change=without_first_layer,
        )

    def _check_exploding(self) -> Hint | None:
        now, guess = self._now, self._guessing_loss
        norms = [layer.gradient_norm for layer in self._weights if layer.gradient_norm is not None]
        long = [norm for norm in norms if not norm <= EXPLODING_NORM]  # NaN too
        if not long or self.config.clip_norm is not None or now is None:
            return None
        if guess is not None and now.training_loss < guess:
            return None
        length = decimal_text(max(long), 2) if all(map(isfinite, long)) else "infinite"
        return Hint(
            "exploding",
            f"The gradient explodes: its length in one layer is {length}; about 1 is usual.",
            "Clip gradients to a length of 1",
            {"clip_norm": 1.0},
        )

    def _check_dead(self) -> Hint | None:
        for layer, number in zip(self._health, block_numbers(self._health), strict=True):
            if layer.dead_fraction is not None and layer.dead_fraction >= MAX_HEALTHY_DEAD_FRACTION:
                sentence = (
                    f"{percent_text(layer.dead_fraction, 0)} of the ReLU units of layer {number} are dead: they give "
                    "0 for every example, so no gradient reaches them."
                )
                if self.learning_rate >= MUCH_TOO_HIGH * self._usual_rate:
                    return Hint("dead", sentence, *rate_remedy(self._usual_rate), needs_new_weights=True)
                return Hint("dead", sentence, "Use leaky ReLU", network_change=with_leaky_relu)
        return None

    def _check_vanishing(self) -> Hint | None:
        norms = [layer.gradient_norm for layer in self._weights if layer.gradient_norm is not None]
        if len(norms) < 3 or not self._learned_nothing(STUCK_FACTOR) or not norms[0] < VANISHING_RATIO * norms[-1]:
            return None
        sentence = (
            "The gradient vanishes towards the first layer: its length is "
            f"{decimal_text(norms[0], 2)} in the first layer and {decimal_text(norms[-1], 2)} in the last."
        )
        if any(is_saturating(layer) for layer in self.spec.layers):
            return Hint("vanishing", sentence, "Use ReLU", network_change=with_relu)
        return Hint("vanishing", sentence, "Use He initialization", network_change=with_he_initialization)

    def _check_too_slow(self) -> Hint | None:
        now, records, largest = self._now, self._records, max(self._largest_steps, default=0.0)
        if now is None or not largest or now.step < MIN_STEPS_TO_LEARN or len(records) < 2:
            return None
        if largest >= MIN_STEP_CHANGE or largest * now.step / now.epoch >= MIN_EPOCH_CHANGE:
            return None
        before, reference = records[-2].training_loss, self._guessing_loss or records[0].training_loss
        if now.training_loss < (1 - MIN_LOSS_FALL) * before or now.training_loss < STILL_HIGH_FACTOR * reference:
            return None
        return Hint(
            "too slow",
            f"The learning rate is too low: a step changes the weights by {decimal_text(largest, 1)} of their "
            f"size, and "
            "the loss hardly falls.",
            *rate_remedy(self.learning_rate * 10),
        )

    def _check_guessing(self) -> Hint | None:
        if self._now is None or self._guessing_loss is None or not self._learned_nothing():
            return None
        sentence = (
            f"No better than guessing: the training loss of epoch {self._now.epoch} is {self._now.training_loss:.2f}; "
            f"the loss of guessing is {self._guessing_loss:.2f}."
        )
        if any(getattr(layer, "initialization", "") == "uniform" for layer in self.spec.layers):
            return Hint("guessing", sentence, "Use He initialization", network_change=with_he_initialization)
        if sum(map(is_saturating, self.spec.layers)) > 1:
            return Hint("guessing", sentence, "Use ReLU", network_change=with_relu)
        if self.learning_rate < self._usual_rate:
            return Hint("guessing", sentence, *rate_remedy(self.learning_rate * 10))
        return Hint("guessing", sentence, *rate_remedy(self.learning_rate / 10), needs_new_weights=True)

    def _check_rising(self) -> Hint | None:
        before, recent = self._last_third()
        if len(recent) < 3 or recent[-1].step - before[-1].step < MIN_STEPS_TO_LEARN:
            return None
        best, now = min(record.training_loss for record in before), min(record.training_loss for record in recent)
        if now < RISING_FACTOR * best:
            return None
        return Hint(
            "rising",
            f"The training loss rises: it was {decimal_text(best)} and is now "
            f"{decimal_text(recent[-1].training_loss)}.",
            *rate_remedy(self.learning_rate / 10),
        )

    def _check_overfitting(self) -> Hint | None:
        losses = [(record.validation_loss, record) for record in self._records if record.validation_loss is not None]
        if len(losses) < 5:
            return None
        best = min(loss for loss, _ in losses)
        latest = [loss for loss, _ in losses[-OVERFITTED_EPOCHS:]]
        now = losses[-1][1]
        if min(latest) < OVERFITTED_FACTOR * best or now.training_loss > FITTED_FACTOR * best:
            return None
        sentence = (
            f"The network overfits: the validation loss has risen from {decimal_text(best)} to "
            f"{decimal_text(latest[-1])}, while the "
            f"training loss has fallen to {decimal_text(now.training_loss, 2)}."
        )
        if len(self.spec.input_shape) == 2 and self.config.augmentation is None:
            settings = {"augmentation": MODERATE_AUGMENTATION, "keep_best": True}
            return Hint("overfitting", sentence, "Distort the images, and keep the best epoch", settings)
        settings = {"patience": 3, "keep_best": True}
        return Hint("overfitting", sentence, "Stop after 3 worse epochs, and keep the best", settings)

    def _check_plateau(self) -> Hint | None:
        before, recent = self._last_third()
        if len(recent) < 4 or recent[-1].step < 2 * MIN_STEPS_TO_LEARN or self.config.schedule != "constant":
            return None
        if recent[-1].epoch - before[-1].epoch < MIN_PLATEAU_FRACTION * self.config.epochs:
            return None
        best, now = min(record.training_loss for record in before), min(record.training_loss for record in recent)
        reference = self._guessing_loss or self._records[0].training_loss
        if now < PLATEAU_FACTOR * best or now < LOW_ENOUGH_FACTOR * reference:
            return None
        return Hint(
            "plateau",
            f"The training loss has stayed at {decimal_text(now)} since epoch {before[-1].epoch}.",
            *rate_remedy(self.learning_rate / 10),
        )

    def _last_third(self) -> tuple[list[_Record], list[_Record]]:
        """The stored epochs before the last third, and those of the last third; both empty for fewer than 6."""
        if len(self._records) < 6:
            return [], []
        third = len(self._records) // 3
        return self._records[:-third], self._records[-third:]
