"""Old models of runs are deleted by a rule at the start of the program."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.storage.leftovers import remove_leftovers
from app.storage.models import old_models
from app.storage.models.model_library import ModelLibrary
from app.storage.models.old_models import SECONDS_PER_DAY
from app.storage.paths import models_folder, run_log_path
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.app.storage.kept_models import keep_model

SETTINGS = RunSettings("a run", NetworkSpec.dense((784, 16, 10)), TrainingConfig(), data="MNIST")


def kept() -> list[Path]:
    return sorted(models_folder().glob("*.npz"))


def test_old_models_are_deleted_but_not_those_with_a_pin_a_name_or_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_models, "MAX_UNNAMED_MODELS", 2)
    old = [keep_model(number, days_ago=31) for number in range(8)]
    mine, young = keep_model(name="mine.npz", days_ago=99), keep_model(8)
    library = ModelLibrary(pytest.fail)
    library.set_label(old[0], pinned=True)
    library.set_label(old[1], name="good")
    library.set_label(old[2], note="a note")
    with RunLog(run_log_path()) as log:
        for path, name in ((old[3], "renamed"), (old[4], "784-16-10")):
            run = log.begin(replace(SETTINGS, name=name))
            log.update(run, model=str(path))
    remove_leftovers()
    assert kept() == sorted([*old[:4], old[7], young, mine])
    assert sorted(found.name for found in library.deleted_folder.iterdir()) == [path.name for path in old[4:7]]
    remove_leftovers()
    assert len(kept()) == 7
    library.restore([(path, library.deleted_folder / path.name) for path in old[4:7]])
    remove_leftovers()
    assert len(kept()) == 10, "a restored model stays for another thirty days"


def test_models_of_the_last_thirty_days_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_models, "MAX_UNNAMED_MODELS", 2)
    models = [keep_model(number, days_ago=29) for number in range(5)]
    remove_leftovers()
    assert kept() == models


@pytest.mark.parametrize("name", ["labels.json", "labels damaged 2026-01-01 00.00.00.json"])
def test_nothing_is_deleted_while_names_may_be_lost(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(old_models, "MAX_UNNAMED_MODELS", 1)
    models = [keep_model(number, days_ago=31) for number in range(3)]
    (models_folder() / name).write_text("damaged")
    remove_leftovers()
    assert kept() == models
    assert (models_folder() / name).exists()


def test_a_deleted_model_is_kept_for_thirty_days() -> None:
    library = ModelLibrary(pytest.fail)
    (_, old), (_, young) = library.delete([keep_model(1), keep_model(2)])
    moment = time.time() - 31 * SECONDS_PER_DAY
    os.utime(old, (moment, moment))
    remove_leftovers()
    assert (old.exists(), young.exists()) == (False, True)
