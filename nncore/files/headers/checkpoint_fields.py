"""What the header of a kept run may say: each field, and what holds between them.

A run that goes on relies on every one of these numbers: a wrong one would not fail, but train something else.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import Any

from nncore.errors import ModelFileError
from nncore.files.headers.json_header import HISTORY, SPEC, TEXT, Check, is_count, is_number, is_object, is_whole
from nncore.preprocessing.augmentation import Augmentation
from nncore.training.history import FIGURES, MOST_ROWS
from nncore.training.progress import Progress
from nncore.training.random_streams import RandomStreams


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_positive(value: Any) -> bool:
    return is_number(value) and value > 0


def _is_not_negative(value: Any) -> bool:
    return is_number(value) and value >= 0


def _are_rates(value: Any) -> bool:
    """Whether it is a list of (step, learning rate), each at a later step than the one before."""
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        return False
    if not all(is_whole(step, 1) and _is_positive(rate) for step, rate in value):
        return False
    return all(before[0] < after[0] for before, after in pairwise(value))


def _are_states(value: object) -> bool:
    return isinstance(value, list) and len(value) == len(RandomStreams.of(0).states()) and all(map(is_object, value))


def _is_pcg64(value: Any) -> bool:
    """Whether it is where a PCG64 can be: two whole numbers of 128 bits, of which the increment is odd."""
    return (
        isinstance(value, dict)
        and value.keys() == {"state", "inc"}
        and all(is_whole(number, 0, 2**128 - 1) for number in value.values())
        and value["inc"] % 2 == 1
    )


def _optional(check: Check) -> Check:
    right, kind = check
    return (lambda value: value is None or right(value)), f"{kind}, or null"


COUNT: Check = (is_count, "a whole number from 0 up")
AT_LEAST_1: Check = (lambda value: is_whole(value, 1, value), "a whole number from 1 up")
SEED: Check = (lambda value: is_whole(value, 0, value), "a whole number from 0 up")
NUMBER: Check = (is_number, "a number")
POSITIVE: Check = (_is_positive, "a number above 0")
TIME: Check = (_is_not_negative, "a number of seconds, 0 or more")
YES_OR_NO: Check = (_is_bool, "true or false")

HEADER: dict[str, Check] = {
    "spec": SPEC,
    "config": (is_object, "fields with names"),
    "counters": (is_object, "fields with names"),
    "optimizer_steps": COUNT,
    "random_states": (_are_states, "where each of the run's random numbers is"),
    "shuffled_from": (is_object, "where random numbers are"),
    "learning_rate": POSITIVE,
    "rates_used": (_are_rates, "a list of steps in their order, each with its learning rate"),
    "history": HISTORY,
    "validation_share": (lambda value: is_number(value) and 0 <= value < 1, "a number from 0 to below 1"),
    "data_check": (lambda value: is_whole(value, 0, 2**32 - 1), "a check sum of 32 bits"),
    "recipe": TEXT,
}

CONFIG: dict[str, Check] = {
    "optimizer": TEXT,
    "learning_rate": POSITIVE,
    "batch_size": _optional(AT_LEAST_1),
    "epochs": AT_LEAST_1,
    "seed": SEED,
    "schedule": TEXT,
    "augmentation": (lambda value: value is None or is_object(value), "fields with names, or null"),
    "loss": _optional(TEXT),
    "label_smoothing": NUMBER,
    "weight_decay": NUMBER,
    "clip_norm": _optional(POSITIVE),
    "steps": _optional(AT_LEAST_1),
    "seconds": _optional(POSITIVE),
    "patience": _optional(AT_LEAST_1),
    "keep_best": YES_OR_NO,
}
"""Every field of a TrainingConfig, of the right kind; it checks the ranges itself."""

AUGMENTATION: dict[str, Check] = {each.name: NUMBER for each in fields(Augmentation)}

COUNTERS: dict[str, Check] = {
    "examples": AT_LEAST_1,
    "step": COUNT,
    "epoch": COUNT,
    "epochs_done": COUNT,
    "seconds": TIME,
    "highest_loss": (_is_not_negative, "a number, 0 or more"),
    "best_loss": _optional(NUMBER),
    "best_epoch": COUNT,
    "epoch_is_open": YES_OR_NO,
    "steps_in_epoch": COUNT,
    "samples_in_epoch": COUNT,
    "epoch_seconds": TIME,
    "summed_loss": NUMBER,
    "right": _optional(COUNT),
}
"""Every counter of Progress."""

RANDOM_STATE: dict[str, Check] = {
    "bit_generator": (lambda value: value == "PCG64", '"PCG64"'),
    "state": (_is_pcg64, "two numbers of 128 bits"),
    "has_uint32": (lambda value: is_whole(value, 0, 1), "0 or 1"),
    "uinteger": (lambda value: is_whole(value, 0, 2**32 - 1), "a number of 32 bits"),
}


def check_counters(progress: Progress) -> None:
    """Raise ModelFileError if a run cannot have come to have these counters, each of which is in its range."""
    seen = min(progress.steps_in_epoch * progress.batch_size, progress.examples)
    sound = (
        progress.epoch == progress.epochs_done + progress.epoch_is_open
        and progress.epoch <= progress.config.epochs
        and progress.steps_in_epoch <= progress.steps_per_epoch
        and progress.steps_in_epoch <= progress.step <= progress.epoch * progress.steps_per_epoch
        and progress.samples_in_epoch == seen
        and (progress.right is None or progress.right <= progress.samples_in_epoch)
        and progress.best_epoch <= progress.epochs_done
        and (progress.best_loss == float("inf")) == (progress.best_epoch == 0)
        and (progress.steps_in_epoch > 0 or progress.epochs_done == 0 or progress.epoch_is_open)
        and not (progress.epoch_is_open and progress.steps_in_epoch == 0 and progress.at_limit)
        and (progress.config.steps is None or progress.step <= progress.config.steps)
    )
    if not sound:
        raise ModelFileError("its counters contradict each other.")


def check_history(rows: list[dict[str, Any]], epochs_done: int) -> None:
    """Raise ModelFileError unless `rows` are those that a History of so many epochs gives."""
    epochs: list[Any] = [row.get("epoch") for row in rows]
    sound = (
        len(rows) <= MOST_ROWS + 1
        and all(row.keys() == set(FIGURES) for row in rows)
        and all(is_whole(epoch, 1) for epoch in epochs)
        and all(before < after for before, after in pairwise(epochs))
        and (epochs[-1] if epochs else 0) == epochs_done
    )
    if not sound:
        raise ModelFileError("its history is not that of its epochs.")
