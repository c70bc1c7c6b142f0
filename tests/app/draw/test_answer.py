from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.draw.answer import Answer, verdict
from nncore.recognition import Prediction, Verdict


def prediction(verdict: Verdict, **shares: float) -> Prediction:
    probabilities = np.zeros(10, np.float32)
    for name, share in shares.items():
        probabilities[int(name[1:])] = share
    return Prediction(np.ones((28, 28), np.uint8), probabilities, (), verdict)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (prediction("digit", d7=0.973), "The network reads a 7."),
        (prediction("digit", d8=1.0), "The network reads an 8."),
        (prediction("unsure", d1=0.4, d7=0.5), "Unsure: a 7, or perhaps a 1."),
        (prediction("not a digit", d1=0.9), "This does not look like a digit."),
    ],
)
def test_the_verdict_is_a_sentence(given: Prediction, sentence: str) -> None:
    assert verdict(given) == sentence


def test_the_answer_shows_digit_and_confidence(qtbot: QtBot) -> None:
    answer = Answer()
    qtbot.addWidget(answer)
    answer.show_prediction(prediction("digit", d7=0.973, d1=0.027))
    assert (answer.digit.text(), answer.confidence.text()) == ("7", "97.3 %")


def test_a_hint_leaves_nothing_of_the_answer_before(qtbot: QtBot) -> None:
    answer = Answer()
    qtbot.addWidget(answer)
    answer.show_prediction(prediction("digit", d7=0.973))
    size = answer.digit.size()
    answer.show_hint("Nothing is drawn yet.")
    assert (answer.digit.text(), answer.confidence.text()) == ("–", "")
    assert answer.digit.size() == size
