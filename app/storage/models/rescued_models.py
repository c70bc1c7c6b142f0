"""Models that could not be saved, when the program is ended and nobody can be asked: they are kept in another place.

The next start moves them into the folder of models if that is possible now, and offers them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.storage.paths import models_folder, user_folder, valid_file_name
from nncore.errors import ModelFileError
from nncore.files.model_file import Model, load_model, save_model

RESCUED_NAME_START = "Digit Lab, not saved"
"""The beginning of the names of these files."""


@dataclass(frozen=True)
class RescuedModel:
    """A model of an earlier start, and its file. is_saved: whether this is in the folder of models now."""

    name: str
    path: Path
    is_saved: bool


def rescue(model: Model) -> Path:
    """Save a model in the first folder that can be written; returns its file. Raises ModelFileError if none can."""
    problems = []
    for folder in _folders():
        path = folder / f"{RESCUED_NAME_START} {datetime.now():%Y-%m-%d %H.%M.%S.%f}.npz"
        try:
            save_model(model, path)
        except ModelFileError as problem:
            problems.append(str(problem))
        else:
            return path
    raise ModelFileError(f"The model {model.card.name} is lost: {' '.join(problems)}")


def rescued_models() -> list[RescuedModel]:
    """The models that were rescued, the oldest first; each is moved into the folder of models if that is possible."""
    found = []
    for path in sorted(_files(), key=lambda each: each.name):
        with suppress(ModelFileError):  # it is damaged, or another window has moved it
            model = load_model(path)
            found.append(_moved(path, model))
    return found


def _folders() -> tuple[Path, ...]:
    return models_folder(), user_folder(), Path.home(), Path(tempfile.gettempdir())


def _files() -> Iterator[Path]:
    for folder in dict.fromkeys(_folders()):
        with suppress(OSError):
            yield from (path for path in folder.glob(f"{RESCUED_NAME_START} *.npz") if _is_own(path))


def _is_own(path: Path) -> bool:
    """Whether the user owns a file: others can write to the temporary folder too."""
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def _moved(path: Path, model: Model) -> RescuedModel:
    name = model.card.name
    date = path.stem.removeprefix(f"{RESCUED_NAME_START} ")
    target = models_folder() / f"{date} {valid_file_name(name, 'model')}.npz"
    try:
        save_model(model, target)
        path.unlink()
    except (ModelFileError, OSError):
        return RescuedModel(name, path, is_saved=False)
    return RescuedModel(name, target, is_saved=True)
