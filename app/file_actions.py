"""Choosing the files that models and data are read from and written to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.session import Session
from app.settings import models_folder
from nncore.model_file import is_model_file

MODEL_FILES = "Digit Lab models (*.npz)"
DATA_FILES = "Images with labels (*.npz *.csv *.gz *ubyte *.idx *.idx3 *.idx1);;All files (*)"


class FileActions(QObject):
    """Asks for a file, then lets the session read or write it."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    @Slot()
    def open_model(self) -> None:
        """Ask for a model and use it."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a model", str(models_folder()), MODEL_FILES)
        if path:
            self._session.open_model(Path(path))

    @Slot()
    def save_model(self) -> None:
        """Save the model in use over its own file; one that has none asks where."""
        if self._session.model_path is not None and self._session.model_is_saved:
            self._session.save_model(self._session.model_path)
        else:
            self.save_model_as()

    @Slot()
    def save_model_as(self) -> None:
        """Ask where to save the model in use."""
        if self._session.model is None:
            return
        models_folder().mkdir(parents=True, exist_ok=True)
        proposed = models_folder() / f"{self._session.model.card.name}.npz"
        path, _ = QFileDialog.getSaveFileName(self._window, "Save the model", str(proposed), MODEL_FILES)
        if path:
            # Not with_suffix: a name such as "run 0.5" would lose its end.
            self._session.save_model(Path(path if path.endswith(".npz") else f"{path}.npz"))

    @Slot()
    def open_data(self) -> None:
        """Ask for images with labels and use them."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Open images with labels", str(Path.home()), DATA_FILES)
        if path:
            self._session.open_data(Path(path))

    def open_dropped(self, path: Path) -> None:
        """Use a file that was dropped: a model as the model, anything else as data."""
        if is_model_file(path):
            self._session.open_model(path)
        else:
            self._session.open_data(path)
