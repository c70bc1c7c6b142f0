"""How to train: every setting of a run but the network and the data."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from nncore.errors import SettingError
from nncore.model.losses import LOSSES
from nncore.preprocessing.augmentation import Augmentation
from nncore.training.control import check_learning_rate
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.schedules import SCHEDULES

MOST_EPOCHS = 10**9


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    optimizer: "sgd", "momentum", "nesterov", "rmsprop", "adam" or "adamw". learning_rate: above 0, finite. batch_size:
    examples a step, 1 or more; None takes all of them (full batch), and more than there are means the same. epochs:
    passes over the data, 1 to MOST_EPOCHS. seed: 0 or more; the same seed gives the same bits on the same machine.
    schedule: "constant", "step", "exponential", "cosine" or "one_cycle". augmentation: random distortions of the
    training images, or None.

    loss: "cross_entropy", "binary_cross_entropy", "mean_squared_error", or None for the one that goes with the
    network's output. label_smoothing: 0 to below 1. weight_decay: 0 or more, of weights, not of biases. clip_norm: a
    longer gradient is cut to this length, above 0; None leaves it.

    steps, seconds: the run ends after so many, if the epochs have not ended before; None for no such limit. A schedule
    runs over what the limits leave. With a limit in seconds the bits depend on how fast the machine is.
    patience: the run ends after so many epochs without a lower validation loss (Prechelt, "Early Stopping", 1998);
    None to go on. keep_best: whether the network ends with the weights of its lowest validation loss; one that diverges
    ends with those of its last sound epoch.

    Raises SettingError naming the field.
    """

    optimizer: str = "adam"
    learning_rate: float = 0.001
    batch_size: int | None = 128
    epochs: int = 5
    seed: int = 0
    schedule: str = "constant"
    augmentation: Augmentation | None = None
    loss: str | None = None
    label_smoothing: float = 0.0
    weight_decay: float = 0.0
    clip_norm: float | None = None
    steps: int | None = None
    seconds: float | None = None
    patience: int | None = None
    keep_best: bool = False

    def __post_init__(self) -> None:
        _check_choice("optimizer", "Optimiser", self.optimizer, tuple(OPTIMIZERS))
        _check_choice("schedule", "Schedule", self.schedule, tuple(SCHEDULES))
        if self.loss is not None:
            _check_choice("loss", "Loss", self.loss, LOSSES)
        check_learning_rate(self.learning_rate)
        for name in ("batch_size", "epochs", "seed", "steps", "patience"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise SettingError(name, f"{name.replace('_', ' ').capitalize()} {value}: it is a whole number.")
        if self.batch_size is not None and self.batch_size < 1:
            raise SettingError("batch_size", f"A batch of {self.batch_size} is none: it is 1 or more.")
        if not 1 <= self.epochs <= MOST_EPOCHS:
            given = f"{self.epochs} epochs" if self.epochs < 1 else "So many epochs"
            raise SettingError("epochs", f"{given} cannot be trained: it is 1 to {MOST_EPOCHS:,}.")
        if self.seed < 0:
            raise SettingError("seed", f"Seed {self.seed} is negative: it is 0 or more.")
        if not 0 <= self.label_smoothing < 1:
            raise SettingError("label_smoothing", f"Label smoothing {self.label_smoothing:g}: it is 0 to below 1.")
        if not (isfinite(self.weight_decay) and self.weight_decay >= 0):
            raise SettingError("weight_decay", f"Weight decay {self.weight_decay:g}: it is 0 or more, and finite.")
        if self.clip_norm is not None and not self.clip_norm > 0:
            raise SettingError("clip_norm", f"A gradient cannot be cut to {self.clip_norm:g}: it is above 0.")
        self._check_limits()

    def _check_limits(self) -> None:
        if self.steps is not None and self.steps < 1:
            raise SettingError("steps", f"{self.steps} steps cannot be trained: it is 1 or more.")
        if self.seconds is not None and not self.seconds > 0:
            raise SettingError("seconds", f"A run of {self.seconds:g} seconds is none: it is above 0.")
        if self.patience is not None and self.patience < 1:
            raise SettingError("patience", f"A patience of {self.patience} epochs is none: it is 1 or more.")


def _check_choice(field: str, what: str, name: str, choices: tuple[str, ...]) -> None:
    if name not in choices:
        raise SettingError(field, f"{what} {name!r} is unknown: choose one of {', '.join(choices)}.")
