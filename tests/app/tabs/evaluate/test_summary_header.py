from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.summary_header import SummaryHeader
from tests.app.tabs.evaluate.samples import result


@pytest.fixture
def header(qtbot: QtBot) -> SummaryHeader:
    header = SummaryHeader()
    qtbot.addWidget(header)
    header.resize(1300, 60)
    with qtbot.waitExposed(header):
        header.show()
    return header


def test_the_accuracy_has_its_interval_and_source(header: SummaryHeader) -> None:
    header.show_result(result())
    predictions = result().predictions
    assert header.accuracy.text() == f"{100 * predictions.correct / 500:.2f} %"
    low, high = predictions.interval
    assert header.interval.text() == f"{100 * low:.2f} to {100 * high:.2f} % (95 % interval)"
    about = header.about.full_text
    assert about == f"{500 - predictions.correct} of 500 misread · {predictions.source} · nearest mean"
    header.show_result(None)
    assert header.accuracy.text() == "–"
    assert header.interval.isHidden()


def test_one_button_cancels_or_evaluates_again(header: SummaryHeader) -> None:
    heard: list[str] = []
    header.evaluate_requested.connect(lambda: heard.append("evaluate"))
    header.cancel_requested.connect(lambda: heard.append("cancel"))
    header.show_busy(True, True)
    assert header.progress.isVisible()
    QTest.mouseClick(header.button, Qt.MouseButton.LeftButton)
    header.show_busy(False, True)
    QTest.mouseClick(header.button, Qt.MouseButton.LeftButton)
    header.show_busy(False, False)
    QTest.mouseClick(header.button, Qt.MouseButton.LeftButton)
    assert heard == ["cancel", "evaluate"]
    assert header.progress.isHidden()
    assert "no model" in header.button.toolTip()


def test_only_a_selection_by_the_user_emits_part_chosen(header: SummaryHeader) -> None:
    heard: list[str] = []
    header.part_chosen.connect(lambda: heard.append(header.chosen_part))
    header.set_parts(["test", "training"])
    assert header.chosen_part == "test"
    header.part.setFocus()
    QTest.keyClick(header.part, Qt.Key.Key_Down)
    assert heard == ["training"]
    header.set_parts([])
    assert header.chosen_part == ""
    assert header.part.isHidden()


def test_a_message_is_shown_below_the_figures(header: SummaryHeader) -> None:
    header.show_message("It does not fit.", is_error=True)
    assert header.message.isVisible()
    assert header.message.property("error")
    header.show_message("")
    assert header.message.isHidden()
