"""The start of the window: what is shown, and what is not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences


class ShownWindows(QObject):
    """Remembers each widget that was shown as a window of its own."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.found: list[QWidget] = []
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.found.append(watched)
        return False


def test_only_the_main_window_is_shown_as_a_window(qtbot: QtBot, qapp: QApplication) -> None:
    shown = ShownWindows(qapp)
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
    qapp.removeEventFilter(shown)
    assert shown.found == [window]
    window.close()
