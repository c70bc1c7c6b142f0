from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.robustness_page import STALE, WHAT, RobustnessPage
from nncore.evaluation.robustness import DISTORTIONS, RobustnessPoint

NOISE = DISTORTIONS[0]
POINT = RobustnessPoint(NOISE, 0.0, 0.9, 100)


@pytest.fixture
def page(qtbot: QtBot) -> RobustnessPage:
    page = RobustnessPage()
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    return page


def press(page: RobustnessPage) -> None:
    QTest.mouseClick(page.button, Qt.MouseButton.LeftButton)


def test_the_tooltip_says_why_nothing_can_be_measured(page: RobustnessPage) -> None:
    assert not page.button.isEnabled()
    assert "needed" in page.button.toolTip()
    page.forget(can_measure=True)
    assert page.button.isEnabled()


def test_points_appear_in_their_plot(page: RobustnessPage, qtbot: QtBot) -> None:
    page.forget(can_measure=True)
    with qtbot.waitSignal(page.measure_requested):
        press(page)
    page.add(POINT)
    assert page.plots["Noise"].points == [POINT]
    assert page.plots["Shift"].points == []
    assert page.button.text() == "&Stop"
    page.end("")
    assert page.button.text() == "&Measure"
    assert page.plots["Noise"].points == [POINT]


def test_after_stop_no_more_points_are_added(page: RobustnessPage, qtbot: QtBot) -> None:
    page.forget(can_measure=True)
    press(page)
    page.add(POINT)
    with qtbot.waitSignal(page.stop_requested):
        press(page)
    assert not page.button.isEnabled()
    page.add(POINT)
    page.end("")
    assert page.plots["Noise"].points == [POINT]
    assert page.button.isEnabled()


def test_another_model_clears_the_curves(page: RobustnessPage) -> None:
    page.forget(can_measure=True)
    press(page)
    page.add(POINT)
    page.forget(can_measure=True)
    page.add(POINT)
    assert page.plots["Noise"].points == []
    assert page.plots["Noise"].empty.text() == STALE
    assert not page.button.isEnabled()
    page.end("")
    assert page.button.isEnabled()


def test_an_error_is_shown_until_the_next_measurement(page: RobustnessPage) -> None:
    page.forget(can_measure=True)
    press(page)
    page.end("Only pictures can be turned.")
    assert page.what.text() == "Only pictures can be turned."
    press(page)
    assert page.what.text() == WHAT
