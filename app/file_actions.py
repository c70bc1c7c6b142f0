"""Choosing the files that models and data are read from and written to."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.session import Session
from app.settings import models_folder
from nncore.model_file import Model, is_model_file

MODEL_FILES = "Digit Lab models (*.npz)"
DATA_FILES = "Images with labels (*.npz *.csv *.gz *ubyte *.idx *.idx3 *.idx1);;All files (*)"


class FileActions(QObject):
    """Asks for a file, then lets the session read or write it. No dialog holds anything up while it is open."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    @Slot()
    def open_model(self) -> None:
        """Ask for a model and use it."""
        self._dialog("Open a model", models_folder(), MODEL_FILES, self._session.open_model).open()

    @Slot()
    def save_model(self) -> None:
        """Save the model in use over its own file; one that has none asks where."""
        session = self._session
        if session.model is not None and session.model_path is not None and session.model_is_saved:
            session.save_model(session.model_path, session.model)
        else:
            self.save_model_as()

    @Slot()
    def save_model_as(self) -> None:
        """Ask where to save the model now in use, whatever is in use when the question is answered."""
        model = self._session.model
        if model is None:
            return
        with suppress(OSError):  # then the dialog begins somewhere else
            models_folder().mkdir(parents=True, exist_ok=True)
        self._ask_where(model, models_folder() / f"{_as_file_name(model.card.name)}.npz")

    @Slot()
    def open_data(self) -> None:
        """Ask for images with labels and use them."""
        self._dialog("Open images with labels", Path.home(), DATA_FILES, self._session.open_data).open()

    def open_dropped(self, path: Path) -> None:
        """Use a file that was dropped: a model as the model, anything else as data."""
        if is_model_file(path):
            self._session.open_model(path)
        else:
            self._session.open_data(path)

    def _ask_where(self, model: Model, proposed: Path) -> None:
        """Ask where to save `model`; the dialog itself asks before a file is replaced."""
        dialog = self._dialog("Save the model", proposed.parent, MODEL_FILES, partial(self._save, model))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix("npz")
        if sys.platform not in ("win32", "darwin"):
            # GTK's dialog asks about the name as it was typed, and Qt adds the suffix afterwards.
            dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.selectFile(proposed.name)
        dialog.open()

    def _save(self, model: Model, path: Path) -> None:
        # Qt takes the ".5" of "run 0.5" for a suffix and adds none.
        whole = path if path.suffix.lower() == ".npz" else path.with_name(f"{path.name}.npz")
        if whole != path and whole.exists():
            self._ask_where(model, whole)
        else:
            self._session.save_model(whole, model)

    def _dialog(self, title: str, folder: Path, kinds: str, use: Callable[[Path], None]) -> QFileDialog:
        """A dialog that hands the file chosen to `use`."""
        dialog = QFileDialog(self._window, title, str(folder), kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: use(Path(path)))
        return dialog


def _as_file_name(name: str) -> str:
    """The name of a model without what no file system takes: it may come from anybody's file."""
    return re.sub(r'[\x00-\x1f\\/:*?"<>|]+', "-", name).strip(" .") or "model"
