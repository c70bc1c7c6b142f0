"""A run as the log of runs has it: what it was to be, and how far it has come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from nncore.errors import ModelFileError
from nncore.files.json_header import built, spec_from
from nncore.model.network import NetworkSpec
from nncore.training.config import TrainingConfig

State = Literal["running", "finished", "stopped", "diverged"]

Rates: TypeAlias = tuple[tuple[int, float], ...]
"""(step, learning rate) of each step, counted from 1, from which the rate was another one."""


@dataclass(frozen=True)
class RunSettings:
    """What a run is, as it begins.

    recipe: its name, or "". data: its source, in words. parent: the run that it repeats or goes on from. rates: where
    the learning rate was changed by hand, also while it ran; () if it is that of `config` throughout.
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
    """A run as the log has it. Accuracies: 0 to 1, None where not measured. started: ISO date and time, local.

    state: "running" also for a run whose process was killed; process says which it was, "" if none is at work on it.
    best_epoch, best_accuracy: the epoch of the lowest validation loss, and the highest validation accuracy. The other
    training and validation figures are those of the last epoch. model: the file its model was kept in, or "".
    checkpoint: the name of the file that holds all it takes to go on, or "". deleted: when it was, or None.
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
"""Columns that hold how far a run has come; all are fields of LoggedRun."""

SETTINGS = ("name", "data", "machine", "recipe", "validation_share", "parent")
"""Columns that are fields of RunSettings as they stand."""

COLUMNS = (
    "id", "note", "spec", "config", "rates", *SETTINGS, "started", "state", *SUMMARY, "process", "checkpoint",
    "deleted",
)  # fmt: skip
"""What `run_of` makes a run of."""


def run_of(row: Mapping[str, Any]) -> LoggedRun | None:
    """A row of the table, {column: value} for COLUMNS; None if its settings are none that this Digit Lab knows."""
    try:
        spec, config, rates = _spec_of(row["spec"]), _config_of(row["config"]), _rates_of(row["rates"])
    except (ValueError, TypeError, ModelFileError):
        return None
    settings = RunSettings(spec=spec, config=config, rates=rates, **{name: row[name] for name in SETTINGS})
    others = {name: row[name] for name in COLUMNS if name not in (*SETTINGS, "spec", "config", "rates")}
    return LoggedRun(settings=settings, **others)


@lru_cache(maxsize=4096)
def run_of_values(values: tuple[Any, ...]) -> LoggedRun | None:
    """`run_of` the values of COLUMNS; a row that has not changed since it was read last is not read again."""
    return run_of(dict(zip(COLUMNS, values, strict=True)))


# Of a thousand runs most have the network and the settings of another one: each is read once.


@lru_cache(maxsize=512)
def _spec_of(text: str) -> NetworkSpec:
    return spec_from(json.loads(text))


@lru_cache(maxsize=2048)
def _config_of(text: str) -> TrainingConfig:
    return built(TrainingConfig, json.loads(text), "settings")


@lru_cache(maxsize=512)
def _rates_of(text: str) -> Rates:
    return tuple((int(step), float(rate)) for step, rate in json.loads(text))
