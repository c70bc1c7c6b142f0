"""The settings of a run are found again in the file of its model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES, VALIDATION_FRACTION
from nncore.experiments.run_log.model_settings import settings_of_model
from nncore.files.model_file import ModelCard, bundled_model_path, load_model, trained_model
from nncore.model.network import Network, NetworkSpec
from nncore.training import Training, TrainingConfig, hold_out_validation
from nncore.training.control import TrainingControl

SPEC = NetworkSpec.dense((4, 3, 2), input_shape=(2, 2))


def test_the_settings_of_a_trained_model_are_those_of_its_run() -> None:
    rng = np.random.default_rng(0)
    part = Dataset(rng.integers(0, 255, (40, 2, 2)).astype(np.uint8), rng.integers(0, 2, 40), ("0", "1"), "forty")
    config = TrainingConfig(learning_rate=0.5, batch_size=None, epochs=2, seed=3)
    data = hold_out_validation(Splits(part, None, part), 0.25, 3)
    training = Training(Network(SPEC, seed=3), data, config, TrainingControl(0.5, ((2, 0.1),)))
    list(training.events())
    model = trained_model(training, None, name="a", recipe="quick")
    settings = settings_of_model(model.spec, model.card)
    assert (settings.spec, settings.config, settings.recipe) == (SPEC, config, "quick")
    assert (settings.data, settings.validation_fraction, settings.rates) == ("forty", 0.25, ((2, 0.1),))


def test_the_bundled_model_has_settings() -> None:
    model = load_model(bundled_model_path())
    settings = settings_of_model(model.spec, model.card)
    assert (settings.recipe, settings.config.epochs) == ("handwriting", 24)
    assert settings.validation_fraction == RECIPES["handwriting"].validation_fraction


@pytest.mark.parametrize("settings", [{}, {"epochs": -1}, {"optimizer": "x"}, {"learning_rate": "fast"}, {"other": 1}])
def test_a_card_without_usable_settings_is_an_error(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="of a"):
        settings_of_model(SPEC, ModelCard("a", settings=settings))


@pytest.mark.parametrize("rates", [None, [], {"x": 1, "2": "fast", "3": -1, "1": 0.5}])
def test_damaged_rates_are_left_out(rates: object) -> None:
    card = ModelCard("a", recipe="of a newer version", settings={"epochs": 3, "learning_rates_from_step": rates})
    settings = settings_of_model(SPEC, replace(card, data="x: 0 images to train"))
    assert (settings.rates, settings.recipe, settings.validation_fraction) == ((), "", VALIDATION_FRACTION)
