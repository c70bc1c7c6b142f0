"""Accuracy under distortions is measured on request and cleared by another model."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.robustness_page import OUTDATED, ROBUSTNESS_DESCRIPTION, RobustnessPage
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


def press(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_tooltip_says_why_nothing_can_be_measured(page: RobustnessPage) -> None:
    assert not page.buttons.start.isEnabled()
    assert "needed" in page.buttons.start.toolTip()
    page.reset(can_measure=True)
    assert page.buttons.start.isEnabled()


def test_points_appear_in_their_plot(page: RobustnessPage, qtbot: QtBot) -> None:
    page.reset(can_measure=True)
    with qtbot.waitSignal(page.measure_requested):
        press(page.buttons.start)
    page.add_point(POINT)
    assert page.plots["Noise"].points == [POINT]
    assert page.plots["Shift"].points == []
    assert page.buttons.stop.isEnabled()
    page.show_end("")
    assert page.buttons.start.isEnabled()
    assert page.plots["Noise"].points == [POINT]


def test_after_stop_no_more_points_are_added(page: RobustnessPage, qtbot: QtBot) -> None:
    page.reset(can_measure=True)
    press(page.buttons.start)
    page.add_point(POINT)
    with qtbot.waitSignal(page.stop_requested):
        press(page.buttons.stop)
    assert not page.buttons.start.isEnabled()
    assert not page.buttons.stop.isEnabled()
    page.add_point(POINT)
    page.show_end("")
    assert page.plots["Noise"].points == [POINT]
    assert page.buttons.start.isEnabled()


def test_another_model_clears_the_curves(page: RobustnessPage) -> None:
    page.reset(can_measure=True)
    press(page.buttons.start)
    page.add_point(POINT)
    page.reset(can_measure=True)
    page.add_point(POINT)
    assert page.plots["Noise"].points == []
    assert page.plots["Noise"].empty_label.text() == OUTDATED
    assert not page.buttons.start.isEnabled()
    page.show_end("")
    assert page.buttons.start.isEnabled()


def test_an_error_is_shown_until_the_next_measurement(page: RobustnessPage) -> None:
    page.reset(can_measure=True)
    press(page.buttons.start)
    page.show_end("Only pictures can be turned.")
    assert page.description.text() == "Only pictures can be turned."
    press(page.buttons.start)
    assert page.description.text() == ROBUSTNESS_DESCRIPTION
