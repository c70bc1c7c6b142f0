"""A run in the log of runs: its settings and its progress."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from nncore.errors import ModelFileError
from nncore.files.json_header import dataclass_from, spec_from
from nncore.model.network import NetworkSpec
from nncore.training.config import TrainingConfig

State = Literal["running", "finished", "stopped", "diverged"]

Rates: TypeAlias = tuple[tuple[int, float], ...]
"""(step, learning rate): the steps, counted from 1, at which the rate changed."""


@dataclass(frozen=True)
class RunSettings:
    """The settings of a run.

    recipe: its name, or "". data: its source, in words. parent: the run that it repeats or continues. rates: the
    changes of the learning rate by hand, also during the run; () if it is always that of `config`.
    """

    name: str
    spec: NetworkSpec
    config: TrainingConfig
    data: str
    machine: str = ""
    recipe: str = ""
    validation_share: float = 0.0
    parent: int | None = None
    rates: Rates = ()


@dataclass(frozen=True)
class LoggedRun:
    """A run in the log. Accuracies: 0 to 1, None if not measured. started: ISO date and time, local.

    state: "running" also if the process was killed. process: the process that trains or trained the run, or "".
    best_epoch, best_accuracy: the epoch of the lowest validation loss, and the highest validation accuracy. The other
    training and validation figures are those of the last epoch. model: the file of its model, or "".
    checkpoint: the name of the file from which it can be continued, or "". deleted: the time, or None.
    """

    id: int
    settings: RunSettings
    note: str
    started: str
    state: State
    seconds: float
    epochs: int
    steps: int
    best_epoch: int | None
    validation_accuracy: float | None
    training_loss: float | None
    test_accuracy: float | None
    test_loss: float | None
    model: str = ""
    training_accuracy: float | None = None
    validation_loss: float | None = None
    best_accuracy: float | None = None
    process: str = ""
    checkpoint: str = ""
    deleted: str | None = None


SUMMARY = (
    "seconds", "epochs", "steps", "best_epoch", "validation_accuracy", "training_loss", "test_accuracy", "test_loss",
    "model", "training_accuracy", "validation_loss", "best_accuracy",
)  # fmt: skip
"""Columns with the progress of a run; all are fields of LoggedRun."""

SETTINGS_COLUMNS = tuple(field.name for field in fields(RunSettings))
COLUMNS = (*SETTINGS_COLUMNS, *(field.name for field in fields(LoggedRun) if field.name != "settings"))
"""The columns of the table of runs that `run_from_row` needs."""


@lru_cache(maxsize=4096)
def run_from_row(values: tuple[Any, ...]) -> LoggedRun | None:
    """Return the run of a row with the values of COLUMNS; None if this version cannot read its settings.

    It is cached, so that an unchanged row is not parsed again.
    """
    row = dict(zip(COLUMNS, values, strict=True))
    settings = {name: row.pop(name) for name in SETTINGS_COLUMNS}
    try:
        for name, parse in (("spec", _spec_of), ("config", _config_of), ("rates", _rates_of)):
            settings[name] = parse(settings[name])
    except (ValueError, TypeError, ModelFileError):
        return None
    return LoggedRun(settings=RunSettings(**settings), **row)


# Most runs share their network or settings with other runs, so each text is parsed once.


@lru_cache(maxsize=512)
def _spec_of(text: str) -> NetworkSpec:
    return spec_from(json.loads(text))


@lru_cache(maxsize=2048)
def _config_of(text: str) -> TrainingConfig:
    return dataclass_from(TrainingConfig, json.loads(text), "settings")


@lru_cache(maxsize=512)
def _rates_of(text: str) -> Rates:
    return tuple((int(step), float(rate)) for step, rate in json.loads(text))
