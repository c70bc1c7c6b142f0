"""The mistakes a user can make, each as one clear sentence."""

from __future__ import annotations

from pathlib import Path


class DigitLabError(ValueError):
    """Something given from outside cannot be used; the message says what, where, and what was expected."""


class SettingError(DigitLabError):
    """A setting is out of its range.

    `field` names the setting (a field of TrainingConfig, or "layers"), so that a form can show the message
    beside the control that holds it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class DataError(DigitLabError):
    """A data file cannot be read; the message names file, row and column where there are any."""


class ModelFileError(DigitLabError):
    """A model file is unreadable, truncated, foreign, or from a newer version."""


def shown(text: str, longest: int = 40) -> str:
    """`text` as it can stand in one line of a message: cut, and without characters that cannot be seen."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cut)


def name_of(path: Path) -> str:
    """The file's name, for messages."""
    return shown(path.name or str(path), 200)
