"""Where the user's files are kept. Imports no Qt, so a command without a window starts fast."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

APPLICATION = "DigitLab"
"""The application name that `app.window.process.application` sets in Qt; Qt names the folder after it."""


PORTABLE = "portable.ini"
"""If this file is beside the program, everything is kept in `PORTABLE_FOLDER` beside it, as on a USB stick."""

PORTABLE_FOLDER = "Digit Lab data"


def program_folder() -> Path:
    """The folder of the AppImage, of the packed program, or of main.py."""
    if getattr(sys, "frozen", False):
        return Path(os.environ.get("APPIMAGE") or sys.executable).parent
    return Path(__file__).parents[2]


def user_folder() -> Path:
    """$DIGITLAB_HOME, the portable folder, or the platform's folder for application data (Qt's AppDataLocation)."""
    home = os.environ.get("DIGITLAB_HOME")
    if home:
        return Path(home)
    if (program_folder() / PORTABLE).is_file():
        return program_folder() / PORTABLE_FOLDER
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / APPLICATION


def models_folder() -> Path:
    """The folder in which every trained model is kept."""
    return user_folder() / "models"


def runs_folder() -> Path:
    """The folder of the run log, and of the checkpoints from which interrupted runs can be continued."""
    return user_folder() / "runs"


def run_log_path() -> Path:
    """The run log, a SQLite file."""
    return runs_folder() / "runs.sqlite"


def last_snapshots_path() -> Path:
    """The file of the snapshots of the last run."""
    return user_folder() / "epochs of the last run.npz"


SNAPSHOTS_SUFFIX = ".epochs"
"""The suffix of a folder of snapshots. They were once those of epochs only; folders of that time are still found."""


def snapshots_folder(checkpoint_path: Path) -> Path:
    """The folder of the snapshots of a run that is trained, or was killed, beside its checkpoint."""
    return checkpoint_path.with_suffix(SNAPSHOTS_SUFFIX)


def train_settings_path() -> Path:
    """The file of the settings typed last in the Train tab."""
    return user_folder() / "settings in Train.json"


def sweep_values_path() -> Path:
    """The file of the values typed last in the sweep dialog."""
    return user_folder() / "values in Sweep.json"


def ink_folder() -> Path:
    """The folder of the user's drawings."""
    return user_folder() / "ink"


def own_ink_path() -> Path:
    """The file of the user's own labelled drawings, in the UNIPEN format."""
    return ink_folder() / "my hand.unipen"


def handwriting_tests_folder() -> Path:
    """The folder of the user's handwriting tests."""
    return user_folder() / "tests"


def valid_file_name(name: str, fallback: str) -> str:
    """`name` without the characters that some file systems do not accept, at most 60; `fallback` if none are left."""
    return re.sub(r'[\x00-\x1f\\/:*?"<>|]+', "-", name)[:60].strip(" .") or fallback
