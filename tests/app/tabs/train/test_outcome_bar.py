"""After a run the bar says which model is in use, and offers what can be done with both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session.loaded_model import ModelWithPath, RunOutcome
from app.tabs.train.outcome_bar import (
    ALREADY_IN_USE,
    LONG_SENTENCE,
    NO_MODEL_IN_USE,
    NO_TRAINED_MODEL,
    RUN_NOT_ENDED,
    OutcomeBar,
)
from app.widgets.plain_text import plain_tooltip
from tests.app.session.measured_models import a_model
from tests.app.waiting import deliver_events

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(qtbot: QtBot) -> OutcomeBar:
    bar = OutcomeBar()
    qtbot.addWidget(bar)
    bar.resize(980, 60)
    bar.show()
    return bar


def enabled(bar: OutcomeBar) -> list[bool]:
    return [each.isEnabled() for each in (bar.try_button, bar.mistakes_button, bar.keep_button, bar.back_button)]


def test_without_a_run_the_buttons_say_why_they_are_disabled(bar: OutcomeBar) -> None:
    assert bar.sentence.full_text == NO_MODEL_IN_USE
    bar.show_models(None, a_model(0.995).model)
    assert bar.sentence.full_text == "In use: any, 99.5 %."
    assert enabled(bar) == [False] * 4
    assert bar.try_button.toolTip() == plain_tooltip(NO_TRAINED_MODEL)
    bar.show_models(None, a_model(0.995).model, is_running=True)
    assert bar.keep_button.toolTip() == plain_tooltip(RUN_NOT_ENDED)


def test_a_worse_model_is_not_used_and_the_sentence_explains_it(bar: OutcomeBar) -> None:
    trained, before, other = a_model(0.114), a_model(0.995), a_model(0.5)
    outcome = RunOutcome(trained, ModelWithPath(before, None))
    bar.show_models(outcome, before.model)
    assert bar.sentence.full_text == ("In use: any, 99.5 %. Not in use, because it is correct less often: any, 11.4 %.")
    assert enabled(bar) == [True, True, True, False]
    assert bar.back_button.toolTip() == plain_tooltip(ALREADY_IN_USE)
    unmeasured = RunOutcome(a_model(), ModelWithPath(before, None))
    bar.show_models(unmeasured, before.model)
    assert "Not in use, not measured: any, 3 epochs." in bar.sentence.full_text
    bar.show_models(outcome, trained.model)
    assert bar.sentence.full_text == "In use: any, 11.4 %. Before: any, 99.5 %."
    assert enabled(bar) == [True] * 4
    bar.show_models(outcome, other.model)
    assert bar.sentence.full_text == "In use: any, 50.0 %. Not in use: any, 11.4 %."


def test_a_model_that_is_read_from_its_file_again_is_the_same_model(bar: OutcomeBar) -> None:
    trained, before = a_model(0.9), a_model(0.8)
    outcome = RunOutcome(trained, ModelWithPath(before, None))
    again = replace(trained.model, parameters=trained.model.parameters.copy())
    bar.show_models(outcome, again)
    assert bar.sentence.full_text == "In use: any, 90.0 %. Before: any, 80.0 %."
    bar.show_models(outcome, replace(again, parameters=again.parameters + 1))
    assert bar.sentence.full_text == "In use: any, 90.0 %. Not in use: any, 90.0 %."
    bar.show_models(outcome, replace(before.model, parameters=before.model.parameters.copy()))
    assert not bar.back_button.isEnabled()
    assert bar.back_button.toolTip() == plain_tooltip(ALREADY_IN_USE)


def test_a_user_cannot_return_to_having_no_model(bar: OutcomeBar) -> None:
    trained = a_model(0.9)
    bar.show_models(RunOutcome(trained, None), trained.model)
    assert enabled(bar) == [True, True, True, False]


def test_a_narrow_bar_has_a_second_line_for_its_sentence(bar: OutcomeBar) -> None:
    trained, before = a_model(0.114), a_model(0.995)
    bar.resize(bar.sentence.fontMetrics().horizontalAdvance(LONG_SENTENCE) * 2 // 3, 200)
    bar.show_models(RunOutcome(trained, ModelWithPath(before, None)), before.model)
    deliver_events()
    places = bar.try_button.geometry(), bar.sentence.height()
    assert "any" in bar.sentence.text()
    assert bar.sentence.text() == bar.sentence.full_text
    named = replace(before.model, card=replace(before.model.card, name="a model with a long name"))
    bar.show_models(RunOutcome(trained, ModelWithPath(before, None)), named)
    deliver_events()
    assert bar.sentence.text() == bar.sentence.full_text
    assert (bar.try_button.geometry(), bar.sentence.height()) == places


def test_each_button_requests_its_action(bar: OutcomeBar, qtbot: QtBot) -> None:
    trained = a_model(0.97)
    bar.show_models(RunOutcome(trained, ModelWithPath(a_model(0.9), None)), trained.model)
    for button, signal in (
        (bar.try_button, bar.try_requested),
        (bar.mistakes_button, bar.mistakes_requested),
        (bar.keep_button, bar.keep_requested),
        (bar.back_button, bar.back_requested),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, LEFT)


def test_nothing_moves_when_a_run_ends(bar: OutcomeBar, qtbot: QtBot) -> None:
    trained, before = a_model(0.114), a_model(0.995)
    outcome, places = RunOutcome(trained, ModelWithPath(before, None)), set()
    for shown, in_use in ((None, None), (None, before), (outcome, before), (outcome, trained)):
        bar.show_models(shown, in_use.model if in_use else None)
        deliver_events()
        places.add((bar.sizeHint().height(), bar.try_button.geometry().getRect(), bar.back_button.geometry().getRect()))
    assert len(places) == 1
