from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QApplication, QComboBox, QStyledItemDelegate
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice, apply_theme


@pytest.fixture
def box(qapp: QApplication, qtbot: QtBot) -> Iterator[QComboBox]:
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["one", "two"])
    apply_theme(qapp, ThemeChoice.LIGHT)
    box.show()
    yield box
    apply_theme(qapp, ThemeChoice.SYSTEM)


def change_theme_often(app: QApplication) -> None:
    for theme in (ThemeChoice.DARK, ThemeChoice.LIGHT) * 3:
        apply_theme(app, theme)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_combo_box_has_one_delegate_after_many_changes_of_theme(qapp: QApplication, box: QComboBox) -> None:
    change_theme_often(qapp)
    assert len(box.findChildren(QAbstractItemDelegate)) == 2  # that of the box, and the first one of its list
    assert box.view().sizeHintForRow(0) > 0


def test_a_delegate_that_was_set_stays(qapp: QApplication, box: QComboBox) -> None:
    delegate = QStyledItemDelegate(box)
    box.setItemDelegate(delegate)
    change_theme_often(qapp)
    assert box.itemDelegate() is delegate
    assert not box.grab().isNull()
