"""The values of a sweep as they are typed. No Qt in here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.widgets.parse_entries import read_learning_rate, read_whole_number
from nncore.errors import SettingError
from nncore.model.layers import ACTIVATIONS
from nncore.training import MOST_EPOCHS
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.schedules import SCHEDULES

MOST_BATCH, HIGHEST_SEED, MOST_UNITS = 10**9, 2**31 - 1, 100_000

Read = Callable[[str], Any]


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingError("weight_decay", f"Weight decay “{text[:20]}” is no number, such as 0.0001.") from None


def _widths(text: str) -> tuple[int, ...]:
    if text == "none":
        return ()
    return tuple(read_whole_number("hidden", "Width", width, 1, MOST_UNITS) for width in text.split("-"))


def _batch(text: str) -> int | None:
    return None if text == "full" else read_whole_number("batch_size", "Batch size", text, 1, MOST_BATCH)


def _one_of(field: str, name: str, choices: tuple[str, ...]) -> Read:
    def read(text: str) -> str:
        if text not in choices:
            raise SettingError(field, f"{name} “{text[:20]}” is unknown: choose of {', '.join(choices)}.")
        return text

    return read


READERS: Mapping[str, Read] = {
    "learning_rate": read_learning_rate,
    "batch_size": _batch,
    "hidden": _widths,
    "epochs": lambda text: read_whole_number("epochs", "Epochs", text, 1, MOST_EPOCHS),
    "optimizer": _one_of("optimizer", "Optimiser", tuple(OPTIMIZERS)),
    "schedule": _one_of("schedule", "Schedule", tuple(SCHEDULES)),
    "activation": _one_of("activation", "Activation", tuple(ACTIVATIONS)),
    "weight_decay": _share,
    "seed": lambda text: read_whole_number("seed", "Seed", text, 0, HIGHEST_SEED),
}
"""The settings that the window offers, in the order shown."""


def read_values(texts: Mapping[str, str]) -> dict[str, list[Any]]:
    """The values of each setting, from what is typed: values with spaces between them; none for an empty text.

    Raises SettingError naming the setting.
    """
    values: dict[str, list[Any]] = {}
    for setting, text in texts.items():
        words = [word for word in re.split(r"[\s;]+", text) if word]
        if not words:
            continue
        try:
            values[setting] = [READERS[setting](word.rstrip(",")) for word in words]
        except SettingError as problem:
            raise SettingError(setting, str(problem)) from None
    return values
