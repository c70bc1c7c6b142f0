"""The Train tab passes actions on and shows state, problems and remedies of a run."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QTabWidget
from pytestqt.qtbot import QtBot

from app.session.run_events import RunState, StepsDone
from app.tabs.train.charts.health_view import HEALTH_AFTER_EPOCH, NO_HEALTH
from app.tabs.train.train_tab import TrainTab
from app.widgets.form import Form
from nncore.evaluation.metrics import Evaluation
from nncore.experiments.recipes import RECIPES
from nncore.model.network import NetworkSpec
from nncore.training.events import Diverged, EpochDone, Finished, Started
from nncore.training.health import LayerHealth
from tests.app.waiting import deliver_events

STARTED = Started(epochs=5, steps_per_epoch=10, samples_per_epoch=1000, validation_loss=2.3, validation_accuracy=0.1)
STEPS = StepsDone(
    steps=np.arange(1, 6),
    losses=np.full(5, 2.0),
    accuracies=np.full(5, 0.2),
    epoch=1,
    samples=500,
    samples_per_second=1e4,
    learning_rate=0.001,
    rates=np.full(5, 0.001),
)
EPOCH = EpochDone(1, 10, 1.0, 0.6, 0.9, 0.65, 1e4, 0.2)
STOPPED = Finished(epochs=1, step=12, seconds=1.0, reason="stopped", test=None)


@pytest.fixture
def tab(qtbot: QtBot) -> TrainTab:
    tab = TrainTab()
    qtbot.addWidget(tab)
    tab.resize(1280, 640)
    with qtbot.waitExposed(tab):
        tab.show()
    tab.activateWindow()
    return tab


@pytest.fixture
def running(tab: TrainTab, qtbot: QtBot) -> TrainTab:
    click(qtbot, tab.buttons.train_button)
    begin(tab)
    return tab


def begin(tab: TrainTab, state: RunState = RunState.RUNNING) -> None:
    """Call the slots that the session calls when a run begins."""
    tab.set_run_state(RunState.STARTING)
    tab.begin_run((tab.settings.spec(), tab.settings.config()), None)
    tab.set_run_state(state)
    tab.run_started(STARTED)


def end(tab: TrainTab, event: Finished | Diverged) -> None:
    """Call the slots that the session calls when a run ends."""
    if isinstance(event, Diverged):
        tab.run_diverged(event)
    else:
        tab.run_finished(event)
    tab.set_run_state(RunState.IDLE)


def take_epoch(tab: TrainTab, epoch: EpochDone) -> None:
    tab.steps_done(replace(STEPS, steps=STEPS.steps + 10 * (epoch.epoch - 1), epochs=(epoch,)))


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def status(tab: TrainTab) -> str:
    return tab.progress.texts()[3]


def test_train_requests_a_run_with_the_settings(tab: TrainTab, qtbot: QtBot) -> None:
    tab.settings.network.hidden_layers.setText("32")
    with qtbot.waitSignal(tab.train_requested) as request:
        click(qtbot, tab.buttons.train_button)
    assert request.args == [NetworkSpec.dense((784, 32, 10)), RECIPES["quick"].config]
    tab.set_run_state(RunState.STARTING)
    assert status(tab) == "Starting …"
    assert not tab.settings.network.hidden_layers.isEnabled()


def test_step_requests_a_run_of_one_mini_batch(tab: TrainTab, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tab.step_requested) as request:
        click(qtbot, tab.buttons.step_button)
    assert request.args == [NetworkSpec.dense((784, 128, 64, 10)), RECIPES["quick"].config]
    begin(tab, RunState.PAUSED)
    assert status(tab).startswith("Paused")
    tab.steps_done(
        replace(STEPS, steps=np.array([1]), losses=np.array([2.4]), accuracies=np.array([0.1]), rates=np.array([0.1]))
    )
    qtbot.waitUntil(lambda: tab.curves.loss.legend.values()[0] == "2.400")


def test_pause_resume_step_and_stop_are_passed_on(running: TrainTab, qtbot: QtBot) -> None:
    with qtbot.waitSignal(running.pause_requested):
        click(qtbot, running.buttons.pause_button)
    running.set_run_state(RunState.PAUSED)
    with qtbot.waitSignal(running.step_requested):
        click(qtbot, running.buttons.step_button)
    with qtbot.waitSignal(running.resume_requested):
        click(qtbot, running.buttons.pause_button)
    running.set_run_state(RunState.RUNNING)
    with qtbot.waitSignal(running.stop_requested):
        click(qtbot, running.buttons.stop_button)
    running.set_run_state(RunState.STOPPING)
    assert status(running).startswith("Stopping")
    end(running, STOPPED)
    assert running.buttons.train_button.isEnabled()
    assert status(running) == "Stopped at step 12, after 1 epoch; the trained network stays."


def test_after_a_stop_the_space_bar_trains_again(running: TrainTab, qtbot: QtBot) -> None:
    click(qtbot, running.buttons.stop_button)
    end(running, STOPPED)
    assert running.focusWidget() is running.buttons.train_button


def test_stop_before_the_run_has_begun_ends_it(tab: TrainTab, qtbot: QtBot) -> None:
    tab.set_run_state(RunState.STARTING)
    with qtbot.waitSignal(tab.stop_requested):
        click(qtbot, tab.buttons.stop_button)
    tab.set_run_state(RunState.IDLE)
    assert status(tab).startswith("Press Train")
    assert tab.settings.network.hidden_layers.isEnabled()


def test_the_empty_charts_do_not_ask_for_a_run_that_has_started(tab: TrainTab) -> None:
    tab.choose_recipe("sine")
    empty = (tab.curves.loss.empty_label.text, tab.curves.accuracy.empty_label.text, tab.charts.fit.live.caption.text)
    before = [text() for text in empty]
    assert all("Press Train" in text for text in before)
    tab.set_run_state(RunState.STARTING)
    assert not any("Press Train" in text() for text in empty)
    tab.set_run_state(RunState.RUNNING)
    assert not any("Press Train" in text() for text in empty)
    tab.set_run_state(RunState.IDLE)
    assert [text() for text in empty] == before


def test_progress_and_curves_follow_the_events(running: TrainTab, qtbot: QtBot) -> None:
    take_epoch(running, EPOCH)
    epoch, speed, left, _ = running.progress.texts()
    assert (epoch, speed, left) == ("epoch 1 of 5", "10,000 samples/s", "0:01 left")
    qtbot.waitUntil(lambda: running.curves.loss.legend.values()[2] == "0.900")
    assert running.curves.epoch_label.text() == "last: epoch 0.50"


def test_an_epoch_without_new_steps_is_shown(running: TrainTab, qtbot: QtBot) -> None:
    running.steps_done(STEPS)
    none = np.empty(0)
    running.steps_done(
        StepsDone(
            steps=np.empty(0, np.int64),
            losses=none,
            accuracies=none,
            epoch=1,
            samples=0,
            samples_per_second=0.0,
            learning_rate=0.001,
            epochs=(EPOCH,),
        )
    )
    qtbot.waitUntil(lambda: running.curves.loss.legend.values()[2] == "0.900")


def test_the_learning_rate_can_be_changed_during_a_run(running: TrainTab, qtbot: QtBot) -> None:
    field = running.settings.learning_rate
    field.selectAll()
    qtbot.keyClicks(field, "0.01")
    with qtbot.waitSignal(running.learning_rate_changed) as change:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert change.args == [0.01]


def test_invalid_settings_disable_train_and_show_the_error(tab: TrainTab, qtbot: QtBot) -> None:
    tab.settings.learning_rate.setText("0")
    assert not tab.buttons.train_button.isEnabled()
    assert status(tab).startswith("Learning rate must be above 0; got 0.")
    with qtbot.assertNotEmitted(tab.train_requested):
        click(qtbot, tab.buttons.train_button)
        qtbot.keyClick(tab, Qt.Key.Key_Space)
    tab.settings.learning_rate.setText("0.1")
    assert tab.buttons.train_button.isEnabled()
    assert status(tab).startswith("Press Train")


def test_a_diverged_run_shows_a_remedy_until_the_next_run(running: TrainTab, qtbot: QtBot) -> None:
    end(running, Diverged(1, 7, float("nan"), 10.0, 0))
    assert running.buttons.state is RunState.IDLE
    assert "Training diverged in epoch 1, step 7" in status(running)
    assert running.progress.remedy_button.text() == "Learning rate 0.001"
    running.settings.learning_rate.setText("1")
    assert "diverged" in status(running)
    click(qtbot, running.buttons.train_button)
    begin(running)
    assert "diverged" not in status(running)


def test_a_failed_run_shows_the_error(running: TrainTab) -> None:
    running.run_failed("There is not enough memory.")
    running.set_run_state(RunState.IDLE)
    assert status(running) == "There is not enough memory."
    assert running.buttons.train_button.isEnabled()
    assert running.settings.network.hidden_layers.isEnabled()


def test_a_finished_run_shows_its_test_accuracy(running: TrainTab) -> None:
    test = Evaluation(0.1, 200, np.array([[97, 3], [2, 98]]))
    end(running, Finished(epochs=5, step=50, seconds=4.0, reason="epochs", test=test))
    assert status(running).startswith("Finished: 97.50 % of the 200 test images")
    assert running.progress.texts()[2] == ""


def test_the_guessing_hint_disappears_when_the_network_learns(running: TrainTab) -> None:
    take_epoch(running, replace(EPOCH, step=200, training_loss=2.302, validation_loss=2.302))
    assert status(running).startswith("No better than guessing")
    assert running.progress.remedy_button.isVisible()
    take_epoch(running, replace(EPOCH, epoch=2, step=400, training_loss=1.5))
    assert "guessing" not in status(running)
    assert not running.progress.remedy_button.isVisible()
    take_epoch(running, replace(EPOCH, epoch=3, step=600, training_loss=2.31, validation_loss=2.31))
    end(running, replace(STOPPED, reason="epochs"))
    assert "No better than guessing" in status(running)


def test_a_learning_rate_remedy_is_applied_during_the_run(running: TrainTab, qtbot: QtBot) -> None:
    for epoch in range(1, 10):
        take_epoch(running, replace(EPOCH, epoch=epoch, step=200 * epoch, training_loss=0.1 if epoch < 4 else 0.5))
    assert running.progress.remedy_button.text() == "Learning rate 0.0003"
    with qtbot.waitSignal(running.advice.remedy_chosen), qtbot.waitSignal(running.learning_rate_changed) as change:
        click(qtbot, running.progress.remedy_button)
    assert change.args == [0.0003]
    assert running.settings.learning_rate.text() == "0.0003"
    assert not running.progress.remedy_button.isVisible()
    assert running.buttons.state is RunState.RUNNING


DEAD = LayerHealth(
    layer=2, kind="activation", gradient_norm=None, update_ratio=None, histogram=None, edges=None, dead_fraction=0.97
)
MARKED = [("layers", "Changed from ReLU.")]


def answer(tab: TrainTab, qtbot: QtBot, text: str) -> None:
    """Press a button of the question that is open."""
    qtbot.waitUntil(lambda: any(box.isVisible() for box in tab.findChildren(QMessageBox)))
    box = next(box for box in tab.findChildren(QMessageBox) if box.isVisible())
    assert "activations from ReLU to leaky ReLU" in box.informativeText()
    click(qtbot, next(button for button in box.buttons() if button.text() == text))


def marked(tab: TrainTab) -> list[tuple[str, str]]:
    """The fields that are marked as changed, each with its message."""
    return [
        (field, row.message.text())
        for form in tab.settings.findChildren(Form)
        for field, row in form.rows.items()
        if row.label.property("changed")
    ]


def test_another_remedy_asks_stops_the_run_and_marks_the_changed_settings(running: TrainTab, qtbot: QtBot) -> None:
    group = running.settings.groups[0]
    group.heading.setChecked(False)
    take_epoch(running, replace(EPOCH, health=(DEAD,)))
    assert "97 % of the ReLU units of layer 1 are dead" in status(running)
    with qtbot.assertNotEmitted(running.stop_requested):
        click(qtbot, running.progress.remedy_button)
        answer(running, qtbot, "Keep training")
    with qtbot.waitSignal(running.stop_requested):
        click(qtbot, running.progress.remedy_button)
        answer(running, qtbot, "End the run")
    assert running.settings.spec() == RECIPES["quick"].spec  # that of the run, as long as it goes on
    take_epoch(running, replace(EPOCH, epoch=2, health=(DEAD,)))  # which was on its way
    assert not running.progress.remedy_button.isVisible()
    end(running, STOPPED)
    assert running.settings.spec() == NetworkSpec.dense((784, 128, 64, 10), "leaky_relu")
    assert status(running).startswith("Changed: activations from ReLU to leaky ReLU. Press Train")
    assert (group.is_open, marked(running)) == (True, MARKED)
    with qtbot.waitSignal(running.train_requested):
        qtbot.keyClick(running.focusWidget(), Qt.Key.Key_Space)
    begin(running)
    assert marked(running) == []


def test_a_run_that_ends_while_the_question_is_open_is_not_stopped_again(running: TrainTab, qtbot: QtBot) -> None:
    take_epoch(running, replace(EPOCH, health=(DEAD,)))
    click(qtbot, running.progress.remedy_button)
    end(running, replace(STOPPED, reason="epochs"))
    with qtbot.assertNotEmitted(running.stop_requested):
        answer(running, qtbot, "End the run")
    assert running.settings.spec() == NetworkSpec.dense((784, 128, 64, 10), "leaky_relu")
    assert marked(running) == MARKED


def test_the_remedy_does_not_change_under_the_pointer(running: TrainTab, qtbot: QtBot) -> None:
    take_epoch(running, replace(EPOCH, health=(DEAD,)))
    button = running.progress.remedy_button
    qtbot.mouseMove(button)
    assert button.underMouse()
    alive = replace(DEAD, dead_fraction=0.1)
    take_epoch(running, replace(EPOCH, epoch=2, health=(alive,)))
    assert (button.text(), button.isVisible()) == ("Use leaky ReLU", True)
    assert "dead" in status(running)
    qtbot.mouseMove(running.charts.health)
    take_epoch(running, replace(EPOCH, epoch=3, health=(alive,)))
    assert not button.isVisible()


def test_after_divergence_the_remedy_changes_the_settings(running: TrainTab, qtbot: QtBot) -> None:
    end(running, Diverged(1, 7, float("nan"), 10.0, 0))
    assert running.progress.remedy_button.text() == "Learning rate 0.001"
    click(qtbot, running.progress.remedy_button)
    assert running.settings.config().learning_rate == 0.001
    assert status(running).startswith("Changed: learning rate from 0.003 to 0.001. Press Train")
    assert marked(running) == [("learning_rate", "Changed from 0.003.")]
    assert running.focusWidget() is running.buttons.train_button


def test_another_recipe_withdraws_what_was_said_of_the_last_run(running: TrainTab, qtbot: QtBot) -> None:
    end(running, Diverged(1, 7, float("nan"), 10.0, 0))
    running.choose_recipe("mlp")
    assert not running.progress.remedy_button.isVisible()
    assert status(running).startswith("Press Train")


def test_new_settings_are_shown_immediately_or_after_the_run(tab: TrainTab) -> None:
    recipe = RECIPES["mlp"]
    tab.set_settings(recipe.spec, recipe.config)
    assert tab.settings.spec() == recipe.spec
    assert status(tab).startswith("The settings have changed.")
    begin(tab)
    tab.set_settings(RECIPES["quick"].spec, RECIPES["quick"].config)
    assert tab.settings.spec() == recipe.spec
    end(tab, STOPPED)
    assert tab.settings.spec() == RECIPES["quick"].spec


def test_the_health_of_the_layers_follows_the_epochs(running: TrainTab) -> None:
    assert running.charts.health.layers == []
    layer = LayerHealth(
        layer=1,
        kind="dense",
        gradient_norm=0.5,
        update_ratio=0.001,
        histogram=np.ones(40, np.int64),
        edges=np.linspace(-1, 1, 41),
        dead_fraction=None,
    )
    take_epoch(running, replace(EPOCH, health=(layer,)))
    take_epoch(running, replace(EPOCH, epoch=2, health=None))
    assert running.charts.health.layers[0].texts == ("1 dense", "0.5", "0.001", "–")
    begin(running)
    assert running.charts.health.layers == []
    assert running.charts.health.accessibleDescription() == HEALTH_AFTER_EPOCH  # Train was pressed already
    end(running, STOPPED)
    assert running.charts.health.accessibleDescription() == NO_HEALTH


def test_the_recipe_page_is_requested(tab: TrainTab, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tab.page_requested) as request:
        click(qtbot, tab.settings.recipes.page_button)
    assert request.args == ["quick"]


def test_events_without_a_run_are_ignored(tab: TrainTab) -> None:
    tab.steps_done(STEPS)
    assert tab.progress.texts()[0] == "no run since the start"


def test_the_space_bar_trains_and_pauses(tab: TrainTab, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tab.train_requested):
        qtbot.keyClick(tab.focusWidget() or tab, Qt.Key.Key_Space)
    begin(tab)
    with qtbot.waitSignal(tab.pause_requested):
        qtbot.keyClick(tab.curves.loss.plot, Qt.Key.Key_Space)


def test_fields_and_buttons_keep_the_space_bar(running: TrainTab, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(running.pause_requested), qtbot.assertNotEmitted(running.stop_requested):
        qtbot.keyClick(running.settings.learning_rate, Qt.Key.Key_Space)
        with qtbot.waitSignal(running.step_requested):
            qtbot.keyClick(running.buttons.step_button, Qt.Key.Key_Space)
    assert running.settings.learning_rate.text() == "0.003 "


def test_no_field_has_the_focus_when_the_window_opens(qtbot: QtBot) -> None:
    tabs, tab = QTabWidget(), TrainTab()
    tabs.addTab(tab, "Train")
    qtbot.addWidget(tabs)
    with qtbot.waitExposed(tabs):
        tabs.show()
    assert tabs.focusWidget() is tab


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_fits_a_small_screen(
    tab: TrainTab, qtbot: QtBot, enlarge_font: Callable[[float], None], scale: float
) -> None:
    enlarge_font(scale)
    deliver_events()
    assert tab.minimumSizeHint().width() <= 1280
    assert tab.minimumSizeHint().height() <= 600
