"""The list of keys has each shortcut once, under the window or dialog to which it belongs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.help.shortcut_list import Shortcut, ShortcutList, shortcuts_of


def test_actions_shortcuts_and_buttons_are_listed_once_and_parts_are_left_out(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    part = QWidget(root)
    redo = QAction("&Redo…", root)
    redo.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
    root.addAction(redo)
    QAction("Without a key", root)
    QShortcut(QKeySequence("F10"), root).setWhatsThis("Menu")
    QPushButton("&Underlined", root)
    teach = QPushButton("7", root)
    teach.setShortcut("Alt+7")
    teach.setAccessibleName("Teach a 7")
    QShortcut(QKeySequence("Del"), part).setWhatsThis("Delete")
    assert shortcuts_of(root, [part]) == [
        Shortcut("Redo", ("Ctrl+Y", "Ctrl+Shift+Z")),
        Shortcut("Menu", ("F10",)),
        Shortcut("Teach a 7", ("Alt+7",)),
    ]
    assert shortcuts_of(part) == [Shortcut("Delete", ("Del",))]


def test_groups_are_shown_and_empty_ones_are_not(qtbot: QtBot) -> None:
    shown = ShortcutList([("Everywhere", [Shortcut("Menu", ("F10",))]), ("Data", [])])
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(shown)
    assert shown.rows.topLevelItemCount() == 1
    group = shown.rows.topLevelItem(0)
    assert group is not None
    assert group.text(0) == "Everywhere"
    row = group.child(0)
    assert row is not None
    assert (row.text(0), row.text(1)) == ("Menu", "F10")


def test_the_keys_of_a_dialog_are_not_those_of_its_window(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    guide = QDialog(root)
    QShortcut(QKeySequence("F3"), guide).setWhatsThis("Find the next place")
    QShortcut(QKeySequence("F10"), root).setWhatsThis("Menu")
    assert shortcuts_of(root) == [Shortcut("Menu", ("F10",))]
    assert shortcuts_of(guide) == [Shortcut("Find the next place", ("F3",))]
