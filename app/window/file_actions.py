"""File dialogs for models and data sets."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.session.session import Session
from app.storage.data_sources import DATA_FILES
from app.storage.paths import models_folder
from nncore.files.model_file import Model, is_model_file

MODEL_FILES = "Digit Lab models (*.npz)"
READABLE_MODEL_FILES = "Digit Lab models (*.npz *.onnx *.py)"
EXPORT_FILES = "ONNX, for other frameworks (*.onnx);;Script that needs only NumPy (*.py)"


class FileActions(QObject):
    """Asks for a file, then lets the session read or write it. The dialogs do not block the window."""

    data_chosen = Signal(Path)
    """The path of a data set to read."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    @Slot()
    def open_model(self) -> None:
        """Ask for a model and use it."""
        self._dialog("Open a model", models_folder(), READABLE_MODEL_FILES, self._session.open_model).open()

    @Slot()
    def save_model(self) -> None:
        """Save the model in use to its own file, or ask for a file if it has none."""
        session = self._session
        if session.model is not None and session.model_path is not None and session.model_is_saved:
            session.save_model(session.model_path, session.model)
        else:
            self.save_model_as()

    @Slot()
    def save_model_as(self) -> None:
        """Ask where to save the model that is in use now."""
        self._ask_where_to_save("Save the model", MODEL_FILES)

    @Slot()
    def export_model(self) -> None:
        """Ask where to export the model that is in use now: as ONNX, or as a script."""
        self._ask_where_to_save("Export the model", EXPORT_FILES)

    @Slot()
    def open_data(self) -> None:
        """Ask for a data set."""
        self._dialog("Open a data set", Path.home(), DATA_FILES, self.data_chosen.emit).open()

    def open_dropped(self, path: Path) -> None:
        """Open a dropped file: a model as the model, any other file or folder as data."""
        if is_model_file(path):
            self._session.open_model(path)
        else:
            self.data_chosen.emit(path)

    def _ask_where_to_save(self, title: str, kinds: str) -> None:
        model = self._session.model
        if model is None:
            return
        with suppress(OSError):  # then the dialog starts in another folder
            models_folder().mkdir(parents=True, exist_ok=True)
        name = _as_file_name(model.card.name) + _suffixes(kinds)[0]
        self._ask_where(model, title, kinds, models_folder() / name)

    def _ask_where(self, model: Model, title: str, kinds: str, proposed: Path) -> None:
        """Ask where to save `model`; the dialog asks for confirmation before a file is replaced."""
        dialog = self._dialog(title, proposed.parent, kinds, lambda path: self._save(model, title, kinds, path, dialog))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_suffixes(kind)[0]))
        if sys.platform not in ("win32", "darwin"):
            # GTK's dialog checks the name as typed, and Qt adds the suffix only afterwards.
            dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.selectNameFilter(next(kind for kind in kinds.split(";;") if proposed.suffix in _suffixes(kind)))
        dialog.setDefaultSuffix(proposed.suffix)
        dialog.selectFile(proposed.name)
        dialog.open()

    def _save(self, model: Model, title: str, kinds: str, path: Path, dialog: QFileDialog) -> None:
        # Qt takes the ".5" of "run 0.5" for a suffix and adds no other.
        suffix = f".{dialog.defaultSuffix()}"
        whole = path if path.suffix.lower() in _suffixes(kinds) else path.with_name(f"{path.name}{suffix}")
        if whole != path and whole.exists():
            self._ask_where(model, title, kinds, whole)
        else:
            self._session.save_model(whole, model)

    def _dialog(self, title: str, folder: Path, kinds: str, use: Callable[[Path], None]) -> QFileDialog:
        """A dialog that calls `use` with the chosen file."""
        dialog = QFileDialog(self._window, title, str(folder), kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: use(Path(path)))
        return dialog


def _suffixes(kinds: str) -> list[str]:
    """The suffixes in a dialog's filter: [".onnx", ".py"] of "ONNX (*.onnx);;Script (*.py)"."""
    return re.findall(r"\*(\.\w+)", kinds)


def _as_file_name(name: str) -> str:
    """The name of a model without characters that file systems refuse."""
    return re.sub(r'[\x00-\x1f\\/:*?"<>|]+', "-", name).strip(" .") or "model"
