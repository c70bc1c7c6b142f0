"""The lists of combo boxes keep their delegates through changes of the theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QAbstractItemDelegate, QApplication, QComboBox, QStyledItemDelegate, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from tests.app.theme_choice import apply_theme


@pytest.fixture
def box(qapp: QApplication, qtbot: QtBot) -> Iterator[QComboBox]:
    window, box = QWidget(), QComboBox()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(box)
    box.addItems(["one", "two"])
    apply_theme(qapp, ThemeChoice.LIGHT)
    with qtbot.waitExposed(window):
        window.show()
    yield box
    apply_theme(qapp, ThemeChoice.SYSTEM)


def delegates_after_changes(app: QApplication, box: QComboBox) -> int:
    for theme in (ThemeChoice.DARK, ThemeChoice.LIGHT) * 3:
        apply_theme(app, theme)
    return len(box.findChildren(QAbstractItemDelegate))


def test_changes_of_theme_make_no_new_delegates(qapp: QApplication, box: QComboBox) -> None:
    box.view()
    assert delegates_after_changes(qapp, box) == delegates_after_changes(qapp, box)
    assert box.view().sizeHintForRow(0) > 0


def test_a_delegate_that_was_set_stays(qapp: QApplication, box: QComboBox) -> None:
    delegate = QStyledItemDelegate(box)
    box.setItemDelegate(delegate)
    delegates_after_changes(qapp, box)
    assert box.itemDelegate() is delegate
