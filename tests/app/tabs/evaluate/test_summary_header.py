"""The header names accuracy, interval and source, and nothing moves when a message is shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
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


def test_each_button_keeps_its_place_and_its_meaning(header: SummaryHeader) -> None:
    heard: list[str] = []
    header.evaluate_requested.connect(lambda: heard.append("evaluate"))
    header.cancel_requested.connect(lambda: heard.append("cancel"))
    start, stop = header.buttons.start, header.buttons.stop
    places = set()
    for is_busy, can_evaluate in ((True, True), (False, True), (False, False)):
        header.show_busy(is_busy, can_evaluate)
        assert header.progress.isVisible() == is_busy
        header.grab()
        places.add((start.mapTo(header, QPoint()).toTuple(), stop.mapTo(header, QPoint()).toTuple()))
        QTest.mouseClick(start, Qt.MouseButton.LeftButton)
        QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert heard == ["cancel", "evaluate"]
    assert len(places) == 1
    assert "no model" in start.toolTip()


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


def test_a_message_takes_the_place_of_the_figures_and_moves_nothing(header: SummaryHeader) -> None:
    header.show_result(None)
    heights = set()
    for sentence in ("It does not fit.", ""):
        for shown in (None, result()):
            header.show_result(shown)
            header.show_message(sentence, is_error=True)
            assert bool(header.about.property("error")) == bool(sentence)
            assert header.about.full_text == sentence or header.about.full_text.endswith("nearest mean") == bool(shown)
            heights.add(header.sizeHint().height())
    assert len(heights) == 1
