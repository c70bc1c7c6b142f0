"""The list of recipes, and a button that opens the page of the selected recipe."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.style.icons import set_icon
from app.style.theme import GAP
from app.widgets.form import Choice
from app.widgets.plain_text import plain_tooltip
from nncore.experiments.recipes import RECIPES, Recipe

TIP = "A recipe fills in all settings; you can change each of them afterwards."


class RecipeChooser(QWidget):
    """Lets the user select a recipe; selecting the same one again restores its settings."""

    chosen = Signal(str)
    """The name of the recipe to fill in."""
    page_requested = Signal(str)
    """The name of the recipe whose page is to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self._label = QLabel("recipe")
        self.choice = Choice({name: name for name in RECIPES})
        for number, recipe in enumerate(RECIPES.values()):
            sentence = f"{recipe.title}. {recipe.description}"
            self.choice.setItemData(number, plain_tooltip(sentence), Qt.ItemDataRole.ToolTipRole)
        self.choice.setAccessibleName("recipe")
        self._label.setBuddy(self.choice)
        self.page_button = QToolButton()
        self.page_button.setAccessibleName("about this recipe")
        self.page_button.setToolTip("Show the page that explains this recipe: its formulas, and what to observe.")
        set_icon(self.page_button, "info")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._label)
        layout.addWidget(self.choice, 1)
        layout.addWidget(self.page_button)
        self.choice.activated.connect(self._on_activated)
        self.page_button.clicked.connect(lambda: self.page_requested.emit(self.choice.value))
        self.lock("")

    @property
    def recipe(self) -> Recipe:
        """The selected recipe; its settings may have been changed since."""
        return RECIPES[self.choice.value]

    def show_recipe(self, name: str) -> None:
        """Show the name of this recipe without filling in its settings."""
        self.choice.setCurrentIndex(max(0, self.choice.findData(name)))

    def lock(self, reason: str) -> None:
        """Disable the list and give the reason in its tooltip; enable it if `reason` is empty."""
        self.choice.setEnabled(not reason)
        self._label.setEnabled(not reason)
        self.choice.setToolTip(f"{TIP} {reason}".rstrip())

    @Slot()
    def _on_activated(self) -> None:
        self.chosen.emit(self.choice.value)
