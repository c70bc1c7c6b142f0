"""The models of the session: the one in use, opened, saved or reverted, and those that could not be saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from app.background.file_loader import FileLoader
from app.background.task_queue import TaskQueue
from app.session.loaded_model import LoadedModel, ModelWithPath, Renaming
from app.storage.models.model_library import is_of_run, load_kept_model, title_of
from app.storage.models.saved_models import save_as
from nncore.errors import ModelFileError
from nncore.files.model_file import Model, bundled_model_path
from nncore.model.network import Network


class UnsavedModel(NamedTuple):
    """A model of a run that could not be saved. reason: a sentence that says why."""

    model: Model
    reason: str


class _FoundModel(NamedTuple):
    """A model that was read at the start; path: None for the bundled one. problem: why it is not the wanted one."""

    loaded: LoadedModel
    path: Path | None
    problem: str = ""


class ModelSession(QObject):
    """The part of the session that reads and writes models; files are read and written on a thread.

    Attributes:
        model, network: the model in use and its network; None before one is open.
        model_path: its file, None if it has none.
        file_loader: shows the reading of a large model or checkpoint, and can cancel it.
    """

    model_changed = Signal(Model)
    """The model in use has changed: opened, reverted, or trained by the current run; `network` is built from it."""
    model_renamed = Signal(Model)
    """The model in use has a new name, note or file; it reads as before."""
    status_message = Signal(str)
    """One sentence: an action has succeeded."""
    error_message = Signal(str)
    """One sentence: what could not be done, and why. Nothing has changed."""
    model_not_saved = Signal(str)
    """One sentence: why the model of a run could not be saved. It is one of the `unsaved_models`."""
    unsaved_models_changed = Signal()
    """One of the `unsaved_models` was saved or discarded."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model: Model | None = None
        self.network: Network | None = None
        self.model_path: Path | None = None
        self.unsaved_models: list[UnsavedModel] = []
        """Models of runs that could not be saved; the oldest first."""
        self._saved_model: ModelWithPath | None = None
        self._bundled_model: Model | None = None
        self._files = TaskQueue(self)
        self.file_loader = FileLoader(self._files, self)

    @property
    def is_busy(self) -> bool:
        """Whether files are being read or written, or wait for it."""
        return self._files.is_busy

    @property
    def model_is_saved(self) -> bool:
        """Whether the model in use is the one that was last opened or saved."""
        return self._saved_model is not None and self.model is self._saved_model.loaded.model

    def open_bundled_model(self) -> None:
        """Use the bundled model."""
        self._start_reading("model", "", partial(_load, bundled_model_path()), self._use_bundled_model)

    def open_model_of_last_start(self, path: Path | None, name: str) -> None:
        """Use the model that was in use at the last end; the bundled model if `name` is "".

        path: its file, None if it had none. If it cannot be read, the bundled model is used, and an error says why.
        """
        self._start_reading("model", "", partial(_load_again, path, name), self._use_model_of_last_start)

    @property
    def model_is_bundled(self) -> bool:
        """Whether the model in use is the bundled one."""
        return self.model is not None and self.model is self._bundled_model

    def _use_model_of_last_start(self, found: _FoundModel) -> None:
        if found.path is None:
            self._use_bundled_model(found.loaded)
        else:
            self.select_model(found.loaded, found.path)
        if found.problem:
            self.error_message.emit(found.problem)

    def open_model(self, path: Path) -> None:
        """Use the model in a file."""
        name = title_of(path) if is_of_run(path) else path.name
        self._start_reading("model", name, partial(_load, path), partial(self._use_opened_model, path))

    def save_model(self, path: Path, model: Model) -> None:
        """Write `model` to `path`; `revert_model` then returns to it."""
        loaded = LoadedModel(model, self.network) if model is self.model and self.network is not None else None
        kept = self.model_path if loaded is not None else None
        on_result = partial(self._remember_saved, model, loaded, path)
        self._files.add("save", partial(save_as, model, path, kept), on_result, self.error_message.emit)

    def rename_models(self, labels: Mapping[Path, tuple[str, str]]) -> None:
        """Take over the names and notes of kept models, by file, wherever the session refers to them."""
        self._rename(Renaming(labels))

    def _rename(self, new: Renaming) -> None:
        in_use = self.model_in_use
        self._saved_model = new.with_path(self._saved_model)
        if in_use is not None and (now := new(*in_use)) is not in_use.loaded:
            self.model = now.model
            self.model_renamed.emit(now.model)

    def revert_model(self) -> None:
        """Use the model that was last opened or saved again."""
        if self._saved_model is not None:
            self.select_model(*self._saved_model)
            self.status_message.emit(f"Reverted to the model {self._saved_model.loaded.model.card.name}.")

    def _use_bundled_model(self, loaded: LoadedModel) -> None:
        self._bundled_model = loaded.model
        self.select_model(loaded, None)

    def _use_opened_model(self, path: Path, loaded: LoadedModel) -> None:
        if path == bundled_model_path():
            self._use_bundled_model(loaded)
        else:
            self.select_model(loaded, path)
        self.status_message.emit(f"Opened the model {loaded.model.card.name}.")

    def discard_unsaved(self, model: Model) -> None:
        """Remove a model from `unsaved_models`."""
        self.unsaved_models = [each for each in self.unsaved_models if each.model is not model]
        self.unsaved_models_changed.emit()

    def _remember_saved(self, model: Model, loaded: LoadedModel | None, path: Path, saved: Model) -> None:
        """saved: `model` with the name that its file has in the list of models."""
        if loaded is not None:
            named = LoadedModel(saved, loaded.network)
            self._saved_model = ModelWithPath(named, path)
            self._take_over_saved(loaded, named, path)
            if self.model is loaded.model:
                self._use_model(named, path)
        self.status_message.emit(f"Saved as {path}.")
        if any(each.model is model for each in self.unsaved_models):
            self.discard_unsaved(model)

    def _take_over_saved(self, loaded: LoadedModel, saved: LoadedModel, path: Path) -> None:
        """The model `loaded` is `saved` in the file `path` now."""

    def select_model(self, loaded: LoadedModel, path: Path | None) -> None:
        """Use a model that the user chose."""
        self._saved_model = ModelWithPath(loaded, path)
        self._use_model(loaded, path)

    def _use_model(self, loaded: LoadedModel, path: Path | None) -> None:
        self.model, self.network, self.model_path = loaded.model, loaded.network, path
        self.model_changed.emit(loaded.model)

    @property
    def model_in_use(self) -> ModelWithPath | None:
        """The model in use with its network and its file; None before one is open."""
        if self.model is None or self.network is None:
            return None
        return ModelWithPath(LoadedModel(self.model, self.network), self.model_path)

    @Slot(str, Model)
    def add_unsaved_model(self, sentence: str, model: Model) -> None:
        """Keep a model of a run that could not be saved, for the reason `sentence`, until the user decides."""
        self.unsaved_models.append(UnsavedModel(model, sentence))
        self.model_not_saved.emit(sentence)

    def _start_reading(self, kind: str, name: str, work: Callable[[], object], use: Callable[[Any], None]) -> None:
        """Run `work`, which reads `name`, on a thread; see `FileLoader.read`."""
        self.file_loader.read(kind, name, work, use, self.error_message.emit)


def _load(path: Path) -> LoadedModel:
    return LoadedModel.from_model(load_kept_model(path))


def _load_again(path: Path | None, name: str) -> _FoundModel:
    """Read the model that was in use at the last end, or the bundled one; see `open_model_of_last_start`."""
    problem = ""
    if path is not None:
        try:
            return _FoundModel(_load(path), path)
        except ModelFileError as error:
            problem = f"{name}, which was in use, cannot be opened again: {error} The bundled model is in use."
    elif name:
        problem = f"{name}, which was in use, was not kept in a file. The bundled model is in use."
    return _FoundModel(_load(bundled_model_path()), None, problem)
