"""Where the user's runs are kept. No Qt in here, so that a command that needs no window starts fast."""

from __future__ import annotations

import os
import sys
from pathlib import Path

APPLICATION = "DigitLab"
"""The name that `app.application` gives Qt, which names the folder after it."""


def user_folder() -> Path:
    """$DIGITLAB_HOME, or the platform's place for such files: the same folder as `app.settings.user_folder`."""
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
