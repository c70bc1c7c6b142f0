"""The header at the right of the tabs: the model in use, and the button of the menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from app.style.icons import set_icon
from app.style.theme import GAP
from nncore.files.model_file import Model
from nncore.reporting.number_text import percent_text

NAME_WIDTH = 260
"""Maximum width of the model's name in the header, in pixels. A longer name is elided in the middle."""


class WindowHeader(QWidget):
    """Shows the name of the model in use, and opens the menu. A new element is one more widget of its layout."""

    card_requested = Signal()
    """The name of the model was clicked."""

    def __init__(self, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_button, self.menu_button = self._new_model_button(), self._new_menu_button(menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.addWidget(self.model_button)
        layout.addWidget(self.menu_button)

    @Slot(object)
    def show_model(self, model: Model) -> None:
        """Show the name of the model in use, and its accuracy or its last epoch."""
        card = model.card
        accuracy = (
            f", epoch {card.epochs}" if card.test_accuracy is None else f"  {percent_text(card.test_accuracy, 1)}"
        )
        name = self.model_button.fontMetrics().elidedText(card.name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        self.model_button.setText(f"model: {name}{accuracy}".replace("&", "&&"))

    def _new_model_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("model: none yet")
        button.setAutoRaise(True)
        button.setToolTip("Show the model card: origin, settings and accuracy")
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
