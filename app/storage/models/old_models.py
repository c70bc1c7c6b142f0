"""Deletes old models of runs by OLD_MODELS_RULE, at the start of the program. Imports no Qt.

They are moved to the folder of deleted models first, and deleted permanently DELETED_DAYS later. A model also counts as
named or noted if its run is. Nothing is deleted while there is a damaged file of labels.
"""

from __future__ import annotations

import os
from pathlib import Path

from app.storage.models.model_library import DAMAGED_LABELS, DELETED, LABELS, ModelLibrary
from app.storage.paths import run_log_path
from nncore.experiments.run_log.log import LoggedRun, RunLog
from nncore.files.model_labels import read_labels
from nncore.system.atomic_write import is_unchanged

MAX_UNNAMED_MODELS = 50
"""Number of the newest unnamed models of runs that are kept, however old they are."""

UNNAMED_DAYS = 30
"""An unnamed model of a run is kept for at least this number of days."""

DELETED_DAYS = 30
"""Days for which a deleted model can be restored."""

SECONDS_PER_DAY = 24 * 3600

OLD_MODELS_RULE = (
    f"Models with a pin, a name or a note are kept. Of the others, the newest {MAX_UNNAMED_MODELS} are kept, and all "
    f"of the last {UNNAMED_DAYS} days; older ones are deleted. A deleted model stays in the folder “{DELETED}” for "
    f"{DELETED_DAYS} days."
)
"""The rule in words, which the Models tab shows."""


def delete_old_models() -> None:
    """Move the models that OLD_MODELS_RULE deletes to the folder of deleted models.

    Raises OSError, RunLogError or ModelFileError if the labels or the log cannot be read; then no model is moved.
    """
    library = ModelLibrary(lambda sentence: None)
    if len(list(library.folder.glob("*.npz"))) <= MAX_UNNAMED_MODELS:
        return  # no header needs to be read
    read_labels(library.folder / LABELS)  # if they are damaged, no name is known, and nothing may be deleted
    if any(library.folder.glob(DAMAGED_LABELS)):
        return
    of_named_runs = _models_of_named_runs()
    unnamed = [model for model in library.models() or () if model.is_unnamed and model.path.name not in of_named_runs]
    newest_first = sorted(unnamed, key=lambda model: model.path.name, reverse=True)
    old = [
        model.path
        for model in newest_first[MAX_UNNAMED_MODELS:]
        if is_unchanged(model.path, UNNAMED_DAYS * SECONDS_PER_DAY)
    ]
    if old:
        library.delete(old)


def delete_models_for_good() -> None:
    """Delete the models that were moved to the folder of deleted models DELETED_DAYS ago. Raises OSError."""
    for path in ModelLibrary(lambda sentence: None).deleted_folder.glob("*"):
        if path.is_file() and is_unchanged(path, DELETED_DAYS * SECONDS_PER_DAY):
            path.unlink()


def _models_of_named_runs() -> set[str]:
    """The files of the models of runs that the user has named or noted."""
    path = run_log_path()
    if not os.path.isfile(path):
        return set()
    with RunLog(path) as log:
        return {Path(run.model).name for run in log.runs() if run.model and (run.note or _is_named(run))}


def _is_named(run: LoggedRun) -> bool:
    return run.settings.name != run.settings.spec.default_name
