"""The errors that a user can cause, each with one clear sentence as its message."""

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
    """A model or checkpoint file cannot be read or written: it is cut short, damaged, of another kind, or newer."""


def printable(text: str, longest: int = 40) -> str:
    """`text` for one line of a message: at most `longest` characters, and invisible ones by their hexadecimal codes."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cut)


def file_name(path: Path) -> str:
    """The name of a file without its folder, for messages."""
    return printable(path.name or str(path), 200)
