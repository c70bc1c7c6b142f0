"""The time of each recipe is measured once for the data in use, while nothing trains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.session.recipe_durations import RecipeDurations
from app.session.run_plan import EndedRun
from nncore.data.dataset import Dataset, Splits
from nncore.experiments.recipes import RECIPES
from nncore.model.network import Network
from nncore.training import Training, TrainingConfig, duration
from tests.nncore.example_data import small_mnist


@pytest.fixture
def durations(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[RecipeDurations]:
    monkeypatch.setattr(duration, "MEASURED_SECONDS", 0.0)
    durations = RecipeDurations()
    yield durations
    assert durations.finish()


def test_every_recipe_that_fits_the_data_is_measured_once(durations: RecipeDurations, qtbot: QtBot) -> None:
    digits, names = small_mnist(), list[str]()
    durations.measured.connect(lambda name, seconds: names.append(name))
    durations.measure(digits)
    durations.measure(digits)
    qtbot.waitUntil(lambda: set(durations.seconds) == set(RECIPES), timeout=240_000)
    assert names == list(RECIPES)
    qtbot.waitUntil(lambda: not durations.is_measuring, timeout=240_000)  # the thread ends after its last result
    durations.measure(digits)
    assert not durations.is_measuring


def test_recipes_of_other_data_are_left_out_and_new_data_is_measured_again(
    durations: RecipeDurations, qtbot: QtBot
) -> None:
    part = Dataset(np.zeros((20, 6, 6), np.uint8), np.arange(20) % 2, ("a", "b"), "small.npz")
    durations.measure(small_mnist())
    durations.measure(Splits(part, None, part))
    qtbot.waitUntil(lambda: not durations.is_measuring, timeout=240_000)
    assert set(durations.seconds) == {"sine"}


def test_a_run_cancels_the_measurements(durations: RecipeDurations, qtbot: QtBot) -> None:
    durations.measure(small_mnist())
    durations.cancel()
    qtbot.waitUntil(lambda: not durations.is_measuring, timeout=240_000)
    assert len(durations.seconds) <= 1


def ended_run(config: TrainingConfig) -> EndedRun:
    """A whole run of the recipe quick with this configuration."""
    recipe = RECIPES["quick"]
    training = Training(Network(recipe.spec, seed=config.seed), small_mnist(), config)
    for _ in training.events():
        pass
    return EndedRun(replace(training.checkpoint(), recipe="quick"), np.empty((3, 0), np.float32), "a run")


def test_a_whole_run_of_a_recipe_gives_its_time_and_another_run_does_not(durations: RecipeDurations) -> None:
    digits, config = small_mnist(), RECIPES["quick"].config
    for other in (replace(config, epochs=1), replace(config, learning_rate=0.001, epochs=1)):
        durations.take_time_of(ended_run(other), digits)
        assert durations.seconds == {}
    stopped = ended_run(config)
    stopped.checkpoint.counters.epochs_done -= 1
    durations.take_time_of(stopped, digits)
    assert durations.seconds == {}
    ended = ended_run(config)
    durations.take_time_of(ended, digits)
    assert durations.seconds == {"quick": ended.checkpoint.counters.seconds}
    other_digits = Splits(digits.training, None, digits.test)
    durations.seconds["mlp"] = 1.0
    durations.take_time_of(ended, other_digits)  # what was known with the other data is forgotten
    assert list(durations.seconds) == ["quick"]
