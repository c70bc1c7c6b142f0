"""A model that a run has saved, and the user saves again: the list of models has it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.storage.models.model_library import KeptModel, ModelLibrary
from app.storage.models.saved_models import save_as
from app.storage.paths import models_folder, run_log_path
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.files.model_file import load_model
from nncore.training import TrainingConfig
from tests.app.storage.kept_models import SMALL, keep_model

pytestmark = pytest.mark.usefixtures("user_files")


def listed() -> list[KeptModel]:
    return ModelLibrary(pytest.fail).models() or []


@pytest.mark.parametrize("is_logged", [True, False])
def test_the_chosen_file_replaces_that_of_the_run(is_logged: bool) -> None:
    of_run = keep_model()
    library = ModelLibrary(pytest.fail)
    library.set_label(of_run, name="mine", note="for the class", pinned=True)
    if is_logged:
        with RunLog(run_log_path()) as log:
            number = log.begin(RunSettings("784-4-10", SMALL, TrainingConfig(), data=""))
            log.update(number, model=str(of_run))
    chosen = models_folder() / "mine.digitnet"
    saved = save_as(load_model(of_run), chosen, of_run)
    (model,) = listed()
    assert (model.path, model.name, model.note, model.label.is_pinned) == (chosen, "mine", "for the class", True)
    assert (saved.card.name, saved.card.notes) == ("mine", "for the class")
    if is_logged:
        with RunLog(run_log_path()) as log:
            assert log.run(number).model == str(chosen)


def test_a_file_with_another_name_has_that_name() -> None:
    of_run = keep_model()
    ModelLibrary(pytest.fail).set_label(of_run, name="mine")
    assert save_as(load_model(of_run), models_folder() / "yours.digitnet", of_run).card.name == "yours"
    assert [model.name for model in listed()] == ["yours"]


def test_a_copy_in_another_folder_and_a_copy_of_a_saved_model_replace_nothing(tmp_path: Path) -> None:
    of_run, own = keep_model(), keep_model(name="own.digitnet")
    for path, kept in (
        (tmp_path / "elsewhere.digitnet", of_run),
        (models_folder() / "model.onnx", of_run),
        (models_folder() / "copy.digitnet", own),
        (of_run, of_run),
    ):
        save_as(load_model(kept), path, kept)
        assert path.exists()
        assert kept.exists()
