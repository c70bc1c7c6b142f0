"""The window of recipes: names on the left, the selected page on the right, and a button to use the recipe."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP
from app.widgets.formula_view import FormulaView, formula_html
from app.widgets.plain_text import plain_tooltip
from nncore.experiments.recipes import Recipe
from nncore.reporting.formula_text import formula_as_text

LIST_LETTERS = 26
"""Width of the list of names, in letters of the body font."""

MIN_PAGE_WIDTH = 240
"""Smallest width of the page in pixels, so that formulas can be read."""


class RecipePage(QWidget):
    """Shows `recipes` and lets the user select one to use."""

    chosen = Signal(Recipe)
    """The Recipe whose page is shown."""
    wanted = Signal(Recipe)
    """The Recipe to use: the button was pressed, or its name was double-clicked or activated with Enter."""

    def __init__(self, recipes: Iterable[Recipe]) -> None:
        super().__init__()
        self._recipes = list(recipes)
        self.names = QListWidget()
        self.page = FormulaView()
        self.use = QPushButton("Use this recipe")
        self.names.setAccessibleName("Recipes")
        self.names.setToolTip("Select a recipe to read about it; Enter uses it.")
        self.page.setAccessibleName("Description of the recipe")
        self.page.setToolTip("What this recipe shows, and its formulas.")
        self.page.setMinimumWidth(MIN_PAGE_WIDTH)
        self.page.document().setDocumentMargin(GROUP_GAP)
        self.names.setSpacing(GAP // 4)
        self.use.setToolTip("Copy the settings of this recipe to the Train tab, where they can be changed.")
        self.use.setProperty("primary", True)
        for recipe in self._recipes:
            item = QListWidgetItem(recipe.title, self.names)
            item.setToolTip(plain_tooltip(recipe.tip))
        self._lay_out()
        self.names.currentRowChanged.connect(self._on_row)
        self.names.itemActivated.connect(self._on_wanted)
        self.use.clicked.connect(self._on_wanted)
        self.names.setCurrentRow(0)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(self.use)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(self.page, 1)
        right.addLayout(below)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GROUP_GAP, GROUP_GAP, GROUP_GAP, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addWidget(self.names)
        layout.addLayout(right, 1)
        self._fit_list()

    @property
    def recipe(self) -> Recipe:
        """The recipe shown."""
        return self._recipes[max(0, self.names.currentRow())]

    def show_recipe(self, name: str) -> None:
        """Show the recipe called `name`, if there is one."""
        for row, recipe in enumerate(self._recipes):
            if recipe.name == name:
                self.names.setCurrentRow(row)

    @Slot(int)
    def _on_row(self, row: int) -> None:
        if row >= 0:
            self._write()
            self.chosen.emit(self.recipe)

    @Slot()
    def _on_wanted(self) -> None:
        self.wanted.emit(self.recipe)

    def _write(self) -> None:
        recipe = self.recipe
        facts = (recipe.spec.summary, f"{recipe.spec.parameter_count:,} weights", recipe.settings_in_words)
        page = recipe.page
        self.page.setAccessibleDescription("; ".join(map(formula_as_text, page.formulas)))
        formulas = "".join(f'<p class="formula">{formula_html(line)}</p>' for line in page.formulas)
        look_at = "".join(f"<li>{escape(each)}</li>" for each in page.look_at)
        self.page.show_page(
            f"<h2>{escape(recipe.title)}</h2>"
            f'<p class="quiet">{escape(", ".join(facts))}. Learns from {escape(recipe.examples.description)}. '
            f"Its name on the command line is {escape(recipe.name)}.</p>"
            f"<p>{escape(page.goal)}</p>"
            f"<h3>The formulas</h3>{formulas}"
            f"<h3>What to look at</h3><ul>{look_at}</ul>"
            f"<h3>Expected</h3><p>{escape(page.expected)}</p>"
            f"<h3>Source</h3><p>{escape(page.source)}</p>"
        )
        self.page.verticalScrollBar().setValue(0)

    def _fit_list(self) -> None:
        self.names.setFixedWidth(LIST_LETTERS * self.fontMetrics().averageCharWidth() + 2 * GROUP_GAP)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def changeEvent(self, event: QEvent) -> None:
        """Fit the list to a new font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit_list()
