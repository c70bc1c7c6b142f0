"""Files of the settings that the user typed last, so that the next start can show them again."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from nncore.errors import DataError, ModelFileError
from nncore.files.json_header import MAX_HEADER_BYTES, dataclass_from, header_text, parse_header
from nncore.model.network import NetworkSpec
from nncore.system.atomic_write import save_file
from nncore.training import TrainingConfig

SETTINGS_FORMAT = "digitlab-typed-settings"
"""The name of the format in the file."""

SETTINGS_VERSION = 1
"""The newest version of the format that this program reads, and the one that it writes."""


@dataclass(frozen=True)
class TrainSettings:
    """The settings in the Train tab.

    Attributes:
        spec, config: the last valid ones.
        recipe: the name of the selected recipe.
        curve: its points, in words, or "".
        curve_file: the path of the file with the points of the curve, or "".
        entries: {setting: text} of the whole form while something in it is invalid, such as a number that is half
            typed.
    """

    recipe: str
    spec: NetworkSpec
    config: TrainingConfig
    curve: str = ""
    entries: dict[str, str] = field(default_factory=dict)
    curve_file: str = ""


@dataclass(frozen=True)
class SweepValues:
    """The values in the sweep dialog, {setting: text}."""

    texts: dict[str, str] = field(default_factory=dict)


Kind = TypeVar("Kind", TrainSettings, SweepValues)


def read_typed(kind: type[Kind], path: Path) -> Kind | None:
    """Read settings; None if there are none, or if the file is damaged or from a newer Digit Lab."""
    with suppress(OSError, ModelFileError):
        if os.path.getsize(path) <= MAX_HEADER_BYTES:
            return dataclass_from(
                kind, parse_header(path.read_bytes(), SETTINGS_FORMAT, SETTINGS_VERSION, "settings"), "settings"
            )
    return None


def write_typed(settings: TrainSettings | SweepValues | None, path: Path) -> None:
    """Replace the settings in a file; None deletes it. Raises DataError if that fails."""
    if settings is not None:
        save_file(path, header_text(SETTINGS_FORMAT, SETTINGS_VERSION, settings).encode(), DataError)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        raise DataError(f"{path}: could not be deleted ({problem.strerror or problem}).") from None
