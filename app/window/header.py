"""The header at the right of the tabs: the model in use, and the button of the menu."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from app.style.icons import set_icon
from app.style.theme import GAP
from app.widgets.plain_text import plain_tooltip
from nncore.files.model_file import Model
from nncore.reporting.number_text import counted_text, percent_text

NAME_WIDTH = 260
"""Maximum width of the model's name in the header, in pixels, with the words about what was taught after its accuracy
was measured. A longer name is elided in the middle."""

TEXT_WIDTH = 400
"""Maximum width of the whole text in pixels; a longer one is shown without PREFIX, to leave room for the tabs."""

PREFIX = "model: "

BEFORE_TEACHING = " before teaching", " untaught"
"""These words, the longer ones where there is room."""

CARD_TIP = "Show the model card: origin, settings and accuracy"


NO_EPOCH_YET = ", no epoch yet"
"""In place of the accuracy of a model whose training has not finished an epoch."""

POINT_WITHIN_EPOCH = re.compile(r", step [\d,]+$")
"""The end of the name of a model that was made of a step of a run."""


class WindowHeader(QWidget):
    """Shows the name of the model in use, and opens the menu. A new element is one more widget of its layout."""

    card_requested = Signal()
    """The name of the model was clicked."""

    def __init__(self, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: Model | None = None
        self._taught_count = 0
        self.model_button, self.menu_button = self._new_model_button(), self._new_menu_button(menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.addWidget(self.model_button)
        layout.addWidget(self.menu_button)

    @Slot(object)
    def show_model(self, model: Model) -> None:
        """Show the name of the model in use, and its accuracy or its last epoch."""
        self._model = model
        self._show()

    @Slot(int)
    def show_taught(self, count: int) -> None:
        """Say that the network that reads has learned `count` drawings since its accuracy was measured."""
        self._taught_count = count
        self._show()

    def _show(self) -> None:
        model, taught = self._model, counted_text(self._taught_count, "drawing")
        if model is None:
            return
        card = model.card
        measured = "" if card.test_accuracy is None else f"  {percent_text(card.test_accuracy, 1)}"
        since = self._since(card.name) if measured and self._taught_count else ""
        epoch = f", epoch {card.epochs}" if card.epochs else NO_EPOCH_YET
        is_in_name = card.name.endswith(epoch) or POINT_WITHIN_EPOCH.search(card.name)  # as in that of a point of a run
        accuracy = f"{measured}{since}" or ("" if is_in_name else epoch)
        tip = f"{CARD_TIP}. They are those of its file, without the {taught} that you taught"
        self.model_button.setToolTip(plain_tooltip(tip if self._taught_count else CARD_TIP))
        metrics = self.model_button.fontMetrics()
        room = NAME_WIDTH - metrics.horizontalAdvance(since)
        name = metrics.elidedText(card.name, Qt.TextElideMode.ElideMiddle, room)
        text = f"{PREFIX}{name}{accuracy}"
        shown = text if metrics.horizontalAdvance(text) <= TEXT_WIDTH else text.removeprefix(PREFIX)
        self.model_button.setText(shown.replace("&", "&&"))

    def _since(self, name: str) -> str:
        """The words beside an accuracy that was measured before drawings were taught; fewer beside a wide `name`."""
        metrics = self.model_button.fontMetrics()
        fits = metrics.horizontalAdvance(f"{name}{BEFORE_TEACHING[0]}") <= NAME_WIDTH
        return BEFORE_TEACHING[0 if fits else 1]

    def _new_model_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("model: none yet")
        button.setAutoRaise(True)
        button.setToolTip(CARD_TIP)
        button.setAccessibleName("Model card")
        button.clicked.connect(self.card_requested)
        return button

    def _new_menu_button(self, menu: QMenu) -> QToolButton:
        button = QToolButton()
        set_icon(button, "menu")
        button.setAutoRaise(True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip("Menu (F10)")
        button.setAccessibleName("Menu")
        button.setMenu(menu)
        QShortcut(QKeySequence("F10"), self, button.showMenu).setWhatsThis("Menu")
        return button
