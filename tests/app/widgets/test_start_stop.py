"""Start and Stop are different buttons, and only one of them can be used."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.widgets.plain_text import plain_tooltip
from app.widgets.start_stop import STOPPING, StartStopButtons

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def buttons(qtbot: QtBot) -> StartStopButtons:
    buttons = StartStopButtons(
        QPushButton("Measure"), QPushButton("Stop"), purposes=("Measure it.", "End it."), idle="Idle.", busy="Busy."
    )
    qtbot.addWidget(buttons)
    with qtbot.waitExposed(buttons):
        buttons.show()
    buttons.activateWindow()
    return buttons


def test_a_second_click_at_the_same_place_never_stops_what_the_first_one_started(
    buttons: StartStopButtons, qtbot: QtBot
) -> None:
    heard: list[str] = []
    buttons.start_requested.connect(lambda: heard.append("start"))
    buttons.start_requested.connect(lambda: buttons.show_state(is_busy=True))
    buttons.stop_requested.connect(lambda: heard.append("stop"))
    place = buttons.start.mapTo(buttons, QPoint(9, 9))
    for _ in range(2):
        qtbot.mouseClick(buttons.childAt(place) or buttons, LEFT)
    assert heard == ["start"]
    assert (buttons.start.text(), buttons.stop.text()) == ("Measure", "Stop")
    qtbot.mouseClick(buttons.stop, LEFT)
    assert heard == ["start", "stop"]


def test_a_disabled_button_says_why(buttons: StartStopButtons) -> None:
    for state, start_tip, stop_tip in (
        ({"is_busy": False}, "Measure it.", "Idle."),
        ({"is_busy": False, "obstacle": "No data."}, "No data.", "Idle."),
        ({"is_busy": True, "obstacle": "No data."}, "Busy.", "End it."),
        ({"is_busy": True, "is_stopping": True}, STOPPING, STOPPING),
    ):
        buttons.show_state(**state)
        assert buttons.start.toolTip() == plain_tooltip(start_tip)
        assert buttons.stop.toolTip() == plain_tooltip(stop_tip)
        assert buttons.start.isEnabled() == (start_tip == "Measure it.")
        assert buttons.stop.isEnabled() == (stop_tip == "End it.")


def test_the_focus_goes_to_the_button_that_can_be_used(buttons: StartStopButtons, qtbot: QtBot) -> None:
    buttons.start.setFocus()
    buttons.show_state(is_busy=True)
    assert buttons.stop.hasFocus()
    buttons.show_state(is_busy=False)
    assert buttons.start.hasFocus()
    buttons.show_state(is_busy=False, obstacle="No data.")
    assert not buttons.stop.hasFocus()
