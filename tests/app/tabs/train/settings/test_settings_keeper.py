"""The settings typed in the Train tab are there again at the next start, which says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session.typed_settings import TrainSettings, write_typed
from app.storage.paths import train_settings_path
from app.tabs.train.settings.settings_keeper import SettingsKeeper
from app.tabs.train.settings.settings_panel import SettingsPanel
from nncore.data.curves import CurvePoints
from nncore.data.dataset import Dataset, Splits
from nncore.experiments.recipes import RECIPES
from tests.nncore.example_data import small_mnist

Start = Callable[[], tuple[SettingsPanel, SettingsKeeper]]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    """Creates a panel as at a start of the program; an earlier one is as in a killed process."""
    keepers: list[SettingsKeeper] = []

    def create() -> tuple[SettingsPanel, SettingsKeeper]:
        panel = SettingsPanel()
        qtbot.addWidget(panel)
        keepers.append(SettingsKeeper(panel, train_settings_path(), panel))
        panel.show()
        return panel, keepers[-1]

    yield create
    for keeper in keepers:
        assert keeper.finish()


def saved(qtbot: QtBot, keeper: SettingsKeeper) -> None:
    qtbot.waitUntil(lambda: not keeper.saver.is_busy)


def test_settings_survive_a_killed_process_and_the_recipes_own_can_be_restored(start: Start, qtbot: QtBot) -> None:
    panel, keeper = start()
    assert not panel.restored.isVisible()
    panel.choose_recipe("three-layer")
    panel.network.hidden_layers.setText("30 20")
    panel.learning.edits["epochs"].setText("7")
    panel.learning.edits["seed"].setText("not a number")  # the last valid settings are kept
    panel.learning.edits["seed"].setText("5")
    spec, config = panel.spec(), panel.config()
    saved(qtbot, keeper)
    panel, keeper = start()
    assert (panel.recipe.name, panel.spec(), panel.config()) == ("three-layer", spec, config)
    assert panel.restored.isVisible()
    assert panel.restored.sentence.text() == "Settings from last time."
    qtbot.mouseClick(panel.restored.button, Qt.MouseButton.LeftButton)
    assert not panel.restored.isVisible()
    recipe = RECIPES["three-layer"]
    assert (panel.recipe.name, panel.spec(), panel.config()) == ("three-layer", recipe.spec, recipe.config)


def test_an_unchanged_first_recipe_is_nothing_to_keep(start: Start, qtbot: QtBot) -> None:
    panel, keeper = start()
    letters = small_mnist().training
    data = Dataset(letters.images, letters.labels, tuple("abcdefghijkl"), "letters")
    panel.set_data(Splits(data, None, data))  # adapts the network, which the user did not type
    assert panel.spec() != panel.recipe.spec
    panel.learning.edits["epochs"].setText("7")
    saved(qtbot, keeper)
    assert train_settings_path().exists()
    panel.choose_recipe(panel.recipe.name)
    saved(qtbot, keeper)
    assert not train_settings_path().exists()


def test_incomplete_input_is_restored_with_its_error(start: Start, qtbot: QtBot) -> None:
    panel, keeper = start()
    panel.choose_recipe("three-layer")
    panel.learning.edits["epochs"].setText("7")
    saved(qtbot, keeper)
    panel.learning.edits["epochs"].setText("7 or 8")
    panel.learning_rate.setText("0.")
    panel.network.hidden_layers.setText("30 conv")
    panel.network.output.choose("linear")
    panel.stopping.checks["keep_best"].setChecked(not panel.recipe.config.keep_best)
    problems = panel.problems.keys()
    saved(qtbot, keeper)
    panel, keeper = start()
    assert panel.recipe.name == "three-layer"
    assert panel.learning.edits["epochs"].text() == "7 or 8"
    assert panel.learning_rate.text() == "0."
    assert panel.network.hidden_layers.text() == "30 conv"
    assert panel.network.output.value == "linear"
    assert panel.stopping.checks["keep_best"].isChecked() is not panel.recipe.config.keep_best
    assert not panel.is_valid
    assert panel.problems.keys() == problems
    assert panel.restored.isVisible()
    panel.learning.edits["epochs"].setText("9")
    panel.learning_rate.setText("0.5")
    panel.network.hidden_layers.setText("30")
    panel.network.output.choose("softmax")
    assert panel.config().epochs == 9
    saved(qtbot, keeper)
    assert start()[0].config().epochs == 9


def test_an_incomplete_change_of_the_first_recipe_is_kept(start: Start, qtbot: QtBot) -> None:
    panel, keeper = start()
    panel.learning.edits["epochs"].setText("1o")
    saved(qtbot, keeper)
    panel, _ = start()
    assert panel.learning.edits["epochs"].text() == "1o"
    panel.choose_recipe(panel.recipe.name)
    assert panel.is_valid


def test_entries_of_another_version_are_ignored(start: Start, qtbot: QtBot) -> None:
    recipe = RECIPES["quick"]
    entries = {"epochs": "1o", "unknown": "7", "output": "no such output", "initialization": "he"}
    write_typed(TrainSettings("quick", recipe.spec, recipe.config, entries=entries), train_settings_path())
    panel, _ = start()
    assert panel.learning.edits["epochs"].text() == "1o"
    assert panel.network.output.value == "softmax"


def test_a_text_that_cannot_be_encoded_is_not_saved_but_the_others_are(start: Start, qtbot: QtBot) -> None:
    panel, keeper = start()
    panel.network.hidden_layers.setText("x" * 3000)
    panel.learning.edits["epochs"].setText("1o")
    saved(qtbot, keeper)
    assert start()[0].learning.edits["epochs"].text() == "1o"


def test_a_curve_is_kept_but_not_the_points_of_a_file(start: Start, qtbot: QtBot) -> None:
    panel, keeper = start()
    panel.choose_recipe("sine")
    panel.curve.function.setText("x*x")
    saved(qtbot, keeper)
    panel, keeper = start()
    assert panel.curve.function.text() == "x*x"
    x = np.linspace(0, 1, 5)
    panel.curve.show_file(CurvePoints(x, x, "my points.csv"))
    saved(qtbot, keeper)
    panel, _ = start()
    assert panel.restored.sentence.text() == "Settings from last time, without my points.csv."
    assert panel.curve.source == RECIPES["sine"].examples.description


def test_restoring_settings_is_disabled_during_a_run_with_a_reason(start: Start, qtbot: QtBot) -> None:
    panel, keeper = start()
    panel.learning.edits["epochs"].setText("7")
    saved(qtbot, keeper)
    panel, _ = start()
    panel.set_running(True)
    assert not panel.restored.button.isEnabled()
    assert "Stop the run" in panel.restored.button.toolTip()
    panel.set_running(False)
    assert panel.restored.button.isEnabled()


def test_settings_that_cannot_be_saved_are_reported(start: Start, user_files: Path, qtbot: QtBot) -> None:
    user_files.write_text("a file where the folder should be")
    panel, keeper = start()
    with qtbot.waitSignal(keeper.failed) as failure:
        panel.learning.edits["epochs"].setText("7")
    assert "could not be saved" in failure.args[0]
