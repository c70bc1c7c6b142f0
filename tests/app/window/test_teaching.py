"""After a drawing was taught, each tab reads with the same network, or says that it does not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.dialogs.model_card import ModelCardDialog
from app.session.handwriting_teacher import IN_TRAINING
from app.session.run_events import RunState
from app.widgets.plain_text import plain_tooltip
from app.widgets.probability_bars import ProbabilityBars
from app.window.main_window import MainWindow
from nncore.handwriting.personal_test.result import ReadDrawing
from nncore.preprocessing.ink import Ink
from nncore.training import TrainingConfig
from tests.app.canvas.gestures import SEVEN, drag
from tests.app.storage.kept_models import SMALL, keep_model, small_model
from tests.app.window.opened_window import opened_window

READ_SEVEN = ReadDrawing(
    7, Ink((np.array([[0.1, 0.2], [0.5, 0.75]], np.float32),)), np.full(10, 0.1, np.float32), "digit"
)
TAUGHT = "handwriting with 1 drawing of yours"


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    with opened_window(qtbot, qapp, 1366, 700) as window:
        window.tabs.setCurrentWidget(window.draw_tab)
        drag(window.draw_tab.canvas, SEVEN)
        qtbot.waitUntil(lambda: window.draw_tab.prediction is not None)
        yield window


def teach(window: MainWindow, qtbot: QtBot, digit: int) -> None:
    with qtbot.waitSignal(window.teacher.adapted):
        window.draw_tab.teach_row.digits[digit].click()


def assert_as_in_draw(window: MainWindow, bars: ProbabilityBars) -> None:
    shown, drawn = bars.probabilities, window.draw_tab.bars.probabilities
    assert shown is not None
    assert drawn is not None
    np.testing.assert_allclose(shown, drawn)


def test_models_compares_the_network_with_which_draw_reads(window: MainWindow, qtbot: QtBot) -> None:
    other, third = keep_model(1, small_model("other", seed=1)), keep_model(2, small_model("third", seed=2))
    teach(window, qtbot, 2)
    models = window.models_tab
    window.tabs.setCurrentWidget(models)
    qtbot.waitUntil(lambda: models.count.text() == "3 models")
    models.pages.pages.setCurrentIndex(1)
    with qtbot.waitSignal(models.work.networks_loaded):
        models.list.select({other})
    used = models.pages.image_page.columns[0]
    assert used.title.full_text == f"A: {TAUGHT}"
    assert models.pages.pair.text().startswith(f"A: {TAUGHT} (in use)")
    assert_as_in_draw(window, used.bars)
    with qtbot.waitSignal(models.work.networks_loaded):
        models.list.select({other, third})
    assert models.pages.pair.text().endswith("without your drawings.")
    window.teacher.forget()
    with qtbot.waitSignal(models.work.networks_loaded):
        models.list.select({other})
    assert used.title.full_text == "A: handwriting"
    assert_as_in_draw(window, used.bars)


def test_the_pinned_drawing_is_read_as_in_draw(window: MainWindow, qtbot: QtBot) -> None:
    window.draw_tab.pin_action.trigger()
    teach(window, qtbot, 2)
    pinned = window.train_tab.pinned
    assert pinned.model_label.full_text == f"read by {TAUGHT}"
    assert_as_in_draw(window, pinned.bars)


def test_an_accuracy_without_the_drawings_is_marked(window: MainWindow, qtbot: QtBot) -> None:
    evaluate, header, outcome = window.evaluate_tab, window.header.model_button, window.train_tab.outcome_bar
    window.tabs.setCurrentWidget(evaluate)
    qtbot.waitUntil(lambda: evaluate.is_settled and evaluate.result is not None)
    before = header.text(), evaluate.header.about.full_text, outcome.sentence.full_text
    teach(window, qtbot, 2)
    assert header.text() == f"{before[0]} before teaching"
    assert "1 drawing" in header.toolTip()
    assert evaluate.header.about.full_text == f"Without your drawings: {before[1]}"
    assert outcome.sentence.full_text == before[2].replace(" %.", " % before teaching.")
    window.show_model_card()
    card = window.findChild(ModelCardDialog)
    assert card is not None
    assert "1 drawing of yours, after the accuracy was measured" in [
        label.text() for label in card.findChildren(QLabel)
    ]
    card.close()
    window.teacher.forget()
    assert (header.text(), evaluate.header.about.full_text, outcome.sentence.full_text) == before


def test_the_network_of_a_run_in_progress_is_not_taught(window: MainWindow, qtbot: QtBot) -> None:
    session, teacher, draw = window.session, window.teacher, window.draw_tab
    untrained = keep_model(1, small_model("untrained", epochs=0))
    with qtbot.waitSignal(session.model_changed):
        session.open_model(untrained)
    view, digit = window.my_hand_tab.result.view, draw.teach_row.digits[7]
    view.show_drawing(READ_SEVEN)
    assert digit.isEnabled()
    assert view.teach_button.isEnabled()
    session.start_training(SMALL, TrainingConfig(epochs=100_000))
    qtbot.waitUntil(lambda: session.model_follows_run)
    for button in (digit, view.teach_button):
        assert not button.isEnabled()
        assert button.toolTip() == plain_tooltip(IN_TRAINING)
    with qtbot.waitSignal(teacher.failed) as failed:
        teacher.teach(draw.canvas.drawing.ink(), 7)
    assert failed.args == [IN_TRAINING]
    assert teacher.count == 0
    session.stop()
    qtbot.waitUntil(lambda: session.run_state is RunState.IDLE)
    qtbot.waitUntil(digit.isEnabled)
    assert view.teach_button.isEnabled()
    teach(window, qtbot, 7)
    assert teacher.has_learned
