"""The accuracy and the origin of the bundled model."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.data.formats import read_ink
from nncore.evaluation.calibration import verdict_rates
from nncore.evaluation.metrics import evaluate
from nncore.experiments.recipes import RECIPES
from nncore.files.model_file import Model, bundled_model_path, load_model
from nncore.handwriting.synthetic import NON_DIGIT_KINDS, digits
from nncore.preprocessing.augmentation import Augmentation
from nncore.preprocessing.ink import rasterize
from nncore.training import TrainingConfig
from resources.build_model import AVERAGED_EPOCHS
from resources.training_ink import Amounts
from tests.nncore.example_data import mnist

PEN_STROKES = os.environ.get("DIGITLAB_BENCH_INK")
"""Path of a UNIPEN file with labelled digits of real writers."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(bundled_model_path())


def test_the_accuracy_on_mnist_is_that_of_the_card(model: Model) -> None:
    test = mnist().test
    assert test is not None
    evaluation, rates = evaluate(model.network(), test), verdict_rates(model.network(), test)
    assert evaluation is not None
    assert evaluation.accuracy is not None
    assert evaluation.accuracy >= 0.993
    assert model.card.test_accuracy == evaluation.accuracy
    assert rates is not None
    assert rates.rejected <= 0.02
    assert rates.calibration_error is not None
    assert rates.calibration_error <= 0.02


def test_the_model_was_trained_with_the_committed_recipe(model: Model) -> None:
    recipe, settings = RECIPES["handwriting"], dict(model.card.settings)
    assert model.card.recipe == "handwriting"
    assert model.spec == recipe.spec
    assert Amounts(**settings.pop("amounts")) == Amounts()
    assert settings.pop("averaged_epochs") == AVERAGED_EPOCHS
    settings["augmentation"] = Augmentation(**settings["augmentation"])
    assert TrainingConfig(**settings) == replace(recipe.config, seed=settings["seed"])
    assert model.card.epochs == recipe.config.epochs + AVERAGED_EPOCHS


def test_the_card_names_the_training_data_and_the_accuracy_for_unseen_writers(model: Model) -> None:
    assert "Alpaydin" in model.card.notes
    assert len(model.card.writer_accuracy) == 30
    assert fmean(model.card.writer_accuracy.values()) >= 0.985


def test_the_model_file_is_small() -> None:
    assert bundled_model_path().stat().st_size < 2_000_000


@pytest.mark.parametrize("kind", NON_DIGIT_KINDS)
def test_few_other_drawings_are_read_as_digits(model: Model, kind: str) -> None:
    rng = np.random.default_rng(2024)
    images = np.stack([rasterize(NON_DIGIT_KINDS[kind](rng)) for _ in range(100)])
    rates = verdict_rates(model.network(), Dataset(images, np.full(100, NO_CLASS), open_set=True))
    assert rates is not None
    assert rates.rejected + rates.unsure >= 0.9


def test_generated_digits_are_read_and_few_are_rejected(model: Model) -> None:
    generated = digits(500, np.random.default_rng(2024)).to_dataset()
    evaluation, rates = evaluate(model.network(), generated), verdict_rates(model.network(), generated)
    assert evaluation is not None
    assert rates is not None
    assert (evaluation.accuracy or 0) >= 0.97
    assert rates.rejected <= 0.02


@pytest.mark.skipif(PEN_STROKES is None, reason="DIGITLAB_BENCH_INK names no file of real writers' strokes")
def test_pen_strokes_of_real_writers_are_read(model: Model) -> None:
    assert PEN_STROKES is not None
    evaluation = evaluate(model.network(), read_ink(Path(PEN_STROKES)).to_dataset())
    assert evaluation is not None
    assert evaluation.accuracy is not None
    assert evaluation.accuracy >= 0.985
    assert min(np.array(evaluation.per_class, float)) > 0.95
