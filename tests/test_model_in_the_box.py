"""What the model that comes with the app can do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nncore.augment import Augmentation
from nncore.metrics import evaluate
from nncore.model_file import bundled_model_path, load_model
from nncore.readers import read_ink
from nncore.recipes import RECIPES
from nncore.training import TrainingConfig
from tests.nncore.data import mnist

PEN_STROKES = Path(__file__).parents[2] / "shared" / "pen" / "pendigits-train.unipen"


def test_it_reads_mnists_test_images_and_its_card_says_how_well() -> None:
    model, test = load_model(bundled_model_path()), mnist().test
    assert test is not None
    judged = evaluate(model.network(), test)
    assert judged is not None
    assert judged.accuracy is not None
    assert judged.accuracy >= 0.993
    assert model.card.test_accuracy == judged.accuracy


def test_it_was_made_by_the_committed_recipe() -> None:
    model, recipe = load_model(bundled_model_path()), RECIPES["convnet"]
    assert model.card.recipe == "convnet"
    assert model.spec == recipe.spec
    settings = {**model.card.settings, "augmentation": Augmentation(**model.card.settings["augmentation"])}
    assert TrainingConfig(**settings) == replace(recipe.config, seed=model.card.settings["seed"])
    assert model.card.epochs == recipe.config.epochs


@pytest.mark.skipif(not PEN_STROKES.exists(), reason="needs strokes of real writers that are not part of the project")
def test_it_reads_what_real_writers_wrote_with_a_pen() -> None:
    judged = evaluate(load_model(bundled_model_path()).network(), read_ink(PEN_STROKES).to_dataset())
    assert judged is not None
    assert judged.accuracy is not None
    assert judged.accuracy >= 0.95
    assert min(np.array(judged.per_class, float)) > 0.75
