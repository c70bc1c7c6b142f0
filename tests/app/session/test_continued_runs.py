"""The window forks a logged run, and offers to continue it after a kill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.storage.paths import run_log_path
from app.storage.run_process import process_description
from app.style.theme import ThemeChoice
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.log import LoggedRun, RunLog, RunSettings
from tests.app.theme_choice import apply_theme
from tests.nncore.example_data import small_mnist


def opened(qtbot: QtBot, qapp: QApplication) -> MainWindow:
    apply_theme(qapp, ThemeChoice.LIGHT)
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.session.use_data(small_mnist())
    return window


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    window = opened(qtbot, qapp)
    yield window
    window.close()


def logged(name: str, fraction: float, data: str = "") -> LoggedRun:
    recipe = RECIPES[name]
    with RunLog(run_log_path()) as log:
        number = log.begin(
            RunSettings(name, recipe.spec, recipe.config, data=data, recipe=name, validation_fraction=fraction)
        )
        return log.run(number)


def train_and_stop(window: MainWindow, qtbot: QtBot) -> LoggedRun:
    """Train with the Train button, and return the logged run."""
    with qtbot.waitSignal(window.session.run_event):
        qtbot.mouseClick(window.train_tab.buttons.train_button, Qt.MouseButton.LeftButton)
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.run_state.name == "IDLE")
    with RunLog(run_log_path()) as log:
        return log.runs()[0]


def test_a_fork_keeps_the_examples_and_validation_fraction_of_its_run_until_a_recipe_is_chosen(
    window: MainWindow, qtbot: QtBot
) -> None:
    run = logged("sine", 0.0)
    window.runs_tab.fork_requested.emit(run)
    assert window.train_tab.settings.recipe.name == "sine"
    made = train_and_stop(window, qtbot)
    assert (made.settings.recipe, made.settings.parent) == ("sine", run.id)
    assert made.settings.data == RECIPES["sine"].chosen().training.source
    assert made.settings.spec == run.settings.spec

    run = logged("quick", 0.35)
    window.runs_tab.fork_requested.emit(run)
    made = train_and_stop(window, qtbot)
    assert (made.settings.validation_fraction, made.settings.parent) == (0.35, run.id)

    window.runs_tab.fork_requested.emit(logged("sine", 0.0))
    choice = window.train_tab.settings.recipes.choice
    choice.setCurrentIndex(choice.findData("quick"))
    choice.activated.emit(choice.currentIndex())
    made = train_and_stop(window, qtbot)
    assert (made.settings.recipe, made.settings.parent) == ("quick", None)
    assert made.settings.validation_fraction == RECIPES["quick"].validation_fraction


def test_the_next_window_offers_to_continue_a_killed_run(qtbot: QtBot, qapp: QApplication) -> None:
    run = logged("quick", 0.1)
    checkpoint = run_log_path().with_name("kept.checkpoint")
    checkpoint.touch()
    with RunLog(run_log_path()) as log:
        log.begin(run.settings, process_description().replace(" ", " 1", 1), checkpoint.name)
    window = opened(qtbot, qapp)
    assert window.run_offer.isVisible()
    with qtbot.waitSignal(window.session.run_starting):
        qtbot.mouseClick(window.run_offer.continue_button, Qt.MouseButton.LeftButton)
    assert window.run_offer.isHidden()
    window.close()


def test_without_a_killed_run_there_is_no_offer_and_other_data_gives_a_message(
    window: MainWindow, qtbot: QtBot
) -> None:
    assert window.run_offer.isHidden()
    assert window.session.data is not None
    window.runs_tab.fork_requested.emit(logged("quick", 0.1, window.session.data.training.source))
    assert not window.messages.text
    window.runs_tab.fork_requested.emit(logged("quick", 0.1, "letters.npz"))
    assert "letters.npz" in window.messages.text
    window.messages.hide()
    window.runs_tab.rerun_requested.emit(logged("sine", 0.0, "points of x**2"))
    assert "points of x**2" in window.messages.text
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.run_state.name == "IDLE")
