"""The models that are kept in the user's folder, with their names, notes and pins. Imports no Qt.

The training saves the model of every run there; the user may save others. A deleted model is moved to the folder
`DELETED` inside, from which it can be restored; `old_models.py` deletes it permanently later.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

from app.storage.paths import models_folder, valid_file_name
from nncore.errors import ModelFileError, NewerModelFileError
from nncore.files.model_file import Model, bundled_model_path, load_header, load_model, save_model
from nncore.files.model_header import ModelCard, ModelHeader
from nncore.files.model_labels import ModelLabel, label_text, read_labels, write_labels
from nncore.system.file_lock import FileLock

DELETED = "deleted"
"""The folder of deleted models, inside the folder of models."""

LABELS = "labels.json"
"""The file of the labels in the folder of models."""

DAMAGED_LABELS = "labels damaged *.json"
"""The names of files of labels that were damaged and renamed."""

KEPT_SUFFIXES = (".npz", ".digitnet")

RUN_MODEL_NAME = re.compile(r"\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.\d{6} (.+)\.npz", re.DOTALL)
"""The name of a file in which a run saved its model; a file with any other name was saved by the user."""

LOCK_WAIT_SECONDS = 5.0
"""How long a change waits for another window that is writing."""


@dataclass(frozen=True, eq=False)
class KeptModel:
    """A model file of the folder. header: None if the file cannot be read; problem: one sentence why, or "".

    changed: the time of its last change in seconds. name: given by the user, else the name of the file that the user
    chose, else the name in the model card.
    """

    path: Path
    label: ModelLabel
    header: ModelHeader | None
    problem: str = ""
    changed: float = 0.0

    @classmethod
    def bundled(cls) -> KeptModel:
        """The model that is installed with the program; it has no label."""
        path = bundled_model_path()
        return cls(path, ModelLabel(path.name), *_read_header(path), changed=(_changed_nanoseconds(path) or 0) / 1e9)

    @property
    def is_bundled(self) -> bool:
        """Whether it is installed with the program, and cannot be changed or deleted."""
        return self.path == bundled_model_path()

    @property
    def name(self) -> str:
        """The name to show."""
        return self.label.name or self.default_name

    @property
    def default_name(self) -> str:
        """The name of a model that the user has not renamed."""
        return title_of(self.path) if self.header is None else _default_name(self.path, self.header.card)

    @property
    def note(self) -> str:
        """The user's note, else the notes in the model card."""
        return self.label.note or self.default_note

    @property
    def default_note(self) -> str:
        """The notes in the model card."""
        return self.header.card.notes if self.header else ""

    @property
    def created(self) -> str:
        """ISO date and time of the model card, else of the file."""
        stated = self.header.card.created if self.header else ""
        return stated or datetime.fromtimestamp(self.changed).isoformat(" ", "seconds")

    @property
    def is_unnamed(self) -> bool:
        """Whether a run saved it, and the user has not named, noted or pinned it."""
        return is_of_run(self.path) and self.label.is_empty


def run_model_name(name: str, time: datetime) -> str:
    """Return the name of the file in which a run called `name` saves its model at `time`, see `is_of_run`."""
    return f"{time:%Y-%m-%d %H.%M.%S.%f} {valid_file_name(name, 'model')}.npz"


def is_of_run(path: Path) -> bool:
    """Whether a run saved its model in this file by itself."""
    return RUN_MODEL_NAME.fullmatch(path.name) is not None


def title_of(path: Path) -> str:
    """What a user calls a model file: its name without the suffix, and without the time that a run puts before it."""
    of_run = RUN_MODEL_NAME.fullmatch(path.name)
    return path.stem if of_run is None else of_run[1]


def is_listed(path: Path) -> bool:
    """Whether the list of models has a model file of this name and in this folder."""
    return path.parent == models_folder() and path.suffix.lower() in KEPT_SUFFIXES


def load_kept_model(path: Path) -> Model:
    """Read a model; one of the user's folder with the name and note that the user gave it. Raises ModelFileError."""
    return labelled(load_model(path), path)


def labelled(model: Model, path: Path) -> Model:
    """`model`, which is in the file `path`, with the name and the note that the list of models shows for this file.

    A file outside the user's folder has no label: then the model is returned unchanged.
    """
    if path.parent != models_folder():
        return model
    try:
        label = read_labels(path.with_name(LABELS)).get(path.name, ModelLabel(path.name))
    except ModelFileError:  # the list of models reports it
        return model
    return renamed(model, label.name or _default_name(path, model.card), label.note or model.card.notes)


def renamed(model: Model, name: str, note: str) -> Model:
    """A copy of `model` with this name and note; it shares the parameters."""
    return replace(model, card=replace(model.card, name=name, notes=note))


def _default_name(path: Path, card: ModelCard) -> str:
    """The name in the card for a file of a run; otherwise the name of the file, which the user chose."""
    return card.name if is_of_run(path) else path.stem


class _KnownHeader(NamedTuple):
    """What was read of a file. stamp: the time of its last change in nanoseconds, and its size in bytes.

    header: None if it could not be read, for the reason `problem`.
    """

    stamp: tuple[int, int]
    header: ModelHeader | None
    problem: str


class ModelLibrary:
    """The models in one folder. Two windows may change it: each change reads the labels again and holds a lock.

    report_error: called with one sentence if the file of the labels was damaged and was renamed. Methods raise
    ModelFileError.
    """

    def __init__(self, report_error: Callable[[str], None], folder: Path | None = None) -> None:
        self.folder = folder or models_folder()
        self._report_error = report_error
        self._headers: dict[Path, _KnownHeader] = {}

    @property
    def deleted_folder(self) -> Path:
        """The folder of deleted models."""
        return self.folder / DELETED

    def modification_stamp(self) -> tuple[int | None, ...]:
        """A value that changes when a model or a label is added, changed or deleted by any program."""
        return tuple(_changed_nanoseconds(path) for path in (self.folder, self.deleted_folder, self.folder / LABELS))

    def models(self, *, cancelled: Callable[[], bool] = lambda: False) -> list[KeptModel] | None:
        """All models: the pinned ones first, then the newest first; None if `cancelled()` became true.

        Reading the headers of some hundred files takes a moment; later calls read only what has changed.
        """
        labels = self._labels()
        found = []
        for path, changed, size in _files(self.folder):
            if cancelled():
                return None
            found.append(self._kept(path, (changed, size), labels))
        known = {model.path for model in found}
        gone = [path for path in self._headers if path not in known and path.parent != self.deleted_folder]
        for path in gone:
            del self._headers[path]
        return sorted(found, key=lambda model: (model.label.is_pinned, model.created), reverse=True)

    def deleted_models(self, *, cancelled: Callable[[], bool] = lambda: False) -> list[KeptModel] | None:
        """The models that can be restored, the one deleted last first; None if `cancelled()` became true.

        The time of their last change is the time of their deletion.
        """
        labels = self._labels()
        found = []
        for path, changed, size in _files(self.deleted_folder):
            if cancelled():
                return None
            found.append(self._kept(path, (changed, size), labels))
        return sorted(found, key=lambda model: model.changed, reverse=True)

    def _kept(self, path: Path, stamp: tuple[int, int], labels: Mapping[str, ModelLabel]) -> KeptModel:
        known = self._headers.get(path)
        if known is None or known.stamp != stamp:
            known = self._headers[path] = _KnownHeader(stamp, *_read_header(path))
        label = labels.get(path.name, ModelLabel(path.name))
        return KeptModel(path, label, known.header, known.problem, stamp[0] / 1e9)

    # ----------------------------------------------------------------- change

    def set_label(
        self, path: Path, *, name: str | None = None, note: str | None = None, pinned: bool | None = None
    ) -> None:
        """Change the name, the note or the pin of a model; None leaves a part as it is."""
        with self._changing() as labels:
            label = labels.get(path.name, ModelLabel(path.name))
            labels[path.name] = ModelLabel(
                path.name,
                label.name if name is None else label_text(name),
                label.note if note is None else label_text(note),
                label.is_pinned if pinned is None else pinned,
            )

    def keep(self, model: Model, path: Path | None, name: str) -> Path:
        """Give a model the name `name`; returns its file.

        path: the file in which it is kept. If that is None, or deleted meanwhile, the model is saved first.
        """
        if path is None or not path.exists():
            path = _free_path(self.folder / f"{valid_file_name(name, 'model')}.digitnet")
            save_model(model, path)
        self.set_label(path, name=name)
        return path

    def replace(self, old: Path, new: Path) -> None:
        """Delete the file `old` of a model that is saved as `new` now, which gets its pin and its note.

        It gets the name too if the file is named after it; otherwise its name is the name of the file.
        """
        with self._changing() as labels:
            label = labels.pop(old.name, None)
            if label is not None:
                name = label.name if new.stem == valid_file_name(label.name, "model") else ""
                labels[new.name] = replace(label, file=new.name, name=name)
            with _system_errors(old):
                old.unlink(missing_ok=True)

    def delete(self, paths: Sequence[Path]) -> list[tuple[Path, Path]]:
        """Move models to the folder of deleted ones; returns where each was and is.

        A file that another program has deleted is left out. Labels are kept for `restore`.
        """
        return self._move([(path, self.deleted_folder / path.name) for path in paths])

    def restore(self, moved: Sequence[tuple[Path, Path]]) -> list[tuple[Path, Path]]:
        """Undo `delete`, whose result is given; returns where each was and is now."""
        return self._move([(now, before) for before, now in moved])

    def delete_for_good(self, paths: Sequence[Path]) -> None:
        """Delete models of the folder of deleted ones; they cannot be restored any more."""
        for path in paths:
            with _system_errors(path), suppress(FileNotFoundError):
                path.unlink()
        with self._changing():
            pass  # forget their labels

    def _move(self, pairs: Sequence[tuple[Path, Path]]) -> list[tuple[Path, Path]]:
        done = []
        with self._changing() as labels:
            for source, wanted in pairs:
                target = _free_path(wanted)
                with _system_errors(source), suppress(FileNotFoundError):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    source.rename(target)
                    os.utime(target)  # the time of deletion counts for `app.storage.leftovers`
                    done.append((source, target))
                if source.name in labels:
                    labels[target.name] = replace(labels[source.name], file=target.name)
        return done

    # ----------------------------------------------------------------- labels

    def _labels(self) -> dict[str, ModelLabel]:
        """The labels; if their file is damaged, it is renamed, and there are none."""
        path = self.folder / LABELS
        try:
            return read_labels(path)
        except NewerModelFileError:
            raise  # it stays unchanged
        except ModelFileError as problem:
            damaged = _free_path(path.with_name(DAMAGED_LABELS.replace("*", f"{datetime.now():%Y-%m-%d %H.%M.%S}")))
            with _system_errors(path), suppress(FileNotFoundError):
                path.rename(damaged)
            self._report_error(f"{problem} It was renamed to {damaged.name}; the models are complete.")
            return {}

    @contextmanager
    def _changing(self) -> Iterator[dict[str, ModelLabel]]:
        """The labels, to be changed in the `with` block and then written; without those of files that are gone."""
        with _system_errors(self.folder), FileLock(self.folder / "labels.lock").held(LOCK_WAIT_SECONDS):
            labels = self._labels()
            before = dict(labels)
            yield labels
            kept = {name: label for name, label in labels.items() if self._exists(name)}
            if kept != before:
                write_labels(kept, self.folder / LABELS)

    def _exists(self, name: str) -> bool:
        return any((folder / name).exists() for folder in (self.folder, self.deleted_folder))


def _files(folder: Path) -> list[tuple[Path, int, int]]:
    """Path, time of change in nanoseconds and size of each model file in a folder; [] if there is no folder."""
    found = []
    with _system_errors(folder), suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            is_model = entry.name.lower().endswith(KEPT_SUFFIXES) and not entry.name.startswith(".")
            with suppress(FileNotFoundError):  # it vanished at this moment
                if is_model and entry.is_file():
                    status = entry.stat()
                    found.append((Path(entry.path), status.st_mtime_ns, status.st_size))
    return found


def _read_header(path: Path) -> tuple[ModelHeader | None, str]:
    """The header of a file and "", or None and a sentence why it cannot be read."""
    try:
        return load_header(path), ""
    except ModelFileError as problem:
        return None, str(problem)


def _free_path(wanted: Path) -> Path:
    """`wanted`, or the same name with a number if there is such a file."""
    others = (wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}") for number in count(2))
    return wanted if not wanted.exists() else next(path for path in others if not path.exists())


@contextmanager
def _system_errors(path: Path) -> Iterator[None]:
    """Convert errors of the system to ModelFileError."""
    try:
        yield
    except OSError as problem:
        raise ModelFileError(f"{path}: could not be changed ({problem.strerror or problem}).") from None


def _changed_nanoseconds(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
