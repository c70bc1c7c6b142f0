from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.session.recipe_durations import RecipeDurations
from nncore.data.dataset import Dataset, Splits
from nncore.experiments.recipes import RECIPES
from nncore.training import duration
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
    qtbot.waitUntil(lambda: set(durations.seconds) == set(RECIPES), timeout=60_000)
    assert names == list(RECIPES)
    durations.measure(digits)
    assert not durations._tasks.is_busy


def test_recipes_of_other_data_are_left_out_and_new_data_is_measured_again(
    durations: RecipeDurations, qtbot: QtBot
) -> None:
    part = Dataset(np.zeros((20, 6, 6), np.uint8), np.arange(20) % 2, ("a", "b"), "small.npz")
    durations.measure(small_mnist())
    durations.measure(Splits(part, None, part))
    qtbot.waitUntil(lambda: not durations._tasks.is_busy, timeout=60_000)
    assert set(durations.seconds) == {"sine"}


def test_a_run_cancels_the_measurements(durations: RecipeDurations, qtbot: QtBot) -> None:
    durations.measure(small_mnist())
    durations.cancel()
    qtbot.waitUntil(lambda: not durations._tasks.is_busy, timeout=60_000)
    assert len(durations.seconds) <= 1
