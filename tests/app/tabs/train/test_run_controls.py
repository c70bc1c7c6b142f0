"""Train, Pause, Step and Stop keep their places and do what they say in each state."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.session.run_events import RunState
from app.tabs.train import run_controls
from app.tabs.train.run_clock import ShownProgress
from app.tabs.train.run_controls import ProgressLine, RunButtons
from app.widgets.plain_text import plain_tooltip
from app.widgets.snapshot_row import RUN_IN_PROGRESS
from tests.app.waiting import deliver_events


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


def test_train_pause_and_resume_have_buttons_of_their_own(buttons: RunButtons, qtbot: QtBot) -> None:
    for state, button, text, signal in (
        (RunState.IDLE, buttons.train_button, "Train", buttons.train_requested),
        (RunState.RUNNING, buttons.pause_button, "Pause", buttons.pause_requested),
        (RunState.PAUSED, buttons.pause_button, "Resume", buttons.resume_requested),
    ):
        buttons.set_state(state)
        assert buttons.main_button is button
        assert button.text() == text
        with qtbot.waitSignal(signal):
            click(qtbot, button)


def test_pause_and_resume_differ_in_text_icon_and_tip_but_not_in_size(buttons: RunButtons) -> None:
    button, seen = buttons.pause_button, []
    for state in (RunState.RUNNING, RunState.PAUSED):
        buttons.set_state(state)
        deliver_events()
        picture = button.icon().pixmap(button.iconSize()).toImage()
        seen.append((button.text(), button.toolTip(), bytes(picture.constBits()), button.geometry().getRect()))
    running, paused = seen
    assert [one != other for one, other in zip(running, paused, strict=True)] == [True, True, True, False]


def test_a_double_click_on_train_does_not_pause_the_run(buttons: RunButtons, qtbot: QtBot) -> None:
    buttons.train_requested.connect(lambda: buttons.set_state(RunState.STARTING))
    with qtbot.assertNotEmitted(buttons.pause_requested), qtbot.waitSignal(buttons.train_requested):
        click(qtbot, buttons.train_button)
        buttons.set_state(RunState.RUNNING)
        click(qtbot, buttons.train_button)
    assert not buttons.train_button.isEnabled()
    assert buttons.train_button.toolTip() == plain_tooltip(RUN_IN_PROGRESS)


def test_no_button_moves_or_changes_its_size_in_any_state(buttons: RunButtons, qtbot: QtBot) -> None:
    all_buttons = (
        buttons.train_button, buttons.pause_button, buttons.step_button, buttons.stop_button,
        buttons.train_further_button,
    )  # fmt: skip
    places, offers = set(), ("", "A first network, epoch 5", "784-128-64-10 of a very long name " * 3)
    for offer in offers:
        buttons.offer_train_further(offer)
        for state in RunState:
            buttons.set_state(state)
            deliver_events()
            places.add(tuple(button.geometry().getRect() for button in all_buttons))
            assert all(button.isVisible() for button in all_buttons)
    assert len(places) == 1


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
    assert buttons.pause_button.isEnabled()
    assert buttons.step_button.isEnabled()


def test_progress_shows_epoch_speed_and_time_left(line: ProgressLine) -> None:
    line.show_progress(ShownProgress(3, 5, 0.5, 118_432.0, 4.2), now=True)
    assert line.texts()[:3] == ("epoch 3 of 5", "118,000 samples/s", "0:04 left")
    assert line.bar.value() == 500


def test_figures_change_at_a_readable_rate(line: ProgressLine, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(run_controls, "perf_counter", lambda: now)
    line.show_progress(ShownProgress(1, 5, 0.1, 1000.0, 9.0))
    line.show_progress(ShownProgress(1, 5, 0.2, 2000.0, 3.0))
    assert line.texts()[1:3] == ("1,000 samples/s", "0:09 left")
    assert line.bar.value() == 200
    now += run_controls.UPDATE_INTERVAL_SECONDS
    line.show_progress(ShownProgress(1, 5, 0.3, 3000.0, 2.0))
    assert line.texts()[1:3] == ("3,000 samples/s", "0:02 left")


def test_figures_keep_their_positions(line: ProgressLine, qtbot: QtBot) -> None:
    places = set()
    for speed, left, epoch in ((1.0, 1.0, 1), (999_999.0, 3599.0, 99), (118_000.0, 61.0, 100)):
        line.show_progress(ShownProgress(epoch, 100, 0.5, speed, left), now=True)
        deliver_events()
        places.add((line.bar.geometry().getRect(), line.speed.geometry().getRect()))
    assert len(places) == 1


def test_messages_of_one_or_two_lines_have_the_same_height(line: ProgressLine, qtbot: QtBot) -> None:
    line.show_message("Short.")
    height = line.sizeHint().height()
    line.show_message("Training diverged in epoch 1. Learning rate 10 is too high here; try 1.", is_error=True)
    assert line.sizeHint().height() == height
    assert line.status.property("error")
    line.show_message("Short.")
    assert not line.status.property("error")


def test_a_remedy_button_does_not_change_the_height(line: ProgressLine, qtbot: QtBot) -> None:
    line.show_message("It overfits.", is_error=True)
    deliver_events()  # the style of the application, which another test may have set
    height = line.sizeHint().height()
    line.offer("Keep the best epoch", "Change the <b>settings</b> so.")
    assert line.remedy_button.isVisible()
    assert line.remedy_button.toolTip() == plain_tooltip("Change the <b>settings</b> so.")
    assert line.sizeHint().height() == height
    with qtbot.waitSignal(line.remedy_chosen):
        qtbot.keyClick(line.remedy_button, Qt.Key.Key_Space)
    line.offer("")
    assert not line.remedy_button.isVisible()


def test_train_further_names_its_run_and_says_why_it_cannot_be_pressed(buttons: RunButtons, qtbot: QtBot) -> None:
    button = buttons.train_further_button
    assert (button.isEnabled(), button.toolTip()) == (False, plain_tooltip(run_controls.NO_ENDED_RUN))
    buttons.resize(500, 100)
    buttons.offer_train_further("A first network, epoch 5", "Train it further.")
    assert (button.isEnabled(), button.text()) == (True, "Train further: A first network, epoch 5")
    buttons.activateWindow()
    button.setFocus()
    with qtbot.waitSignal(buttons.train_further_requested):
        click(qtbot, button)
    buttons.set_state(RunState.STARTING)
    assert not button.isEnabled()
    assert buttons.focusWidget() is buttons.pause_button
    buttons.set_state(RunState.IDLE)
    assert buttons.focusWidget() is buttons.train_button
    buttons.offer_train_further(
        "A first network, epoch 5", "Train it further.", "The recipe shown is not that of this run."
    )
    assert (button.isEnabled(), button.text()) == (False, "Train further: A first network, epoch 5")
    assert button.toolTip() == plain_tooltip("The recipe shown is not that of this run.")
    buttons.offer_train_further("A first network, epoch 5")
    buttons.set_obstacle("Learning rate must be above 0; got 0.")
    assert button.toolTip() == plain_tooltip("Learning rate must be above 0; got 0.")


def test_the_speed_of_an_earlier_run_is_not_shown_for_the_next_one(line: ProgressLine) -> None:
    line.show_progress(ShownProgress(3, 5, 0.5, 118_432.0, 4.2), now=True)
    line.show_progress(ShownProgress(1, 5, 0.0), now=True)
    assert line.texts()[:3] == ("epoch 1 of 5", "– samples/s", "–:– left")
