"""Each digit of a number can be selected; a single digit needs no row."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.draw.number_row import NumberRow
from nncore.evaluation.recognition import Prediction, Verdict
from tests.app.theme_choice import apply_theme


def a_prediction(digit: int, confidence: float = 0.9, verdict: Verdict = "digit") -> Prediction:
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    image = np.zeros((28, 28), np.uint8)
    image[6:22, 12:16] = 255
    return Prediction(image, probabilities, (), verdict)


@pytest.fixture
def row(qapp: QApplication, qtbot: QtBot) -> NumberRow:
    apply_theme(qapp, ThemeChoice.LIGHT)
    row = NumberRow()
    qtbot.addWidget(row)
    row.resize(560, 60)
    return row


def test_one_digit_hides_the_row(row: NumberRow) -> None:
    row.set_predictions([a_prediction(3)])
    assert row.isHidden()
    row.set_predictions([])
    assert row.isHidden()


def test_each_digit_of_a_number_has_a_chip(row: NumberRow) -> None:
    row.set_predictions([a_prediction(1, 0.876), a_prediction(0), a_prediction(7, verdict="not a digit")])
    assert row.isVisible()
    assert row.text == "10?"
    assert [chip.text() for chip in row.chips] == ["1  88 %", "0  90 %", "?"]
    assert row.chips[0].accessibleName() == "Digit 1, 88 % sure, digit"
    assert all(chip.toolTip() and not chip.icon().isNull() for chip in row.chips)
    row.set_predictions([a_prediction(4), a_prediction(2)])
    assert row.text == "42"
    assert len(row.chips) == 2


def test_the_last_digit_is_selected_until_the_user_selects_one(row: NumberRow, qtbot: QtBot) -> None:
    row.set_predictions([a_prediction(1), a_prediction(0)])
    assert row.choice == 1
    assert row.chips[1].isChecked()
    row.set_predictions([a_prediction(1), a_prediction(0), a_prediction(7)])
    assert row.choice == 2
    with qtbot.waitSignal(row.chosen) as emitted:
        QTest.mouseClick(row.chips[0], Qt.MouseButton.LeftButton)
    assert emitted.args == [0]
    row.set_predictions([a_prediction(n) for n in range(4)])
    assert row.choice == 0
    assert [chip.isChecked() for chip in row.chips] == [True, False, False, False]


def test_arrow_keys_select_a_digit(row: NumberRow, qtbot: QtBot) -> None:
    row.set_predictions([a_prediction(1), a_prediction(0), a_prediction(7)])
    row.activateWindow()
    row.chips[2].setFocus()
    qtbot.waitUntil(row.chips[2].hasFocus)
    for start, key, index in ((2, Qt.Key.Key_Left, 1), (1, Qt.Key.Key_Left, 0), (0, Qt.Key.Key_Right, 1)):
        with qtbot.waitSignal(row.chosen) as emitted:
            QTest.keyClick(row.chips[start], key)
        assert emitted.args == [index]
        assert row.choice == index
        assert row.chips[index].hasFocus()


def test_a_selection_beyond_the_end_becomes_the_last_digit(row: NumberRow) -> None:
    row.set_predictions([a_prediction(n) for n in range(4)])
    row.chips[3].click()
    row.set_predictions([a_prediction(1), a_prediction(2)])
    assert row.choice == 1
    row.chips[0].click()
    row.set_predictions([])
    assert row.choice == 0
    row.set_predictions([a_prediction(n) for n in range(3)])
    assert row.choice == 2


def test_new_predictions_emit_no_selection(row: NumberRow, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(row.chosen):
        for count in (2, 5, 3, 1, 0, 2):
            row.set_predictions([a_prediction(n) for n in range(count)])


@pytest.mark.parametrize("width", [320, 560])
def test_many_digits_wrap_into_rows(row: NumberRow, width: int) -> None:
    row.resize(width, 60)
    row.set_predictions([a_prediction(1)] * 7)
    row.resize(width, row.sizeHint().height())
    QApplication.processEvents()
    places = [(chip.y(), chip.x()) for chip in row.chips]
    assert places == sorted(places)
    assert len({y for y, _ in places}) > 1
    assert all(chip.geometry().right() <= max(width, row.minimumSizeHint().width()) for chip in row.chips)
    assert all(a.geometry().intersected(b.geometry()).isEmpty() for a, b in zip(row.chips, row.chips[1:], strict=False))
