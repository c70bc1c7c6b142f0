"""The question about models of runs that could not be saved, before the window closes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.dialogs.help.help_keys import add_help_keys
from app.session.session import Session
from app.storage.models.rescued_models import rescue
from nncore.errors import ModelFileError
from nncore.files.model_file import Model


class UnsavedModels(QObject):
    """Asks, for one model after another, whether to save it in another place, to discard it, or not to close."""

    settled = Signal()
    """Each of the models is saved or discarded, so the window can close."""

    def __init__(self, session: Session, ask_where_to_save: Callable[[Model], QFileDialog], window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._ask_where_to_save = ask_where_to_save
        self._window = window
        self._box: QMessageBox | None = None
        self._is_closing = False
        session.unsaved_models_changed.connect(self._go_on)
        session.error_message.connect(self._stay)

    def ask(self) -> None:
        """Ask about the first model, unless the question is on the screen already; there must be one."""
        if self._box is not None:
            self._box.activateWindow()
            return
        buttons = QMessageBox.StandardButton
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "Digit Lab",
            self._session.unsaved_models[0].reason,
            buttons.Save | buttons.Discard | buttons.Cancel,
            self._window,
        )
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText("Save the model in another place? If you discard it, it is lost.")
        box.button(buttons.Save).setText("Save as…")
        box.button(buttons.Save).setToolTip("Choose a folder and a name for the model.")
        box.button(buttons.Discard).setToolTip("Lose this model, and close.")
        box.button(buttons.Cancel).setText("Do not close")
        box.button(buttons.Cancel).setToolTip("Keep the window open, with the model in it.")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._act)
        add_help_keys(box, "models")
        self._box = box
        box.open()

    def rescue(self) -> None:
        """Keep all models in another place, without a question; a model that is lost is named in the log."""
        for model in [each.model for each in self._session.unsaved_models]:
            try:
                logging.warning("The model %s is kept as %s.", model.card.name, rescue(model))
            except ModelFileError as problem:
                logging.critical("%s", problem)

    @Slot(int)
    def _act(self, button: int) -> None:
        self._box = None
        self._is_closing = button != QMessageBox.StandardButton.Cancel
        model = self._session.unsaved_models[0].model
        if button == QMessageBox.StandardButton.Save:
            self._ask_where_to_save(model).rejected.connect(self._stay)
        elif button == QMessageBox.StandardButton.Discard:
            self._session.discard_unsaved(model)

    @Slot()
    def _stay(self) -> None:
        self._is_closing = False

    @Slot()
    def _go_on(self) -> None:
        if self._is_closing and self._session.unsaved_models:
            self.ask()
        elif self._is_closing:
            self._is_closing = False
            self.settled.emit()
