"""A first hour with the window: after each action, everything that is shown is about the same model and run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.keep_model import KeepModelDialog
from app.dialogs.sweep.sweep_dialog import SweepDialog
from app.session.loaded_model import model_in_words
from app.session.run_events import RunState
from app.widgets.form import Form
from app.window.header import PREFIX
from app.window.main_window import MainWindow
from nncore.files.model_file import Model
from tests.app.canvas.gestures import ONE, SEVEN, drag
from tests.app.waiting import deliver_events
from tests.app.window.opened_window import opened_window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    with opened_window(qtbot, qapp, 1366, 740) as window:
        window.activateWindow()
        yield window


class Hour:
    """The window, a mouse and a keyboard."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.session, self.train, self.draw = window.session, window.train_tab, window.draw_tab
        self.buttons = self.train.buttons
        self.first_model = self.session.model
        self.places = self.places_of_buttons()
        self.meanings: dict[QPushButton, str] = {}

    # ---------------------------------------------------------------- actions

    def click(self, widget: QWidget) -> None:
        """Click in the middle of a widget, and check everything."""
        assert widget.isVisible(), widget
        self.qtbot.mouseClick(widget, LEFT)
        self.check()

    def show(self, tab: QWidget) -> None:
        """Click on the tab in the tab bar."""
        bar = self.window.tabs.tabBar()
        self.qtbot.mouseClick(bar, LEFT, pos=bar.tabRect(self.window.tabs.indexOf(tab)).center())
        assert self.window.tabs.currentWidget() is tab
        deliver_events()  # the layout of the page
        self.check()

    def type(self, field: QWidget, text: str) -> None:
        """Replace the text of a field by typing."""
        field.setFocus()
        self.qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)
        self.check()

    def choose_recipe(self, name: str) -> None:
        """Go through the list of recipes with the arrow keys."""
        recipes = self.train.settings.recipes
        recipes.choice.setFocus()
        self.qtbot.keyClick(recipes.choice, Qt.Key.Key_Home)
        for _ in range(recipes.choice.count()):
            if recipes.recipe.name == name:
                break
            self.qtbot.keyClick(recipes.choice, Qt.Key.Key_Down)
        assert recipes.recipe.name == name
        self.check()

    def await_state(self, state: RunState) -> None:
        """Wait until the run is in this state."""
        self.qtbot.waitUntil(lambda: self.session.run_state is state)
        self.check()

    def train_until_its_end(self) -> Model:
        """Press the space bar on the Train button; returns the model of the run."""
        assert self.window.focusWidget() is self.buttons.train_button
        self.qtbot.keyClick(self.buttons.train_button, Qt.Key.Key_Space)
        self.qtbot.waitUntil(lambda: self.session.run_state is not RunState.IDLE)
        self.check()
        self.await_state(RunState.IDLE)
        assert self.session.outcome is not None
        return self.session.outcome.trained.model

    def draw_digit(self, points: tuple[tuple[float, float], ...] = SEVEN) -> None:
        """Draw with the mouse, and wait for the answer."""
        strokes = len(self.draw.canvas.drawing.strokes)
        drag(self.draw.canvas, points)
        self.qtbot.waitUntil(lambda: not self.draw.throttle.has_pending_request)
        assert len(self.draw.canvas.drawing.strokes) == strokes + 1
        self.check()

    # ----------------------------------------------------------------- checks

    def check(self) -> None:
        """Header, bar, answer, strip, words and buttons are about the same model and run."""
        self.check_model()
        self.check_answers()
        self.check_buttons()
        self.check_meanings()

    def check_meanings(self) -> None:
        """No button has another text than before, unless it names what it works on."""
        named = self.buttons.pause_button, self.buttons.train_further_button, self.train.progress.remedy_button
        for button in self.window.findChildren(QPushButton):
            if button not in named and button.text():
                text = button.text().split(":")[0]
                text = "&Teach it" if text.startswith("&Teach it as") else text
                assert self.meanings.setdefault(button, text) == text

    def check_model(self) -> None:
        model = self.session.model
        assert model is not None
        assert self.window.header.model_button.text().removeprefix(PREFIX).startswith(model.card.name)
        is_taught = self.window.teacher.has_learned
        in_use = f"In use: {model_in_words(model)}{' before teaching' if is_taught else ''}."
        assert self.train.outcome_bar.sentence.full_text.startswith(in_use)
        evaluate = self.window.evaluate_tab
        if evaluate.is_settled and evaluate.result is not None and evaluate.isVisible():
            assert evaluate.result.model == model.card.name

    def check_answers(self) -> None:
        model, draw, row = self.session.model, self.draw, self.draw.snapshot_row
        assert model is not None
        taught = self.window.teacher.has_learned
        if row.choice is not None:
            assert draw.model_label.full_text.startswith(f"Read by {row.choice.label} of the last run")
        else:
            assert draw.model_label.full_text.startswith(f"Read by {model.card.name}")
            assert draw.model_label.full_text.endswith("of yours") == taught
        if row.choice is None and not taught:
            assert draw.network is self.session.network
        if not row.slider.isHidden() and self.session.run_state is not RunState.STARTING:  # still the run before
            assert ("In use: " in row.caption.full_text) != self.session.model_is_latest_snapshot
        prediction = draw.prediction
        assert (draw.bars.probabilities is None) == (prediction is None)
        if prediction is not None and draw.network is not None:
            assert draw.bars.probabilities is not None
            expected = draw.network.predict((prediction.image[None] / 255).astype(np.float32).reshape(-1, 28, 28))[0]
            np.testing.assert_allclose(draw.bars.probabilities, expected, atol=1e-5)
            assert draw.bars.winner == (prediction.digit if prediction.is_accepted else None)

    def check_buttons(self) -> None:
        buttons, session = self.buttons, self.session
        idle, ended = session.run_state is RunState.IDLE, session.ended_run
        assert buttons.train_button.isEnabled() == idle
        assert buttons.pause_button.isEnabled() == buttons.stop_button.isEnabled() == (not idle)
        assert buttons.train_further_button.full_text == (
            "Train further" if ended is None else f"Train further: {ended.title}"
        )
        if ended is not None:
            shows_run = self.train.settings.recipe.name == ended.checkpoint.recipe
            assert buttons.train_further_button.isEnabled() == (idle and shows_run)
        assert self.train.outcome_bar.try_button.isEnabled() == (session.outcome is not None)
        if self.train.isVisible():
            assert self.places_of_buttons() == self.places

    def places_of_buttons(self) -> list[QPoint]:
        """Where the buttons of the run are in the window."""
        found = (self.buttons.train_button, self.buttons.pause_button, self.buttons.step_button,
                 self.buttons.stop_button, self.buttons.train_further_button)  # fmt: skip
        return [button.mapTo(self.window, QPoint()) for button in found]


@pytest.mark.slow
def test_a_first_hour(window: MainWindow, qtbot: QtBot) -> None:
    hour = Hour(window, qtbot)
    hour.check()
    stop_after_some_epochs(hour)
    choose_another_recipe(hour)
    train_further(hour)
    go_back_to_an_epoch(hour)
    open_the_bundled_model(hour)
    teach_and_forget(hour)
    erase_clear_and_draw(hour)
    see_the_mistakes_and_take_the_model_before(hour)
    zoom_the_curve(hour)
    follow_the_remedy_of_a_rate_that_is_too_high(hour)
    cancel_the_search_for_a_rate(hour)
    keep_and_rename_the_model(hour)
    enlarge_the_text(hour)
    sweep_over_two_seeds(hour)
    for tab in window.tabs.built():
        hour.show(tab)


def stop_after_some_epochs(hour: Hour) -> None:
    """Train, and stop after some epochs: the new network reads worse, and waits."""
    train, session, qtbot, learning = hour.train, hour.session, hour.qtbot, hour.train.settings.learning
    hour.type(learning.edits["epochs"], "100000")
    hour.click(hour.buttons.train_button)
    hour.await_state(RunState.RUNNING)
    qtbot.waitUntil(lambda: session.snapshots is not None and session.snapshots.points[-1].epoch > 3)
    assert session.model is hour.first_model, "the run reads worse so far"
    hour.click(hour.buttons.train_button)  # a second click does nothing
    hour.click(hour.buttons.pause_button)
    hour.await_state(RunState.PAUSED)
    hour.click(hour.buttons.pause_button)
    hour.await_state(RunState.RUNNING)
    hour.click(hour.buttons.stop_button)
    hour.await_state(RunState.IDLE)
    assert session.model is hour.first_model
    assert "is correct less often" in train.outcome_bar.sentence.full_text


def choose_another_recipe(hour: Hour) -> None:
    """Another recipe: a click at the place of "Train further" does not train the old network further."""
    train, session, learning = hour.train, hour.session, hour.train.settings.learning
    hour.choose_recipe("vanishing-sigmoid")
    hour.click(hour.buttons.train_further_button)
    assert session.run_state is RunState.IDLE
    assert train.settings.recipe.name == "vanishing-sigmoid"
    hour.type(learning.edits["epochs"], "1")
    hour.buttons.train_button.setFocus()
    assert hour.train_until_its_end().card.epochs == 1
    assert session.model is hour.first_model


def train_further(hour: Hour) -> None:
    """Train further: two runs of the first recipe, the second one from the end of the first."""
    train, session, learning = hour.train, hour.session, hour.train.settings.learning
    hour.choose_recipe("quick")
    hour.type(learning.edits["epochs"], "2")
    hour.buttons.train_button.setFocus()
    hour.train_until_its_end()
    hour.click(hour.buttons.train_further_button)
    hour.await_state(RunState.IDLE)
    assert session.ended_run is not None
    assert session.ended_run.title == "A first network, epoch 4"
    assert train.progress.texts()[0] == "epoch 4 of 4"


def go_back_to_an_epoch(hour: Hour) -> None:
    """Try it, and go back to an earlier epoch of it."""
    window, train, qtbot = hour.window, hour.train, hour.qtbot
    hour.click(train.outcome_bar.try_button)
    assert window.tabs.currentWidget() is window.draw_tab
    deliver_events()
    hour.draw_digit()
    row = window.draw_tab.snapshot_row
    row.slider.setFocus()
    qtbot.keyClick(row.slider, Qt.Key.Key_Home)
    hour.check()
    assert hour.session.snapshots is not None
    assert row.choice == hour.session.snapshots.points[0]
    qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    hour.check()


def open_the_bundled_model(hour: Hour) -> None:
    """Another model: nothing that is shown comes from the old epoch any more."""
    window, session, qtbot, row = hour.window, hour.session, hour.qtbot, hour.draw.snapshot_row
    with qtbot.waitSignal(session.model_changed):
        next(action for action in window.menu.actions() if "bundled model" in action.text()).trigger()
    hour.check()
    assert row.choice is None
    hour.draw_digit(((0.3, 0.5), (0.7, 0.5)))


def teach_and_forget(hour: Hour) -> None:
    """Teach the drawing, and forget it."""
    window, qtbot = hour.window, hour.qtbot
    hour.click(window.draw_tab.teach_row.digits[7])
    qtbot.waitUntil(lambda: window.teacher.has_learned)
    hour.check()
    hour.click(window.draw_tab.teach_row.forget_button)
    assert not window.teacher.has_learned


def erase_clear_and_draw(hour: Hour) -> None:
    """Erase, clear, and draw again."""
    window = hour.window
    canvas = window.draw_tab.canvas
    eraser = button_of(window.draw_tab, "Eraser")
    hour.click(eraser)
    drag(canvas, ONE)
    hour.click(button_of(window.draw_tab, "Clear"))
    assert not canvas.erases
    hour.draw_digit()


def see_the_mistakes_and_take_the_model_before(hour: Hour) -> None:
    """See the mistakes of the trained network, and return to the model before."""
    window, train, session, qtbot = hour.window, hour.train, hour.session, hour.qtbot
    hour.show(train)
    hour.click(train.outcome_bar.mistakes_button)
    evaluate = window.evaluate_tab
    assert window.tabs.currentWidget() is evaluate
    qtbot.waitUntil(lambda: evaluate.result is not None and evaluate.is_settled)
    hour.check()
    assert evaluate.pages.currentWidget() is evaluate.mistakes
    assert session.outcome is not None
    assert window.messages.text == f"In use now: {model_in_words(session.outcome.trained.model)}."
    hour.click(window.messages.action_button)
    assert session.model is not None
    assert session.model.card.name == "handwriting"
    assert window.messages.isHidden()
    hour.show(train)
    hour.click(train.outcome_bar.mistakes_button)
    assert session.model is session.outcome.trained.model
    hour.show(train)
    hour.click(train.outcome_bar.back_button)
    assert session.model is not None
    assert session.model.card.name == "handwriting"


def zoom_the_curve(hour: Hour) -> None:
    """Zoom the curve."""
    train = hour.train
    plot = train.curves.loss.plot
    before = plot.box.viewRange()
    turn_wheel(plot.viewport(), 3)
    assert plot.box.viewRange() != before
    hour.check()


def follow_the_remedy_of_a_rate_that_is_too_high(hour: Hour) -> None:
    """A learning rate that is too high: its remedy marks what it changes, and the space bar trains."""
    window, train, session, qtbot = hour.window, hour.train, hour.session, hour.qtbot
    hour.type(train.settings.learning_rate, "1000")
    hour.buttons.train_button.setFocus()
    qtbot.keyClick(hour.buttons.train_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "diverged" in train.progress.texts()[3])
    hour.await_state(RunState.IDLE)
    assert train.progress.texts()[1] == "– samples/s" or session.outcome is not None
    hour.click(train.progress.remedy_button)
    assert marked(window) == ["learning_rate"]
    hour.train_until_its_end()
    assert marked(window) == []


def cancel_the_search_for_a_rate(hour: Hour) -> None:
    """Find a learning rate, and cancel it: a second click at the place of Find does nothing."""
    qtbot, learning = hour.qtbot, hour.train.settings.learning
    hour.click(learning.finding.start)
    hour.click(learning.finding.start)
    hour.click(learning.finding.stop)
    qtbot.waitUntil(learning.finding.start.isEnabled)
    hour.check()


def keep_and_rename_the_model(hour: Hour) -> None:
    """Keep the model of the run under a name, use it, and give it another name in the Models tab."""
    window, train, session, qtbot = hour.window, hour.train, hour.session, hour.qtbot
    hour.click(train.outcome_bar.keep_button)
    naming = window.findChild(KeepModelDialog)
    assert naming is not None
    naming.name.selectAll()
    qtbot.keyClicks(naming.name, "my second")
    qtbot.keyClick(naming.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.outcome is not None and session.outcome.trained.model.card.name == "my second")
    hour.click(train.outcome_bar.try_button)
    hour.show(window.models_tab)
    models = window.models_tab
    qtbot.waitUntil(lambda: "my second" in [model.name for model in models.list.shown])
    models.list.select({model.path for model in models.list.shown if model.name == "my second"})
    hour.type(models.pages.details.name, "my best")
    qtbot.waitUntil(lambda: session.model is not None and session.model.card.name == "my best")
    hour.check()


def enlarge_the_text(hour: Hour) -> None:
    """Larger text."""
    window, train = hour.window, hour.train
    window.set_appearance(replace(window.preferences.appearance, text_scale=1.5))
    window.tabs.setCurrentWidget(train)
    deliver_events()  # the layout of the page
    hour.places = hour.places_of_buttons()
    hour.check()
    window.set_appearance(replace(window.preferences.appearance, text_scale=1.0))
    deliver_events()  # the layout of the page
    hour.places = hour.places_of_buttons()


def sweep_over_two_seeds(hour: Hour) -> None:
    """A sweep over two seeds."""
    window, qtbot = hour.window, hour.qtbot
    next(action for action in window.menu.actions() if "weep" in action.text()).trigger()
    dialog = window.findChild(SweepDialog)
    assert dialog is not None
    for entry in dialog.entries.values():
        entry.clear()
    qtbot.keyClicks(dialog.entries["seed"], "1 2")
    qtbot.mouseClick(dialog.buttons.start, LEFT)
    qtbot.waitUntil(lambda: "2 finished" in dialog.state_label.text())
    dialog.close()
    hour.check()


def button_of(parent: QWidget, text: str) -> QWidget:
    """The visible button with this text."""
    return next(
        button
        for button in parent.findChildren(QWidget)
        if getattr(button, "text", str)() == text and button.isVisible() and hasattr(button, "click")
    )


def marked(window: MainWindow) -> list[str]:
    """The settings that are marked as changed."""
    forms = window.train_tab.settings.findChildren(Form)
    return [field for form in forms for field, row in form.rows.items() if row.label.property("changed")]


def turn_wheel(viewport: QWidget, notches: int) -> None:
    """Turn the mouse wheel over the middle of a widget."""
    at = QPointF(viewport.rect().center())
    event = QWheelEvent(
        at, viewport.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)
