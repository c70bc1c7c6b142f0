"""Errors that a user can cause; the message of each is one clear sentence."""

from __future__ import annotations

from pathlib import Path


class DigitLabError(ValueError):
    """An input from a user or a file cannot be used; the message says what, where, and what was expected."""


class SettingError(DigitLabError):
    """A setting is out of its range.

    `field` names the setting (a field of TrainingConfig, or "layers"), so that a form can show the message
    beside its control.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class DataError(DigitLabError):
    """A data file cannot be read; the message names the file, and the row and column if there are any."""


class ModelFileError(DigitLabError):
    """A model or checkpoint file cannot be read or written: it is cut short, damaged, of a different kind, or newer."""


class NewerModelFileError(ModelFileError):
    """A file was written by a newer Digit Lab, so it is not damaged."""


def printable(text: str, max_length: int = 40) -> str:
    """Return `text` for one line of a message: at most `max_length` characters, invisible ones as hexadecimal codes."""
    cut = text if len(text) <= max_length else text[: max_length - 1] + "…"
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cut)


def file_name(path: Path) -> str:
    """Return the name of a file without its folder, for messages."""
    return printable(path.name or str(path), 200)
