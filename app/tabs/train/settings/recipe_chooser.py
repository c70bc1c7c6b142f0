"""The list of recipes, a button that opens the page of the selected recipe, and the way back to its settings."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QStandardItemModel
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QWidget,
)

from app.style.icons import set_icon
from app.style.theme import GAP, colours_of
from app.widgets.elements import text_label
from app.widgets.form import Choice
from app.widgets.plain_text import plain_tooltip
from app.widgets.selection_mark import mark_selected
from nncore.experiments.recipes import RECIPE_GROUPS, RECIPES, Recipe
from nncore.reporting.number_text import about_duration_text

RECIPE_TIP = "A recipe fills in all settings; you can change each of them afterwards."

REPLACE_TIP = "Replace these settings by those of the recipe."

Index = QModelIndex | QPersistentModelIndex

RESULT_ROLE = Qt.ItemDataRole.UserRole + 1
"""The text at the right edge of an item: what to expect, and how long it takes."""


class RecipeChoice(Choice):
    """The titles of all recipes under the headings of their groups, with the expected result and time at the right."""

    opened = Signal()
    """The list of recipes is about to be shown."""

    def __init__(self) -> None:
        super().__init__({})
        for group in RECIPE_GROUPS:
            self.addItem(group)
            self._model.item(self.count() - 1).setFlags(Qt.ItemFlag.NoItemFlags)
            for recipe in (recipe for recipe in RECIPES.values() if recipe.group == group):
                self.addItem(recipe.title, recipe.name)
                self.setItemData(self.count() - 1, plain_tooltip(recipe.tip), Qt.ItemDataRole.ToolTipRole)
                self.show_seconds(recipe.name, None)
        self.view().setItemDelegate(_RecipeDelegate(self))

    @property
    def _model(self) -> QStandardItemModel:
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        return model

    def show_seconds(self, name: str, seconds: float | None) -> None:
        """Show how many seconds the recipe `name` takes on this machine; None if that is not known."""
        recipe, number = RECIPES[name], self.findData(name)
        time = "" if seconds is None else f", {about_duration_text(seconds)}"
        self.setItemData(number, recipe.result + time, RESULT_ROLE)
        self.setItemData(
            number, f"{recipe.title}: {self.itemData(number, RESULT_ROLE)}", Qt.ItemDataRole.AccessibleTextRole
        )

    def showPopup(self) -> None:
        """Open the list, as wide as its longest item."""
        self.opened.emit()
        self.view().setMinimumWidth(max(self.width(), self.view().sizeHintForColumn(0) + 4 * GAP))
        super().showPopup()


class _RecipeDelegate(QStyledItemDelegate):
    """Draws a heading quietly, and the result of a recipe at the right of its title."""

    def __init__(self, choice: QWidget) -> None:
        super().__init__(choice)
        self._list = choice

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.font.setBold(index.data(Qt.ItemDataRole.UserRole) is None)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        result = option.fontMetrics.horizontalAdvance("88.8 %, about 88 min")
        return QSize(size.width() + result + 2 * GAP, size.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if option.state & QStyle.StateFlag.State_Selected:
            mark_selected(painter, option.rect, colours_of(self._list))
        if result := index.data(RESULT_ROLE):
            painter.setPen(QColor(colours_of(self._list).quiet_text))
            area = option.rect.adjusted(0, 0, -GAP, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, result)


class RecipeChooser(QWidget):
    """Lets the user select a recipe; selecting the same one again restores its settings."""

    chosen = Signal(str)
    """The name of the recipe to fill in."""
    page_requested = Signal(str)
    """The name of the recipe whose page is to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self._label = QLabel("recipe")
        self.choice = RecipeChoice()
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
        self.show_recipe(next(iter(RECIPES)))
        self.lock("")

    @property
    def recipe(self) -> Recipe:
        """The selected recipe; its settings may have been changed after that."""
        return RECIPES[self.choice.value]

    def show_recipe(self, name: str) -> None:
        """Show the title of this recipe without filling in its settings."""
        number = self.choice.findData(name)
        self.choice.setCurrentIndex(number if number >= 0 else self.choice.findData(next(iter(RECIPES))))

    def lock(self, reason: str) -> None:
        """Disable the list and give the reason in its tooltip; enable it if `reason` is empty."""
        self.choice.setEnabled(not reason)
        self._label.setEnabled(not reason)
        self.choice.setToolTip(f"{RECIPE_TIP} {reason}".rstrip())

    @Slot()
    def _on_activated(self) -> None:
        self.chosen.emit(self.choice.value)


class RestoredRow(QWidget):
    """Hidden until settings of an earlier start are shown."""

    recipe_requested = Signal()
    """The user wants the settings of the recipe."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence, self.button = text_label(), QToolButton()
        self.button.setText("Use the recipe's own")
        self.button.setProperty("plain", True)
        self.button.clicked.connect(self.recipe_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.sentence, 1)
        layout.addWidget(self.button)
        self.lock("")
        self.show_sentence("")

    def show_sentence(self, sentence: str) -> None:
        """Say where the settings come from; "" hides the line."""
        self.sentence.setText(sentence)
        self.setVisible(bool(sentence))

    def lock(self, reason: str) -> None:
        """Disable the button and give the reason in its tooltip; enable it if `reason` is empty."""
        self.button.setEnabled(not reason)
        self.button.setToolTip(f"{REPLACE_TIP} {reason}".rstrip())
