"""Dialogs that ask for a file or folder. They do not block the window, and are deleted when they close."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_for_file(
    parent: QWidget,
    title: str,
    filters: str,
    use: Callable[[Path], object],
    folder: Path | None = None,
    mode: QFileDialog.FileMode = QFileDialog.FileMode.ExistingFile,
) -> QFileDialog:
    """Ask for an existing file, and call `use` with its path.

    filters: as in Qt, "Tables (*.csv);;All files (*)". folder: shown first; None for the home folder. mode: Directory
    asks for a folder instead.
    """
    dialog = QFileDialog(parent, title, str(folder or Path.home()), filters)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(mode)
    dialog.setOption(QFileDialog.Option.HideNameFilterDetails)  # a list of twenty suffixes hides what they are
    dialog.fileSelected.connect(lambda path: use(Path(path)))
    dialog.open()
    return dialog


def ask_where_to_save(
    parent: QWidget, title: str, filters: str, proposed: Path, use: Callable[[Path], object]
) -> QFileDialog:
    """Ask where to save a file, and call `use` with a path that has one of the suffixes in `filters`.

    The dialog asks for confirmation before a file is replaced. proposed: the path that the dialog shows first.
    """
    dialog = QFileDialog(parent, title, str(proposed.parent), filters)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    if sys.platform not in ("win32", "darwin"):
        # GTK's dialog checks the name as typed, and Qt adds the suffix only afterwards.
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.filterSelected.connect(lambda selected: dialog.setDefaultSuffix(_suffixes(selected)[0]))
    dialog.selectNameFilter(next(each for each in filters.split(";;") if proposed.suffix in _suffixes(each)))
    dialog.setDefaultSuffix(proposed.suffix)
    dialog.selectFile(proposed.name)

    def use_complete(path: Path) -> None:
        # Qt takes the ".5" of "run 0.5" for a suffix and adds no other. Then the dialog has not checked the full name.
        has_suffix = path.suffix.lower() in _suffixes(filters)
        complete = path if has_suffix else path.with_name(f"{path.name}.{dialog.defaultSuffix()}")
        if complete != path and complete.exists():
            ask_where_to_save(parent, title, filters, complete, use)
        else:
            use(complete)

    dialog.fileSelected.connect(lambda path: use_complete(Path(path)))
    dialog.open()
    return dialog


def _suffixes(filters: str) -> list[str]:
    """The suffixes in the filters of a dialog: [".onnx", ".py"] of "ONNX (*.onnx);;Script (*.py)"."""
    return re.findall(r"\*(\.\w+)", filters)
