"""The window of recipes: names on the left, the selected page on the right, and a button to use the recipe."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import QEvent, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from app.dialogs.recipes.formula import picture_of
from app.style.theme import GAP, GROUP_GAP, colours_of, scaled
from nncore.experiments.recipes import Recipe
from nncore.experiments.recipes.page import as_text

LIST_LETTERS = 26
"""Width of the list of names, in letters of the body font."""

SMALLEST_PAGE = 240
"""Smallest width of the page in pixels, so that formulas can be read."""


FORMULA_SCALE = 1.15

BETWEEN_FORMULAS = ", &nbsp; "
"""The separator of formulas in a line, where the line may break."""


class FormulaBrowser(QTextBrowser):
    """A text browser that shows formulas as images, which are rendered with the page."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[QImage] = []

    def typeset(self, formula: str) -> str:
        """HTML that shows `formula`, in pieces between which a narrow page may break the line."""
        return " &nbsp; ".join(map(self._picture, formula.replace(BETWEEN_FORMULAS, ",\n").split("\n")))

    def _picture(self, formula: str) -> str:
        colour, font = QColor(colours_of(self).text), scaled(self.font(), FORMULA_SCALE)
        picture = picture_of(formula, font, colour, self.devicePixelRatioF())
        self.pictures.append(picture)
        size = picture.deviceIndependentSize().toSize()
        name = f"formula:{len(self.pictures) - 1}"
        return f'<img src="{name}" width="{size.width()}" height="{size.height()}" style="vertical-align: middle">'

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Return the image of a formula; other resources are never loaded."""
        number = QUrl(name).path()
        return self.pictures[int(number)] if number.isdigit() and int(number) < len(self.pictures) else None


class RecipePage(QWidget):
    """Shows `recipes` and lets the user select one to use."""

    chosen = Signal(Recipe)
    """The Recipe whose page is shown."""
    wanted = Signal(Recipe)
    """The Recipe to use: the button was pressed, or its name was double-clicked or activated with Enter."""

    def __init__(self, recipes: Iterable[Recipe]) -> None:
        super().__init__()
        self._recipes = list(recipes)
        self.names, self.page, self.use = QListWidget(), FormulaBrowser(), QPushButton("Use this recipe")
        self.names.setAccessibleName("Recipes")
        self.names.setToolTip("Select a recipe to read about it; Enter uses it.")
        self.page.setAccessibleName("Description of the recipe")
        self.page.setToolTip("What this recipe shows, and its formulas.")
        self.page.setMinimumWidth(SMALLEST_PAGE)
        self.names.setSpacing(GAP // 4)
        self.use.setToolTip("Copy the settings of this recipe to the Train tab, where they can be changed.")
        self.use.setProperty("primary", True)
        for recipe in self._recipes:
            item = QListWidgetItem(recipe.title, self.names)
            item.setToolTip(f"{recipe.name}: {recipe.description}")
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
        recipe, colours = self.recipe, colours_of(self)
        facts = (recipe.spec.summary, f"{recipe.spec.parameter_count:,} weights", recipe.settings_in_words)
        self.page.document().setDefaultStyleSheet(
            f"p, li {{ color: {colours.text}; line-height: 140%; margin-bottom: {GAP}px; }}"
            f"h2, h3 {{ color: {colours.text}; margin-top: {GROUP_GAP}px; margin-bottom: {GAP // 2}px; }}"
            f".quiet {{ color: {colours.quiet_text}; }}"
            f".formula {{ margin-left: {GROUP_GAP}px; line-height: 100%; }}"
        )
        self.page.document().setDocumentMargin(GROUP_GAP)
        self.page.pictures.clear()
        self.page.setAccessibleDescription("; ".join(map(as_text, recipe.page.formulas)))
        self.page.setHtml(
            f"<h2>{escape(recipe.title)}</h2>"
            f'<p class="quiet">{escape(recipe.name)}: {escape(", ".join(facts))}. '
            f"Learns from {escape(recipe.examples.description)}.</p>"
            f"{recipe.page.to_html(self.page.typeset)}"
        )

    def _fit_list(self) -> None:
        self.names.setFixedWidth(LIST_LETTERS * self.fontMetrics().averageCharWidth() + 2 * GROUP_GAP)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def changeEvent(self, event: QEvent) -> None:
        """Render the page again for another theme or font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit_list()
            self._write()
