"""A run in the log of runs: its settings and its progress."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, fields
from functools import lru_cache
from math import inf, isfinite
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from nncore.files.json_header import dataclass_from, spec_from
from nncore.model.network import NetworkSpec
from nncore.training.config import TrainingConfig
from nncore.training.history import EpochFigures
from nncore.training.settings import MAX_FLOAT, STORED_NAME, stored_name
from nncore.training.step_curve import MAX_CURVE_POINTS

State = Literal["running", "finished", "stopped", "diverged"]

Rates: TypeAlias = tuple[tuple[int, float], ...]
"""(step, learning rate): the steps, counted from 1, at which the rate changed."""


@dataclass(frozen=True)
class RunSettings:
    """The settings of a run.

    Attributes:
        recipe: its name, or "".
        data: its source, in words.
        parent: the run that it repeats or continues.
        rates: the changes of the learning rate by hand, also during the run; () if it is always that of `config`.
    """

    name: str
    spec: NetworkSpec
    config: TrainingConfig
    _: KW_ONLY
    data: str
    machine: str = ""
    recipe: str = ""
    validation_fraction: float = field(default=0.0, metadata={STORED_NAME: "validation_share"})
    parent: int | None = None
    rates: Rates = ()


@dataclass(frozen=True)
class LoggedRun:
    """A run in the log. Accuracies: 0 to 1, None if not measured. started: ISO date and time, local.

    Attributes:
        state: "running" also if the process was killed.
        process: the process that trains or trained the run, or "".
        best_epoch, best_accuracy: the epoch of the lowest validation loss, and the highest validation accuracy. The
            other training and validation figures are from the last epoch.
        model: the file of its model, or "".
        checkpoint_name: the file in the folder of the log from which it can be continued, or "".
        deleted: the time, or None.
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
    checkpoint_name: str = field(default="", metadata={STORED_NAME: "checkpoint"})
    deleted: str | None = None


SUMMARY = (
    "seconds", "epochs", "steps", "best_epoch", "validation_accuracy", "training_loss", "test_accuracy", "test_loss",
    "model", "training_accuracy", "validation_loss", "best_accuracy",
)  # fmt: skip
"""Columns with the progress of a run; all are fields of LoggedRun."""

_JSON_COLUMNS = ("spec", "config", "rates")
_LOGGED_FIELDS = (*fields(RunSettings), *(each for each in fields(LoggedRun) if each.name != "settings"))
LOGGED_COLUMNS = tuple(stored_name(each) for each in _LOGGED_FIELDS)
"""The columns of the table of runs that `run_from_row` needs."""


MAX_CHARACTERS = 32_767
"""Largest length of a text: the window lets the user enter no longer name or note."""

MAX_JSON_CHARACTERS = 1_000_000
"""Largest length of a column with JSON. A network of 500 layers has about 50,000 characters."""

MAX_FIGURE = float(np.finfo(np.float32).max)
"""Largest absolute value of a loss or of a time in seconds."""

MAX_FIGURES = 50
"""Largest number of figures of an epoch."""

CHECKPOINT_NAME = re.compile(r"[^/\\:\0]{1,100}\.checkpoint")
"""The name of a checkpoint: never a path, so that no other file can be read or deleted."""

_COUNTS = ("epochs", "steps")
_TEXTS = ("name", "data", "machine", "recipe", "note", "started", "model", "process", "checkpoint_name")


@lru_cache(maxsize=4096)
def run_from_row(values: tuple[Any, ...]) -> LoggedRun | None:
    """Return the run of a row with the values of LOGGED_COLUMNS; None if a value is damaged or of a newer version.

    It is cached, so that an unchanged row is not parsed again.
    """
    row: dict[str, Any] = {
        each.name: None if value in (inf, -inf) else value  # a loss of a diverged run
        for each, value in zip(_LOGGED_FIELDS, values, strict=True)
    }
    if not _is_valid(row):
        return None
    settings = {each.name: row.pop(each.name) for each in fields(RunSettings)}
    try:
        for name, parse in (("spec", _spec_of), ("config", _config_of), ("rates", _rates_of)):
            settings[name] = parse(settings[name])
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return LoggedRun(settings=RunSettings(**settings), **row)


def _is_valid(row: Mapping[str, Any]) -> bool:
    """Whether the values of a row, except those in JSON, have the types and ranges that a log writes."""
    return (
        all(isinstance(row[name], str) and len(row[name]) <= MAX_CHARACTERS for name in _TEXTS)
        and all(isinstance(row[name], str) and len(row[name]) <= MAX_JSON_CHARACTERS for name in _JSON_COLUMNS)
        and all(_is_count(row[name]) for name in ("id", *_COUNTS))
        and all(row[name] is None or _is_count(row[name]) for name in ("parent", "best_epoch"))
        and all(is_figure(name, row[name]) for name in row if name.endswith(("accuracy", "loss")))
        and all(row[name] is not None and is_figure(name, row[name]) for name in ("seconds", "validation_fraction"))
        and row["seconds"] >= 0
        and row["state"] in get_args(State)
        and (row["deleted"] is None or isinstance(row["deleted"], str))
        and (not row["checkpoint_name"] or CHECKPOINT_NAME.fullmatch(row["checkpoint_name"]) is not None)
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_figure(name: str, value: object) -> bool:
    """Whether `value` is None or a number that the figure of this name can have; accuracies are from 0 to 1."""
    if value is None:
        return True
    lowest, highest = (0.0, 1.0) if name.endswith(("accuracy", "fraction")) else (-MAX_FIGURE, MAX_FIGURE)
    return isinstance(value, int | float) and not isinstance(value, bool) and lowest <= value <= highest


def epoch_from_row(epoch: object, text: object) -> EpochFigures | None:
    """Return the figures of an epoch from its number and its JSON; None if they are damaged.

    A figure that is not finite becomes None.
    """
    try:
        row = json.loads(_json_text(text), parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return None
    is_row = isinstance(row, dict) and len(row) <= MAX_FIGURES and _is_count(epoch) and row.get("epoch") == epoch
    return row if is_row and all(is_figure(name, value) for name, value in row.items()) else None


class LastEvaluation(NamedTuple):
    """The last evaluation of a run. part: of the data, such as "test". confusion: (classes, classes), rows are true."""

    part: str
    confusion: NDArray[np.int64]


def evaluation_from_text(text: object) -> LastEvaluation | None:
    """Return the last evaluation of a run from its JSON; None if it is damaged."""
    try:
        found = json.loads(_json_text(text))
        part, rows = found["on"], found["confusion"]
        matrix = np.array(rows, np.int64)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    is_square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] > 0
    if not is_square or matrix.min() < 0 or not isinstance(part, str) or len(part) > MAX_CHARACTERS:
        return None
    return LastEvaluation(part, matrix)


def curve_from_bytes(content: object) -> NDArray[np.float32]:
    """Return step, loss and accuracy (3, n) of a curve, n at most MAX_CURVE_POINTS; no points with a damaged step."""
    stored = content if isinstance(content, bytes) else b""
    columns = min(len(stored) // 12, MAX_CURVE_POINTS)  # three rows of float32; a damaged blob is cut to whole columns
    curve = np.frombuffer(stored[: 12 * columns], "<f4").reshape(3, -1)
    return curve[:, np.isfinite(curve[0]) & (curve[0] >= 0)]


def _json_text(text: object) -> str:
    """Return a JSON text; raises ValueError if it is not a text or is too long."""
    if not isinstance(text, str) or len(text) > MAX_JSON_CHARACTERS:
        raise ValueError("not a JSON text")
    return text


def _finite(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


# Most runs share their network or settings with other runs, so each text is parsed once.


@lru_cache(maxsize=512)
def _spec_of(text: str) -> NetworkSpec:
    return spec_from(json.loads(text))


@lru_cache(maxsize=2048)
def _config_of(text: str) -> TrainingConfig:
    return dataclass_from(TrainingConfig, json.loads(text), "settings")


@lru_cache(maxsize=512)
def _rates_of(text: str) -> Rates:
    rates = json.loads(text)
    if not isinstance(rates, list) or not all(
        isinstance(each, list) and len(each) == 2 and _is_count(each[0]) and isinstance(each[1], int | float)
        for each in rates
    ):  # fmt: skip
        raise ValueError("not a list of rates")
    if not all(0 < rate <= MAX_FLOAT for _, rate in rates):
        raise ValueError("a rate out of range")
    return tuple((step, float(rate)) for step, rate in rates)
