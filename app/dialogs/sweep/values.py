"""Reads the values of a sweep that the user types. This module does not use Qt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nncore.experiments.sweep.grid import SWEPT

DIALOG_SETTINGS = {name: setting for name, setting in SWEPT.items() if setting.in_dialog}
"""The settings that the window offers, in the order shown."""


def read_values(texts: Mapping[str, str]) -> dict[str, list[Any]]:
    """The values of each setting, from text with spaces between the values; a setting without text is left out.

    Raises SettingError naming the setting.
    """
    values: dict[str, list[Any]] = {}
    for setting, text in texts.items():
        words = [word for word in re.split(r"[\s;]+", text) if word]
        if words:
            values[setting] = [DIALOG_SETTINGS[setting].read(word.rstrip(",")) for word in words]
    return values
