"""Where the user's files are kept. Imports no Qt, so that a command without a window starts fast."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def models_folder() -> Path:
    """The folder in which every trained model is kept."""
    return user_folder() / "models"


APPLICATION = "DigitLab"
"""The name that `app.window.application` gives Qt, which names the folder after it."""


def user_folder() -> Path:
    """$DIGITLAB_HOME, or the platform's place for such files: the folder that Qt calls AppDataLocation."""
    home = os.environ.get("DIGITLAB_HOME")
    if home:
        return Path(home)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / APPLICATION


def runs_folder() -> Path:
    """The folder of the log of runs, and of what it takes to go on with those that were broken off."""
    return user_folder() / "runs"


def run_log_path() -> Path:
    """The log of runs."""
    return runs_folder() / "runs.sqlite"
