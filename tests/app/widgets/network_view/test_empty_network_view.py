"""Before the first drawing the view of a network is empty: no input does anything."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.widgets.network_view.network_view import NetworkView

KEYS = (Qt.Key.Key_0, Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_PageDown)


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
def test_keys_and_clicks_on_an_empty_view_do_nothing(qtbot: QtBot, modifier: Qt.KeyboardModifier) -> None:
    view, chosen = NetworkView(), list[object]()
    qtbot.addWidget(view)
    view.selected.connect(chosen.append)
    with qtbot.waitExposed(view):
        view.show()
    for key in KEYS:
        qtbot.keyClick(view, key, modifier)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, modifier, QPoint(9, 9))
    qtbot.mouseMove(view, QPoint(30, 30))
    assert chosen == []
