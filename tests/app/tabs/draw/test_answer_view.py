"""The answer is a digit with its confidence, or says why there is none."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import DARK, LIGHT, ThemeChoice
from app.tabs.draw.answer_view import NO_EPOCH, NOT_LEARNED, REST_MILLISECONDS, AnswerView, prediction_in_words
from nncore.evaluation.recognition import Prediction, Verdict
from nncore.evaluation.snapshots import TrainingPoint
from tests.app.theme_choice import apply_theme


def prediction(verdict: Verdict, **fractions: float) -> Prediction:
    probabilities = np.zeros(10, np.float32)
    for name, fraction in fractions.items():
        probabilities[int(name[1:])] = fraction
    return Prediction(np.ones((28, 28), np.uint8), probabilities, (), verdict)


@pytest.mark.parametrize(
    ("prediction", "sentence"),
    [
        (prediction("digit", d7=0.973), "The network reads a 7."),
        (prediction("digit", d8=1.0), "The network reads an 8."),
        (prediction("unsure", d1=0.4, d7=0.5), "Unsure: a 7 or a 1."),
        (prediction("not a digit", d1=0.9), "This does not look like a digit."),
    ],
)
def test_the_answer_is_a_sentence(prediction: Prediction, sentence: str) -> None:
    assert prediction_in_words(prediction) == sentence


@pytest.mark.parametrize(
    ("point", "sentence"),
    [
        (TrainingPoint(0, 0), NOT_LEARNED),
        (TrainingPoint(1, 1, ends_epoch=False), "The network is not sure yet, after 1 step of training."),
        (TrainingPoint(1, 30, ends_epoch=False), "The network is not sure yet, after 30 steps of training."),
    ],
)
def test_a_network_in_its_first_epoch_does_not_blame_the_drawing(point: TrainingPoint, sentence: str) -> None:
    assert prediction_in_words(prediction("not a digit", d7=0.455), point) == sentence
    assert prediction_in_words(prediction("digit", d7=0.9), point) == "The network reads a 7."


def test_the_answer_shows_digit_and_confidence(qtbot: QtBot) -> None:
    answer = AnswerView()
    qtbot.addWidget(answer)
    answer.show_prediction(prediction("digit", d7=0.973, d1=0.027))
    assert (answer.digit.text(), answer.confidence.text()) == ("7", "97.3 %")


def test_a_rejected_drawing_has_neither_digit_nor_confidence(qtbot: QtBot) -> None:
    answer = AnswerView()
    qtbot.addWidget(answer)
    answer.show_prediction(prediction("not a digit", d7=0.6))
    assert (answer.digit.text(), answer.confidence.text()) == ("–", "")


def test_a_hint_replaces_the_answer(qtbot: QtBot) -> None:
    answer = AnswerView()
    qtbot.addWidget(answer)
    answer.show_prediction(prediction("digit", d7=0.973))
    size = answer.digit.sizeHint()
    answer.show_hint("Nothing is drawn yet.")
    assert (answer.digit.text(), answer.confidence.text()) == ("–", "")
    assert answer.digit.sizeHint() == size


def test_the_digit_stays_large_and_bold_when_the_theme_changes(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    answer = AnswerView()
    qtbot.addWidget(answer)
    answer.show_prediction(prediction("digit", d1=0.9))
    answer.show()

    def ink(colour: str) -> int:
        image = answer.digit.grab().toImage()
        places = ((x, y) for x in range(image.width()) for y in range(image.height()))
        return sum(image.pixelColor(x, y) == QColor(colour) for x, y in places)

    before = ink(LIGHT.text)
    apply_theme(qapp, ThemeChoice.DARK)
    assert before > 0
    assert ink(DARK.text) == before
    apply_theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def answer(qtbot: QtBot) -> AnswerView:
    answer = AnswerView()
    qtbot.addWidget(answer)
    answer.resize(400, 150)
    with qtbot.waitExposed(answer):
        answer.show()
    return answer


@pytest.mark.parametrize(
    ("prediction", "speech"),
    [
        (prediction("digit", d7=0.973), "The network reads a 7. It is 97 % sure."),
        (prediction("unsure", d1=0.4, d7=0.5), "Unsure: a 7 or a 1."),
        (prediction("not a digit", d1=0.9), "This does not look like a digit."),
    ],
)
def test_the_answer_is_spoken_after_the_drawing_rests(
    qtbot: QtBot, answer: AnswerView, prediction: Prediction, speech: str
) -> None:
    with qtbot.waitSignal(answer.spoken) as spoken:
        answer.show_prediction(prediction)
        assert answer.accessibleDescription() == speech
    assert spoken.args == [speech]


def test_only_the_last_answer_is_spoken_and_only_once(qtbot: QtBot, answer: AnswerView) -> None:
    spoken_sentences: list[str] = []
    answer.spoken.connect(spoken_sentences.append)
    answer.rest_timer.setTimerType(Qt.TimerType.PreciseTimer)  # the other kinds round by seconds
    answer.rest_timer.setInterval(600_000)
    for digit in ("d1", "d2", "d3"):
        left = answer.rest_timer.remainingTime()
        answer.show_prediction(prediction("unsure", **{digit: 0.5, "d9": 0.4}))
        assert answer.rest_timer.remainingTime() > left  # each answer starts the rest anew
        qtbot.waitUntil(lambda: answer.rest_timer.remainingTime() < 600_000)
    assert spoken_sentences == []
    answer.rest_timer.setInterval(REST_MILLISECONDS)
    qtbot.waitUntil(lambda: len(spoken_sentences) == 1)
    with qtbot.waitSignal(answer.rest_timer.timeout):
        answer.show_prediction(prediction("unsure", d3=0.5, d9=0.4))
    assert spoken_sentences == ["Unsure: a 3 or a 9."]


def test_the_layout_stays_when_the_answer_changes(answer: AnswerView) -> None:
    answer.show_hint("Nothing is drawn yet.")
    QApplication.processEvents()
    places = [label.geometry() for label in (answer.digit, answer.confidence, answer.sentence)]
    answer.show_prediction(prediction("digit", d8=0.9))
    QApplication.processEvents()
    assert [label.geometry() for label in (answer.digit, answer.confidence, answer.sentence)] == places


def test_a_rejected_drawing_is_not_blamed_on_a_model_without_a_finished_epoch(answer: AnswerView) -> None:
    answer.show_prediction(prediction("not a digit", d1=0.2), has_epoch=False)
    assert answer.sentence.text() == NO_EPOCH
    answer.show_prediction(prediction("digit", d1=0.99), has_epoch=False)
    assert answer.sentence.text() == "The network reads a 1."
