"""The settings of a training, one row each; network and data are given separately.

A new setting is a field with its row here, and the code that uses it. The command line, sweeps, the form in the Train
tab, reports and the checks of files read the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nncore.model.losses import LOSSES
from nncore.preprocessing.augmentation import Augmentation
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.schedules import SCHEDULES
from nncore.training.settings import MAX_INTEGER, NumberRange, setting_row, settings_by_name

MAX_EPOCHS = 10**9

AT_LEAST_1 = NumberRange(1, MAX_INTEGER)
SEEDS = NumberRange(0, MAX_INTEGER)


def _labels(rows: Mapping[str, Any]) -> dict[str, str]:
    return {name: row.label for name, row in rows.items()}


def _help_of_choices(rows: Mapping[str, Any]) -> str:
    """What each choice does: "Adam combines momentum and RMSProp. SGD follows the gradient as it is"."""
    return ". ".join(f"{row.label[:1].upper()}{row.label[1:]} {row.help}" for row in rows.values())


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """The settings of a training; `SETTINGS` has the allowed values of each one.

    Attributes:
        batch_size: examples per step; None, or more than the data has, takes all of them (full batch).
        seed: the same seed gives the same bits on the same machine.
        loss: None for the default loss of the network's output.
        weight_decay: applies to weights, not to biases.
        clip_norm: a longer gradient is scaled down to this length; None turns this off.
        steps, seconds: the run ends after this many, if the epochs have not ended before; None for no limit. A schedule
            covers the run up to its limits. With a limit in seconds the bits depend on how fast the machine is.
        patience: the run ends after this many epochs without a lower validation loss (Prechelt, "Early Stopping",
            1998).
        keep_best: whether the network ends with the weights of its lowest validation loss; a network that diverges
            ends with those of the last epoch that had not diverged.

    Raises SettingError for a value out of range.
    """

    # fmt: off
    optimizer: str = setting_row(
        "adam", "optimizer", "choice", "learning", choices=_labels(OPTIMIZERS), in_dialog=True,
        purpose="How a gradient becomes a step",
        extremes=_help_of_choices(OPTIMIZERS),
    )
    learning_rate: float = setting_row(
        0.001, "learning rate", "number", "learning", range=NumberRange(0, above=True), in_dialog=True,
        examples="0.001 0.003 0.01",
        purpose="The size of the steps, often 0.001",
        extremes="With a rate that is too low, the network barely learns. With one that is too high, the run diverges",
    )
    batch_size: int | None = setting_row(
        128, "batch size", "whole number", "learning", range=AT_LEAST_1, none_text="full", in_dialog=True,
        examples="32 128 full",
        purpose="The number of examples in a step",
        extremes="Small batches give noisy steps. Large ones give fewer and smoother steps per epoch. A full batch "
        "takes all examples",
    )
    epochs: int = setting_row(
        5, "epochs", "whole number", "learning", range=NumberRange(1, MAX_EPOCHS), in_dialog=True, examples="2 5 10",
        purpose="The number of passes over the training data",
        extremes="With few, the network learns little. With many, it may overfit",
    )
    schedule: str = setting_row(
        "constant", "schedule", "choice", "learning", choices=_labels(SCHEDULES), in_dialog=True,
        purpose="How the learning rate changes over the run",
        extremes=_help_of_choices(SCHEDULES),
    )
    seed: int = setting_row(
        0, "seed", "whole number", "learning", range=SEEDS, in_dialog=True, examples="0 1 2",
        purpose="Where the random numbers start",
        extremes="The same seed gives the same run again. Several seeds show how much results vary at random",
    )
    augmentation: Augmentation | None = setting_row(  # noqa: RUF009
        None, "augmentation", "distortions", "augmentation", none_text="none", swept=False,
        purpose="Random distortions of each training image, new in every epoch",
        extremes="Training is slower, but the network reads handwriting better",
    )
    loss: str | None = setting_row(
        None, "loss", "choice", "loss", choices=_labels(LOSSES), none_text="default for the output",
        purpose="The function that training minimizes",
        extremes=_help_of_choices(LOSSES),
    )
    label_smoothing: float = setting_row(
        0.0, "label smoothing", "number", "loss", range=NumberRange(0, 1, below=True), examples="0 0.1",
        purpose="The fraction of each label that is spread over all classes, often 0.1",
        extremes="With 0 the network can become certain. Near 1 there is nothing left to learn",
    )
    weight_decay: float = setting_row(
        0.0, "weight decay", "number", "loss", in_dialog=True, examples="0 0.0001",
        purpose="How strongly weights are pulled towards 0, often 0.0001",
        extremes="0 has no effect. Near 1 the weights cannot learn",
    )
    clip_norm: float | None = setting_row(
        None, "gradient clipping", "number", "loss", range=NumberRange(0, float("inf"), above=True), none_text="none",
        examples="none 1",
        purpose="The length to which longer gradients are cut, often 1",
        extremes="A very small length slows all steps. A very large one has no effect",
    )
    steps: int | None = setting_row(
        None, "maximum steps", "whole number", "stopping", range=AT_LEAST_1, none_text="no limit", examples="1000 5000",
        purpose="The run ends after this many steps, if its epochs have not ended before",
        extremes="A small limit ends the run early. One beyond the last epoch has no effect",
    )
    seconds: float | None = setting_row(
        None, "maximum seconds", "number", "stopping", range=NumberRange(0, float("inf"), above=True),
        none_text="no limit", examples="10 60",
        purpose="The run ends after this many seconds of training",
        extremes="How much the network learns then depends on the speed of the machine",
    )
    patience: int | None = setting_row(
        None, "patience", "whole number", "stopping", range=AT_LEAST_1, none_text="no limit", examples="none 3",
        purpose="The run ends after this many epochs without a lower validation loss",
        extremes="With 1 the run may end at a random rise of the loss. With a large value it may overfit first",
    )
    keep_best: bool = setting_row(
        False, "keep the best epoch", "flag", "stopping", examples="yes no",
        purpose="End with the weights of the lowest validation loss",
        extremes="Otherwise the run ends with its last weights; the copy takes a little memory",
    )
    # fmt: on

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            value = getattr(self, name)
            setting.check(value)
            object.__setattr__(self, name, setting.plain(value))


SETTINGS = settings_by_name(TrainingConfig)
"""The row of each setting, by its name."""
