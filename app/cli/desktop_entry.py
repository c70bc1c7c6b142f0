"""The program's entry in the desktop's menu, its icon, and the type of its files, for the user on Linux.

Follows the XDG Base Directory, Desktop Entry and Shared MIME-info specifications. Needs no administrator rights, and
imports no Qt.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import resources
from nncore.errors import DigitLabError
from nncore.system.atomic_write import save_file

DESKTOP_FILES = {
    "desktop/digitlab.desktop": "applications/digitlab.desktop",
    "desktop/digitlab.metainfo.xml": "metainfo/digitlab.metainfo.xml",
    "desktop/digitlab.mime.xml": "mime/packages/digitlab.xml",
    "icons/app.svg": "icons/hicolor/scalable/apps/digitlab.svg",
}
"""Each file in `resources`, and its place in the user's data folder."""


def install_desktop_entry() -> str:
    """Write the files that `DESKTOP_FILES` names; returns a sentence that says so.

    Raises DigitLabError on a system other than Linux, and if a file cannot be written.
    """
    for source, target in _files():
        text = (files(resources) / source).read_text(encoding="utf-8")
        if source.endswith(".desktop"):
            text = text.replace("TryExec=digitlab", f"TryExec={start_command()[0]}")
            text = text.replace("\nExec=digitlab", f"\nExec={_quoted(*start_command())}")
        save_file(target, text.encode(), DigitLabError)
    _tell_desktop()
    return f"Digit Lab is in the desktop's menu now, and opens .digitnet files: {' '.join(start_command())}"


def remove_desktop_entry() -> str:
    """Delete the files that `DESKTOP_FILES` names; returns a sentence that says so. Raises DigitLabError as above."""
    for _, target in _files():
        try:
            target.unlink(missing_ok=True)
        except OSError as problem:
            raise DigitLabError(f"{target}: could not be deleted: {problem.strerror or problem}.") from problem
    _tell_desktop()
    return "Digit Lab is no longer in the desktop's menu."


def start_command() -> list[str]:
    """The command that starts this program from anywhere: an AppImage, the packed program, a script, or main.py."""
    image = os.environ.get("APPIMAGE")
    if image:
        return [image]
    if getattr(sys, "frozen", False):
        return [sys.executable]
    main = Path(sys.argv[0]).resolve()
    return [str(main)] if main.suffix != ".py" and os.access(main, os.X_OK) else [sys.executable, str(main)]


def _quoted(*arguments: str) -> str:
    """The arguments as the key Exec wants them: in double quotes, with reserved characters escaped."""
    escaped = ("".join("\\" + sign if sign in '"`$\\' else sign for sign in argument) for argument in arguments)
    return " ".join(f'"{argument}"'.replace("\\", "\\\\").replace("%", "%%") for argument in escaped)


def _data_folder() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _files() -> Iterator[tuple[str, Path]]:
    if not sys.platform.startswith("linux"):
        raise DigitLabError("A desktop entry exists only on Linux; on Windows and macOS the installer makes it.")
    return ((source, _data_folder() / target) for source, target in DESKTOP_FILES.items())


def _tell_desktop() -> None:
    """Make the desktop read its lists of programs and of file types again, where it has the programs for it."""
    data = _data_folder()
    for program, folder in (
        ("update-desktop-database", data / "applications"),
        ("update-mime-database", data / "mime"),
    ):
        path = shutil.which(program)
        if path and folder.is_dir():
            with suppress(OSError):
                subprocess.run([path, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
