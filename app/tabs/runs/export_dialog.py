"""Choosing the file that runs are exported to."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

KINDS = {".csv": ("Export runs", "Tables (*.csv)"), ".html": ("Write a report", "Web page (*.html)")}


def ask_where_to_export(parent: QWidget, name: str, suffix: str, use: Callable[[Path], None]) -> QFileDialog:
    """Ask where to write, first proposing `name`, and hand the path to `use`; holds nothing up.

    The dialog itself asks before a file is replaced.
    """
    title, kind = KINDS[suffix]
    dialog = QFileDialog(parent, title, str(Path.home()), kind)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    if sys.platform not in ("win32", "darwin"):
        # GTK's dialog asks about the name as it was typed, and Qt adds the suffix afterwards.
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(f"{file_name(name)}{suffix}")
    dialog.fileSelected.connect(lambda path: use(Path(path)))
    dialog.open()
    return dialog


def file_name(name: str) -> str:
    """A run's name as far as every file system takes it."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", name)[:60].strip(" .") or "runs"
