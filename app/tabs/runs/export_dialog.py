"""The file dialog for exporting runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

KINDS = {".csv": ("Export runs", "Tables (*.csv)"), ".html": ("Write a report", "Web page (*.html)")}


def ask_where_to_export(parent: QWidget, name: str, suffix: str, use: Callable[[Path], None]) -> QFileDialog:
    """Ask where to save without blocking, suggest `name`, and call `use` with the path.

    The dialog itself asks before it replaces a file.
    """
    title, kind = KINDS[suffix]
    dialog = QFileDialog(parent, title, str(Path.home()), kind)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    if sys.platform not in ("win32", "darwin"):
        # GTK's dialog checks the name as typed; Qt adds the suffix only afterwards.
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(f"{file_name(name)}{suffix}")
    dialog.fileSelected.connect(lambda path: use(Path(path)))
    dialog.open()
    return dialog


def file_name(name: str) -> str:
    """A run's name without characters that some file systems refuse, at most 60 characters."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", name)[:60].strip(" .") or "runs"
