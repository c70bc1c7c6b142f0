"""Earlier tests are listed, opened, deleted and restored by keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.my_hand.history_list import HistoryList
from tests.app.tabs.my_hand.samples import ENTRIES
from tests.app.theme_choice import apply_theme


@pytest.fixture
def listed(qapp: QApplication, qtbot: QtBot) -> HistoryList:
    apply_theme(qapp, ThemeChoice.LIGHT)
    widget = HistoryList()
    qtbot.addWidget(widget)
    widget.resize(700, 300)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.activateWindow()
    widget.setFocus()
    widget.set_entries(ENTRIES)
    return widget


def test_each_row_has_date_model_and_accuracy(listed: HistoryList) -> None:
    row = listed.topLevelItem(1)
    assert row is not None
    assert [row.text(column) for column in range(5)] == ["1 Jan 2026, 10:00", "convnet", "90 %", "70 to 97 %", "20"]
    named = listed.topLevelItem(0)
    assert named is not None
    assert named.text(1) == "<b>bold</b>"
    assert "&lt;b&gt;" in named.toolTip(1)


def test_keys_open_delete_and_restore_a_test(listed: HistoryList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(listed.opened) as opened:
        QTest.keyClick(listed, Qt.Key.Key_Return)
    assert opened.args == [Path("b.jsonl")]
    QTest.keyClick(listed, Qt.Key.Key_Down)
    with qtbot.waitSignal(listed.deleted) as deleted:
        QTest.keyClick(listed, Qt.Key.Key_Delete)
    assert deleted.args == [Path("a.jsonl")]
    with qtbot.waitSignal(listed.undo_requested):
        QTest.keySequence(listed, QKeySequence("Ctrl+Z"))


def test_the_selection_stays_in_its_row_when_the_list_changes(listed: HistoryList) -> None:
    assert listed.chosen == Path("b.jsonl")
    QTest.keyClick(listed, Qt.Key.Key_Down)
    listed.set_entries([ENTRIES[0], replace(ENTRIES[1], path=Path("next.jsonl"))])
    assert listed.chosen == Path("next.jsonl")
    listed.set_entries(ENTRIES[:1])
    assert listed.chosen == Path("b.jsonl")
    listed.set_entries([])
    assert listed.chosen is None
    listed.open_chosen()
    listed.delete_chosen()
