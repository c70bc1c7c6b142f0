"""Saves a model to a file that the user chose. Imports no Qt.

A run saves its model by itself. If the user saves it in the same folder, the chosen file replaces the file of the run,
so that the list of models has it once.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path

from app.storage.models.model_library import ModelLibrary, is_listed, is_of_run, labelled
from app.storage.paths import run_log_path
from app.storage.run_log_file import with_log
from nncore.errors import ModelFileError
from nncore.experiments.run_log.log import RunLog, RunLogError
from nncore.files.model_file import Model, save_model


def save_as(model: Model, path: Path, kept: Path | None) -> Model:
    """Save `model` as `path`; returns it with the name and the note that the list of models shows for this file.

    kept: the file that had the model until now, or None. Its pin and its note stay. Raises ModelFileError if the model
    could not be saved.
    """
    save_model(model, path)
    if kept is not None and kept != path and is_of_run(kept) and is_listed(kept) and is_listed(path):
        with suppress(ModelFileError, RunLogError):  # then the list has both files, and nothing is lost
            _name_in_log(kept, path)
            ModelLibrary(_ignore).replace(kept, path)
    return labelled(model, path)


def _name_in_log(kept: Path, path: Path) -> None:
    """Let the runs whose model is in the file `kept` have it in the file `path`."""
    if os.path.isfile(run_log_path()):
        with_log(run_log_path(), _ignore, partial(_rename_in, kept=kept, path=path))


def _rename_in(log: RunLog, kept: Path, path: Path) -> None:
    for run in log.runs():
        if run.model and Path(run.model).name == kept.name:
            log.update(run.id, model=str(path))


def _ignore(sentence: str) -> None:
    """The window reports an error of the log or the labels when it lists them."""
