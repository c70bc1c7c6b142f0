import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.session.run_events import RunState
from app.tabs.train import run_controls
from app.tabs.train.run_clock import ShownProgress
from app.tabs.train.run_controls import ProgressLine, RunButtons
from app.widgets.plain_text import plain_tooltip


@pytest.fixture
def buttons(qtbot: QtBot) -> RunButtons:
    buttons = RunButtons()
    qtbot.addWidget(buttons)
    buttons.show()
    return buttons


@pytest.fixture
def line(qtbot: QtBot) -> ProgressLine:
    line = ProgressLine()
    qtbot.addWidget(line)
    line.resize(800, 60)
    line.show()
    return line


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_first_button_trains_pauses_and_resumes(buttons: RunButtons, qtbot: QtBot) -> None:
    for state, text, signal in (
        (RunState.IDLE, "Train", buttons.train_requested),
        (RunState.RUNNING, "Pause", buttons.pause_requested),
        (RunState.PAUSED, "Resume", buttons.resume_requested),
    ):
        buttons.set_state(state)
        assert buttons.train_button.text() == text
        with qtbot.waitSignal(signal):
            click(qtbot, buttons.train_button)


def test_a_run_that_is_starting_cannot_be_started_again(buttons: RunButtons, qtbot: QtBot) -> None:
    buttons.set_state(RunState.STARTING)
    with qtbot.assertNotEmitted(buttons.train_requested), qtbot.assertNotEmitted(buttons.step_requested):
        click(qtbot, buttons.train_button)
        click(qtbot, buttons.step_button)
    with qtbot.waitSignal(buttons.stop_requested):
        click(qtbot, buttons.stop_button)


def test_stop_without_a_run_is_disabled_with_a_reason(buttons: RunButtons) -> None:
    assert not buttons.stop_button.isEnabled()
    assert "Press Train first" in buttons.stop_button.toolTip()
    buttons.set_state(RunState.PAUSED)
    assert buttons.stop_button.isEnabled()


def test_an_obstacle_disables_starting_a_run(buttons: RunButtons) -> None:
    buttons.set_obstacle("Learning rate must be above 0; got 0.")
    for button in (buttons.train_button, buttons.step_button):
        assert not button.isEnabled()
        assert button.toolTip() == plain_tooltip("Learning rate must be above 0; got 0.")
    buttons.set_state(RunState.RUNNING)
    assert buttons.train_button.isEnabled()


def test_progress_shows_epoch_speed_and_time_left(line: ProgressLine) -> None:
    line.show_progress(ShownProgress(3, 5, 0.5, 118_432.0, 4.2), now=True)
    assert line.texts()[:3] == ("epoch 3 of 5", "118,000 samples/s", "0:04 left")
    assert line._bar.value() == 500


def test_figures_change_at_a_readable_rate(line: ProgressLine, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(run_controls, "perf_counter", lambda: now)
    line.show_progress(ShownProgress(1, 5, 0.1, 1000.0, 9.0))
    line.show_progress(ShownProgress(1, 5, 0.2, 2000.0, 3.0))
    assert line.texts()[1:3] == ("1,000 samples/s", "0:09 left")
    assert line._bar.value() == 200
    now += run_controls.UPDATE_INTERVAL_SECONDS
    line.show_progress(ShownProgress(1, 5, 0.3, 3000.0, 2.0))
    assert line.texts()[1:3] == ("3,000 samples/s", "0:02 left")


def test_figures_keep_their_positions(line: ProgressLine, qtbot: QtBot) -> None:
    places = set()
    for speed, left, epoch in ((1.0, 1.0, 1), (999_999.0, 3599.0, 99), (118_000.0, 61.0, 100)):
        line.show_progress(ShownProgress(epoch, 100, 0.5, speed, left), now=True)
        qtbot.wait(1)
        places.add((line._bar.geometry().getRect(), line._speed.geometry().getRect()))
    assert len(places) == 1


def test_messages_of_one_or_two_lines_have_the_same_height(line: ProgressLine, qtbot: QtBot) -> None:
    line.show_message("Short.")
    height = line.sizeHint().height()
    line.show_message("Training diverged in epoch 1. Learning rate 10 is too high here; try 1.", is_error=True)
    assert line.sizeHint().height() == height
    assert line._status.property("error")
    line.show_message("Short.")
    assert not line._status.property("error")


def test_a_remedy_button_does_not_change_the_height(line: ProgressLine, qtbot: QtBot) -> None:
    line.show_message("It overfits.", is_error=True)
    height = line.sizeHint().height()
    line.offer("Keep the best epoch", "Change the <b>settings</b> so.")
    assert line.remedy_button.isVisible()
    assert line.remedy_button.toolTip() == plain_tooltip("Change the <b>settings</b> so.")
    assert line.sizeHint().height() == height
    with qtbot.waitSignal(line.remedy_chosen):
        qtbot.keyClick(line.remedy_button, Qt.Key.Key_Space)
    line.offer("")
    assert not line.remedy_button.isVisible()


def test_continue_is_offered_between_runs(buttons: RunButtons, qtbot: QtBot) -> None:
    assert not buttons.continue_button.isVisible()
    buttons.offer_continue("Continue: 5 more epochs, rate 0.5", "Continue it.")
    assert buttons.continue_button.isVisible()
    assert buttons.continue_button.text() == "Continue: 5 more epochs, rate 0.5"
    buttons.activateWindow()
    buttons.continue_button.setFocus()
    with qtbot.waitSignal(buttons.continue_requested):
        click(qtbot, buttons.continue_button)
    buttons.set_state(RunState.RUNNING)
    assert not buttons.continue_button.isVisible()
    assert buttons.focusWidget() is buttons.train_button
    buttons.set_state(RunState.IDLE)
    buttons.set_obstacle("Learning rate must be above 0; got 0.")
    assert not buttons.continue_button.isEnabled()
    buttons.set_obstacle("")
    buttons.offer_continue("")
    assert not buttons.continue_button.isVisible()
