"""Entries of the menu and their shortcuts call their functions while the menu is closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.style.theme import DARK, LIGHT, ThemeChoice
from app.window.menu.main_menu import MainMenu
from tests.app.theme_choice import apply_theme


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[QWidget]:
    apply_theme(qapp, ThemeChoice.LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield window
    apply_theme(qapp, ThemeChoice.LIGHT)


def colour_of(icon: QIcon) -> QColor:
    """The colour of the most opaque pixel."""
    image = icon.pixmap(QSize(24, 24)).toImage()
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return max((image.pixelColor(x, y) for x, y in places), key=QColor.alpha)


def test_choosing_an_entry_calls_its_function(window: QWidget) -> None:
    done: list[str] = []
    menu = MainMenu(window)
    action = menu.add("&Save", lambda: done.append("saved"))
    assert action in menu.actions()
    action.trigger()
    assert done == ["saved"]


def test_the_shortcut_of_an_entry_works_while_the_menu_is_closed(window: QWidget, qtbot: QtBot) -> None:
    done: list[str] = []
    MainMenu(window).add("&Save", lambda: done.append("saved"), QKeySequence("Ctrl+S"))
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert done == ["saved"]


def test_an_icon_follows_the_theme_while_the_menu_is_closed(window: QWidget, qapp: QApplication) -> None:
    menu = MainMenu(window)
    action, plain = menu.add("&Save", lambda: None, icon_name="save"), menu.add("&Quit", lambda: None)
    assert plain.icon().isNull()
    assert colour_of(action.icon()) == QColor(LIGHT.text)
    apply_theme(qapp, ThemeChoice.DARK)
    assert colour_of(action.icon()) == QColor(DARK.text)
