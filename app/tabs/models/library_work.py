"""Background work of the Models tab: the list, its changes, pictures of weights, and comparisons."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.background.task_queue import TaskQueue, in_whole_percent, is_cancelled
from app.storage.models.model_library import KeptModel, ModelLibrary, load_kept_model
from nncore.data.dataset import Dataset
from nncore.evaluation.first_layer import first_layer_picture
from nncore.evaluation.model_comparison import compare_networks
from nncore.files.model_file import Model
from nncore.model.network import Network

MAX_PICTURES = 200
"""Largest number of pictures that are kept, 6 MB; others are made again when they become visible."""

Picture = NDArray[np.float32]
Moved = list[tuple[Path, Path]]


@dataclass(frozen=True, eq=False)
class ReadingModel:
    """A model that reads images, with its name and its network.

    is_taught: it has learned drawings of the user, which the model in its file has not. path: this file, None if it has
    none.
    """

    name: str
    network: Network
    is_taught: bool = False
    path: Path | None = None

    @property
    def key(self) -> object:
        """What tells it from another model: its name and file; a network that is in no file is told by itself."""
        return self.network if self.is_taught or self.path is None else (self.name, self.path)


class LibraryWork(QObject):
    """Reads and changes the library on threads. All signals are emitted on the window's thread.

    Changes are made in the order of the calls; each is followed by a new list.
    """

    listed = Signal(list)
    """All KeptModel, in the order of the library; the bundled one is the last."""
    deleted_listed = Signal(list)
    """The KeptModel that can be restored, the one deleted last first."""
    deleted, restored = Signal(list), Signal(list)
    """(where it was, where it is) of each moved model."""
    picture_made = Signal(Path)
    """`picture` has a new result for this model."""
    loaded = Signal(Model)
    """A Model that was requested by `load`."""
    networks_loaded = Signal(list)
    """The list of ReadingModel of `load_networks`."""
    networks_failed = Signal(str)
    """A sentence: why the networks could not be loaded."""
    compared = Signal(object)
    """A ModelComparison; None if it was cancelled."""
    comparing_changed = Signal(bool)
    """Whether two models are being compared."""
    comparison_progressed = Signal(float)
    """The finished fraction, 0 to 1."""
    comparison_failed = Signal(str)
    """A sentence: why the models could not be compared."""
    error_message = Signal(str)
    """A sentence that reports any other error."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.library = ModelLibrary(self.error_message.emit)
        self._changes = TaskQueue(self)
        self._pictures = TaskQueue(self)
        self._networks = TaskQueue(self)
        self._comparing = TaskQueue(self)
        self._comparing.busy_changed.connect(self.comparing_changed)
        self._made: OrderedDict[tuple[Path, float, int], Picture | None] = OrderedDict()
        self._requested: set[tuple[Path, float, int]] = set()

    # ---------------------------------------------------------------- library

    @property
    def is_changing(self) -> bool:
        """Whether models are being listed, changed or moved."""
        return self._changes.is_busy

    def list_models(self) -> None:
        """Read the list again."""
        self._changes.add("list", self._both_lists, self._show_lists, self._report)

    def set_label(
        self, path: Path, *, name: str | None = None, note: str | None = None, pinned: bool | None = None
    ) -> None:
        """Change a part of a label."""
        work = partial(self.library.set_label, path, name=name, note=note, pinned=pinned)
        self._changes.add("label", work, lambda _: self.list_models(), self._report)

    def delete(self, paths: Sequence[Path]) -> None:
        """Delete models; `restore` undoes it."""
        self._changes.add("move", partial(self.library.delete, paths), self._on_deleted, self._report)

    def restore(self, moved: Moved) -> None:
        """Restore what `deleted` carried."""
        self._changes.add("move", partial(self.library.restore, moved), self._on_restored, self._report)

    def load(self, path: Path) -> None:
        """Read a model, for `loaded`."""
        self._networks.add("load", partial(load_kept_model, path), self.loaded.emit, self._report)

    def restore_models(self, models: Sequence[KeptModel]) -> None:
        """Restore deleted models, whenever they were deleted."""
        self.restore([(self.library.folder / model.path.name, model.path) for model in models])

    def delete_for_good(self, models: Sequence[KeptModel]) -> None:
        """Delete deleted models, which cannot be restored any more."""
        work = partial(self.library.delete_for_good, [model.path for model in models])
        self._changes.add("move", work, lambda _: self.list_models(), self._report)

    def _both_lists(self) -> tuple[list[KeptModel], list[KeptModel]] | None:
        models, deleted = (
            self.library.models(cancelled=is_cancelled),
            self.library.deleted_models(cancelled=is_cancelled),
        )
        return None if models is None or deleted is None else ([*models, KeptModel.bundled()], deleted)

    def _show_lists(self, lists: tuple[list[KeptModel], list[KeptModel]] | None) -> None:
        if lists is not None:
            self.listed.emit(lists[0])
            self.deleted_listed.emit(lists[1])

    def _on_deleted(self, moved: Moved) -> None:
        self.deleted.emit(moved)
        self.list_models()

    def _on_restored(self, moved: Moved) -> None:
        self.restored.emit([now for _, now in moved])
        self.list_models()

    def _report(self, sentence: str) -> None:
        """Report an error, and show what is on the disk after the change that failed."""
        self.error_message.emit(sentence)
        self._changes.add("list", self._both_lists, self._show_lists, lambda _: None)

    # --------------------------------------------------------------- pictures

    def picture(self, path: Path, changed: float, tiles: int) -> Picture | None:
        """The picture of the first layer of a model that was changed at this time; None before it is made.

        It is made in the background if it is not known; a file that cannot be read has none.
        """
        key = path, changed, tiles
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        if key not in self._requested:
            self._requested.add(key)
            keep = partial(self._keep_picture, key)
            self._pictures.add("picture", partial(_picture_of, path, tiles), keep, lambda _: keep(None))
        return None

    def _keep_picture(self, key: tuple[Path, float, int], picture: Picture | None) -> None:
        self._requested.discard(key)
        self._made[key] = picture
        if len(self._made) > MAX_PICTURES:
            self._made.popitem(last=False)
        self.picture_made.emit(key[0])

    # ------------------------------------------------------------- comparison

    def load_networks(self, chosen: Sequence[ReadingModel | tuple[str, Path]]) -> None:
        """Build the networks of two models, (name, path) or already built, for `networks_loaded`."""
        self._networks.discard("networks")
        work = partial(_networks_of, tuple(chosen))
        self._networks.add("networks", work, self.networks_loaded.emit, self.networks_failed.emit)

    def compare(self, first: Network, second: Network, dataset: Dataset) -> None:
        """Let both networks read `dataset`, for `compared`."""
        progress = in_whole_percent(self.comparison_progressed.emit)
        work = partial(compare_networks, first, second, dataset, progress=progress, cancelled=is_cancelled)
        self._comparing.add("compare", work, self.compared.emit, self.comparison_failed.emit, latest_only=True)

    def stop_comparing(self) -> None:
        """Cancel the comparison; `compared` then carries None."""
        self._comparing.cancel("compare")

    def drop_comparison(self) -> None:
        """Cancel the comparison, whose result is no longer needed."""
        self._comparing.discard("compare")

    def finish(self) -> bool:
        """Make the remaining changes, cancel all other work, and wait; False if that takes too long."""
        self.drop_comparison()
        self._changes.cancel("list")
        self._pictures.discard("picture")
        self._networks.discard("networks", "load")
        finished = [queue.finish() for queue in (self._changes, self._pictures, self._networks, self._comparing)]
        return all(finished)


def _picture_of(path: Path, tiles: int) -> Picture:
    model: Model = load_kept_model(path)
    return first_layer_picture(model.spec, model.parameters, tiles)


def _networks_of(chosen: Sequence[ReadingModel | tuple[str, Path]]) -> list[ReadingModel]:
    return [
        each
        if isinstance(each, ReadingModel)
        else ReadingModel(each[0], load_kept_model(each[1]).network(), path=each[1])
        for each in chosen
    ]
