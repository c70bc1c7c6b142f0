"""Text size, projector mode and theme are changed by menu and key, and are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.style.fonts import TEXT_SCALES
from app.style.theme import Appearance, ThemeChoice, appearance, apply_appearance
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    preferences = WindowPreferences()
    preferences.appearance = Appearance(ThemeChoice.LIGHT)
    apply_appearance(qapp, preferences.appearance)
    window = MainWindow(Session(), preferences)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield window
    window.close()
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


def entry(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text().replace("&", "") == text)


def test_keys_change_the_text_size_of_everything_and_it_is_kept(
    window: MainWindow, qapp: QApplication, qtbot: QtBot
) -> None:
    label = next(label for label in window.train_tab.findChildren(QLabel) if label.text())
    axis = window.train_tab.curves.loss.plot.axes["bottom"]
    body, quiet = qapp.font().pointSizeF(), axis.style["tickFont"].pointSizeF()
    before = label.fontMetrics().height()
    qtbot.keyClick(window, Qt.Key.Key_Plus, CTRL)
    qtbot.keyClick(window, Qt.Key.Key_Equal, CTRL)
    assert appearance(qapp).text_scale == 1.25
    assert qapp.font().pointSizeF() == pytest.approx(1.25 * body)
    assert axis.style["tickFont"].pointSizeF() == pytest.approx(1.25 * quiet, rel=0.02)
    assert label.fontMetrics().height() > before
    assert WindowPreferences().appearance.text_scale == 1.25
    qtbot.keyClick(window, Qt.Key.Key_Minus, CTRL)
    assert WindowPreferences().appearance.text_scale == 1.1
    qtbot.keyClick(window, Qt.Key.Key_0, CTRL)
    assert WindowPreferences().appearance == Appearance(ThemeChoice.LIGHT)
    assert qapp.font().pointSizeF() == pytest.approx(body)


def test_the_text_size_stays_at_the_largest_step(window: MainWindow, qapp: QApplication, qtbot: QtBot) -> None:
    window.set_appearance(Appearance(ThemeChoice.LIGHT, TEXT_SCALES[-1]))
    qtbot.keyClick(window, Qt.Key.Key_Plus, CTRL)
    assert appearance(qapp).text_scale == TEXT_SCALES[-1]


def test_projector_mode_is_switched_by_its_key_and_kept(window: MainWindow, qapp: QApplication, qtbot: QtBot) -> None:
    pen = window.train_tab.curves.loss.lines.curves[1].opts["pen"]
    size = qapp.font().pointSizeF()
    assert pen.width() == 1
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.entries.view.projector.isChecked()
    assert WindowPreferences().appearance.projector
    assert qapp.font().pointSizeF() > 1.3 * size
    assert window.train_tab.curves.loss.lines.curves[1].opts["pen"].width() == 3
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert WindowPreferences().appearance == Appearance(ThemeChoice.LIGHT)
    assert qapp.font().pointSizeF() == pytest.approx(size)


def test_a_theme_is_checked_and_leaves_the_text_size(window: MainWindow, qapp: QApplication) -> None:
    window.set_appearance(Appearance(ThemeChoice.LIGHT, 1.5))
    view = window.entries.view
    themes = entry(view, "Theme").menu()
    assert isinstance(themes, QMenu)
    assert entry(themes, "Light").isChecked()
    entry(themes, "Dark").trigger()
    assert appearance(qapp) == Appearance(ThemeChoice.DARK, 1.5)
    assert entry(themes, "Dark").isChecked()
    assert not entry(themes, "Light").isChecked()


def test_the_entries_show_the_appearance_of_the_last_start(window: MainWindow, qtbot: QtBot) -> None:
    window.set_appearance(replace(Appearance(ThemeChoice.DARK), projector=True))
    again = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(again)
    assert again.entries.view.projector.isChecked()
    again.close()
