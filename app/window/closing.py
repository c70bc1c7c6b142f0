"""What happens when the user closes the window: threads end first, and models that are not saved are asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent

from app.dialogs.unsaved_models import UnsavedModels
from app.window.window_place import keep_place

if TYPE_CHECKING:
    from app.window.main_window import MainWindow

END_RETRY_MILLISECONDS = 500
"""Time after which a window that could not be closed at the end of the user's session tries again."""


class WindowClosing(QObject):
    """Stops the run and waits for all threads; the window stays open if one does not end, or to ask about models."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._is_ending = window, False
        self._unsaved_models = UnsavedModels(window.session, window.files.ask_where_to_save, window)
        self._unsaved_models.settled.connect(window.close, Qt.ConnectionType.QueuedConnection)

    def handle(self, event: QCloseEvent) -> None:
        """Accept the event if the window can close now; otherwise ignore it, and say why the window stays open.

        If the program is ended by `end`, models that could not be saved are kept in another place instead.
        """
        window, session = self._window, self._window.session
        keep_place(window, window.preferences)
        window.tabs.stop_building()
        window.hide()
        if not (session.close() and window.teacher.close() and self._finish_tabs()):
            self._stay_open(event, "A file is still being read or written. Close the window again in a moment.")
        elif self._is_ending:
            self._unsaved_models.rescue()
            event.accept()
        elif session.unsaved_models:
            self._stay_open(event, session.unsaved_models[0].reason)
            self._unsaved_models.ask()
        else:
            event.accept()

    @Slot()
    def end(self) -> None:
        """Close without a question; try again until all threads have ended."""
        self._is_ending = True
        if not self._window.close():
            QTimer.singleShot(END_RETRY_MILLISECONDS, self, self.end)

    def _finish_tabs(self) -> bool:
        """Stop the background work of all tabs and wait for it; False if one does not end in time."""
        # A list, not a generator: `all` must not skip a call after the first False.
        finished = [
            self._window.rescued_offer.finish(),
            self._window.training_actions.finish(),
            *(tab.finish() for tab in self._window.tabs.built()),
        ]
        return all(finished)

    def _stay_open(self, event: QCloseEvent, sentence: str) -> None:
        event.ignore()
        self._window.show()
        self._window.messages.show_error(sentence)
