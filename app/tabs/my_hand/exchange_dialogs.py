"""File dialogs for exporting and importing handwriting tests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from nncore.data.formats import file_patterns
from nncore.handwriting.personal_test.import_export import CSV_SUFFIX, INK_SUFFIX

EXPORTED = {
    f"Table with strokes and answers (*{CSV_SUFFIX})": CSV_SUFFIX,
    f"UNIPEN ink, strokes only (*{INK_SUFFIX})": INK_SUFFIX,
}
IMPORTED = f"Handwriting tests and ink (*{CSV_SUFFIX} {file_patterns('ink')});;All files (*)"


def ask_what_to_import(parent: QWidget, use: Callable[[Path], None]) -> QFileDialog:
    """Ask for a file without blocking, and call `use` with its path."""
    dialog = QFileDialog(parent, "Import a handwriting test", str(Path.home()), IMPORTED)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _opened(dialog, lambda path: use(path))


def ask_where_to_export(parent: QWidget, name: str, use: Callable[[Path], None]) -> QFileDialog:
    """Ask where to save a test without blocking, suggest `name`, and call `use` with the path.

    The dialog itself asks before it replaces a file.
    """
    kinds = ";;".join(EXPORTED)
    dialog = QFileDialog(parent, "Export the handwriting test", str(Path.home()), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    if sys.platform not in ("win32", "darwin"):
        # GTK's dialog checks the name as typed; Qt adds the suffix only afterwards.
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(EXPORTED[kind]))
    dialog.setDefaultSuffix(CSV_SUFFIX)
    dialog.selectFile(f"{name}{CSV_SUFFIX}")
    return _opened(dialog, use)


def _opened(dialog: QFileDialog, use: Callable[[Path], None]) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: use(Path(path)))
    dialog.open()
    return dialog
