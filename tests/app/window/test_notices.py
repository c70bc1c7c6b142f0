"""Notices move nothing: while one comes and goes, every control of the window keeps its place and its size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.session.run_events import PinnedReading
from app.window.main_window import MainWindow
from nncore.model.network import Network, NetworkSpec
from nncore.training.diagnosis.hint import Hint
from tests.app.canvas.gestures import SEVEN, drag
from tests.app.places import moved_controls, places_of_controls
from tests.app.storage.kept_models import keep_model, small_model
from tests.app.window.opened_window import opened_window
from tests.screenshots.stage import SCREEN

LONG = "The file no such picture of a digit.png could not be read: there is no such file. Choose another one."
HINT = Hint(
    "overfitting",
    "The network overfits: the validation loss has risen from 0.123 to 0.234, while the training loss has fallen to "
    "0.0123.",
    "Distort the images, and keep the best epoch",
    {"keep_best": True},
)


@pytest.fixture(params=[1.0, 1.5, 2.0], ids=lambda scale: f"{100 * scale:.0f} %")
def window(request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    with opened_window(qtbot, qapp, *SCREEN) as window:
        appearance = window.preferences.appearance
        window.set_appearance(replace(appearance, text_scale=request.param))
        yield window
        window.set_appearance(appearance)


class Watch:
    """Shows a tab, and compares the places of all controls with those before the first notice."""

    def __init__(self, window: MainWindow, tab: QWidget) -> None:
        self.window = window
        window.tabs.setCurrentWidget(tab)
        self.before = places_of_controls(window)
        assert len(self.before) > 4

    def check(self, notice: QWidget | None = None) -> None:
        """Nothing has moved, and the notice can be seen; None: there is none."""
        assert moved_controls(self.before, places_of_controls(self.window)) == []
        assert self.window.size().toTuple() == SCREEN
        if notice is not None:
            seen = notice.visibleRegion().boundingRect()
            assert seen.width() == notice.width()
            assert seen.height() >= notice.fontMetrics().height()


def test_notices_move_nothing(window: MainWindow) -> None:
    for check_tab in (
        check_draw,
        check_inside,
        check_data,
        check_train,
        check_pinned_drawing,
        check_my_hand,
        check_runs,
    ):
        check_tab(window)


def check_draw(window: MainWindow) -> None:
    draw = window.draw_tab
    window.tabs.setCurrentWidget(draw)
    drag(draw.canvas, SEVEN)
    draw.throttle.flush()
    watch = Watch(window, draw)
    draw.pictures.failed.emit(LONG)
    watch.check(draw.error_label)
    draw.pictures.reading.emit("a large photo.png")
    watch.check(draw.cancel_button)
    draw.pictures.reading.emit("")
    watch.check(draw.error_label)
    drag(draw.canvas, [(0.5, 0.9), (0.6, 0.95)])  # on the notice
    draw.throttle.flush()
    watch.check()
    assert not draw.error_label.isVisible()
    assert len(draw.canvas.drawing.strokes) == 2


def check_inside(window: MainWindow) -> None:
    source, watch = window.inside_tab.source, Watch(window, window.inside_tab)
    source.show_problem(LONG)
    watch.check(source.message)
    source.show_problem("")
    watch.check()


def check_data(window: MainWindow) -> None:
    panel, watch = window.data_tab.panel, Watch(window, window.data_tab)
    for busy, problem, note in (
        (True, "", ""),
        (True, LONG, ""),
        (False, LONG, ""),
        (False, "", LONG),
        (False, "", ""),
    ):
        panel.show_busy(busy)
        panel.show_message(problem, note)
        watch.check()


def check_train(window: MainWindow) -> None:
    train, watch = window.train_tab, Watch(window, window.train_tab)
    for sentence in ("Training.", HINT.sentence, LONG, HINT.sentence * 2):
        train.progress.show_message(sentence, is_error=True)
        watch.check()
        train.advice.show_hint(HINT)
        watch.check(train.progress.remedy_button)
        train.advice.show_hint(None)
        watch.check()
    model = window.session.model
    assert model is not None
    for in_use in (None, replace(model, card=replace(model.card, name="a very long name of a model " * 8)), model):
        train.show_outcome(None, in_use)
        watch.check()


def check_pinned_drawing(window: MainWindow) -> None:
    train, drawing = window.train_tab, np.eye(28, dtype=np.uint8) * 200
    train.pin_drawing(drawing)
    watch = Watch(window, train)
    for network in (Network(NetworkSpec.dense((784, 10))), Network(NetworkSpec.dense((1, 4, 1), input_shape=(1,)))):
        reading = PinnedReading.from_network(network, drawing)
        train.pinned.show_reading(reading)
        watch.check(train.pinned.problem if reading.problem else None)


def test_a_message_names_the_model_covers_no_answer_and_stays_in_its_tab(window: MainWindow, qtbot: QtBot) -> None:
    path = keep_model(1, small_model("my model"))
    window.tabs.setCurrentWidget(window.models_tab)
    with qtbot.waitSignal(window.session.status_message):
        window.session.open_model(path)
    assert window.messages.text == "Opened the model my model."
    draw = window.draw_tab
    window.tabs.setCurrentWidget(draw)
    assert window.messages.text == ""
    window.messages.show_message(LONG)
    canvas = draw.canvas.rect().translated(draw.canvas.mapTo(window, QPoint()))
    assert canvas.contains(window.messages.rect().translated(window.messages.mapTo(window, QPoint())))
    drag(draw.canvas, SEVEN)
    assert window.messages.text == ""


def check_my_hand(window: MainWindow) -> None:
    hand, watch = window.my_hand_tab, Watch(window, window.my_hand_tab)
    for sentence in ("Test deleted.", LONG * 3):
        hand.status.show_error(sentence)
        watch.check(hand.status.label)
        hand.status.show_message(sentence, cancellable=True)
        watch.check(hand.status.cancel_button)
        hand.status.clear()
        watch.check()


def check_runs(window: MainWindow) -> None:
    runs, watch = window.runs_tab, Watch(window, window.runs_tab)
    for button in (runs.undo_button, runs.actions_row.clear_button):
        button.show()
        watch.check(button)
        button.hide()
        watch.check()
