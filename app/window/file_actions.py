"""Opens and saves models and data sets: by file dialogs, dropped on the window, or given at the start."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QUrl, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.session.session import Session
from app.storage.models.model_library import is_of_run
from app.storage.paths import models_folder, valid_file_name
from app.widgets.file_dialogs import ask_for_file, ask_where_to_save
from nncore.files.model_file import Model, is_model_file

MODEL_SUFFIX = ".digitnet"
"""The suffix of a model file; its type is registered on the desktop, which .npz cannot be because it is NumPy's."""

MODEL_FILES = f"Digit Lab models (*{MODEL_SUFFIX} *.npz)"
READABLE_MODEL_FILES = f"Digit Lab models (*{MODEL_SUFFIX} *.npz *.onnx *.py)"
EXPORT_FILES = "ONNX, for other frameworks (*.onnx);;Script that needs only NumPy (*.py)"


class FileActions(QObject):
    """Asks for a file or takes a dropped one, and lets the session read or write it. No dialog blocks the window."""

    data_chosen = Signal(Path)
    """The path of a data set to read."""
    model_chosen = Signal()
    """A model was chosen in a dialog for files of any kind: show where it can be used."""
    picture_chosen = Signal(QMimeData)
    """A picture to read on the canvas."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    @Slot()
    def open_model(self) -> None:
        """Ask for a model and use it."""
        ask_for_file(self._window, "Open a model", READABLE_MODEL_FILES, self._session.open_model, models_folder())

    @Slot()
    def save_model(self) -> None:
        """Save the model in use to its own file; ask for a file if it has none, or only that of its run."""
        session = self._session
        has_own_file = session.model_is_saved and session.model_path is not None and not is_of_run(session.model_path)
        if session.model is not None and session.model_path is not None and has_own_file:
            session.save_model(session.model_path, session.model)
        else:
            self.save_model_as()

    @Slot()
    def save_model_as(self) -> None:
        """Ask where to save the model that is in use now."""
        if self._session.model is not None:
            self.ask_where_to_save(self._session.model)

    @Slot()
    def export_model(self) -> None:
        """Ask where to export the model that is in use now: as ONNX, or as a script."""
        if self._session.model is not None:
            self.ask_where_to_save(self._session.model, "Export the model", EXPORT_FILES, ".onnx")

    @Slot(object)
    def export_copy(self, model: Model) -> None:
        """Ask where to save a copy of a model: as a model file, as ONNX, or as a script."""
        self.ask_where_to_save(model, "Export the model", f"{MODEL_FILES};;{EXPORT_FILES}")

    @Slot()
    def open_file(self) -> None:
        """Ask for a file of any kind that can be opened."""
        from app.storage.data_sources import DATA_FILES  # it imports the readers of all formats
        from app.tabs.draw.picture_source import PICTURE_FILTER  # it imports Pillow

        kinds = (READABLE_MODEL_FILES, DATA_FILES, PICTURE_FILTER)
        patterns = " ".join(dict.fromkeys(re.findall(r"\*\.[\w.]+", " ".join(kinds))))
        filters = ";;".join((f"All that Digit Lab can open ({patterns})", *kinds))
        ask_for_file(self._window, "Open a file", filters, self._open_chosen)

    def _open_chosen(self, path: Path) -> None:
        self.open_path(path)
        if is_model_file(path):
            self.model_chosen.emit()

    @Slot()
    def open_data(self) -> None:
        """Ask for a data set."""
        from app.storage.data_sources import DATA_FILES  # it imports the readers of all formats

        ask_for_file(self._window, "Open a data set", DATA_FILES, self.data_chosen.emit)

    @staticmethod
    def accepts(data: QMimeData) -> bool:
        """Whether dropped or pasted data can be opened: it is a picture, or local files and folders only."""
        return _is_picture(data) or (data.hasUrls() and all(url.isLocalFile() for url in data.urls()))

    def open_dropped(self, data: QMimeData) -> None:
        """Open a dropped picture on the canvas, or each of the dropped files."""
        if _is_picture(data):
            self.picture_chosen.emit(data)
            return
        for url in data.urls():
            path = Path(url.toLocalFile())
            if is_model_file(path):
                self._session.open_model(path)
            else:
                self.data_chosen.emit(path)

    def open_path(self, path: Path) -> None:
        """Open a file: a picture on the canvas, a model as the model, any other file or folder as data."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        self.open_dropped(data)

    def ask_where_to_save(
        self, model: Model, title: str = "Save the model", filters: str = MODEL_FILES, suffix: str = MODEL_SUFFIX
    ) -> QFileDialog:
        """Ask where to save `model`; returns the dialog."""
        with suppress(OSError):  # then the dialog starts in another folder
            models_folder().mkdir(parents=True, exist_ok=True)
        proposed = models_folder() / f"{valid_file_name(model.card.name, 'model')}{suffix}"
        save = partial(self._session.save_model, model=model)
        return ask_where_to_save(self._window, title, filters, proposed, save)


def _is_picture(data: QMimeData) -> bool:
    from app.tabs.draw.picture_source import PictureSource  # it imports Pillow

    return PictureSource.accepts(data)
