import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.recipe_chooser import RecipeChooser
from nncore.experiments.recipes import RECIPES


@pytest.fixture
def chooser(qtbot: QtBot) -> RecipeChooser:
    chooser = RecipeChooser()
    qtbot.addWidget(chooser)
    chooser.show()
    return chooser


def test_every_recipe_is_offered_with_its_description(chooser: RecipeChooser) -> None:
    choice = chooser.choice
    assert [choice.itemData(number) for number in range(choice.count())] == list(RECIPES)
    for number, recipe in enumerate(RECIPES.values()):
        assert recipe.title in choice.itemData(number, Qt.ItemDataRole.ToolTipRole)


def test_a_choice_by_keyboard_emits_its_name(chooser: RecipeChooser, qtbot: QtBot) -> None:
    second = list(RECIPES)[1]
    chooser.show_recipe(next(iter(RECIPES)))
    with qtbot.waitSignal(chooser.chosen) as choice:
        qtbot.keyClick(chooser.choice, Qt.Key.Key_Down)
    assert choice.args == [second]
    assert chooser.recipe is RECIPES[second]


def test_showing_a_recipe_does_not_fill_in_its_settings(chooser: RecipeChooser, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(chooser.chosen):
        chooser.show_recipe("mlp")
    assert chooser.recipe is RECIPES["mlp"]


def test_a_locked_choice_has_a_reason_and_its_page_can_be_opened(chooser: RecipeChooser, qtbot: QtBot) -> None:
    chooser.lock("A run is on.")
    assert not chooser.choice.isEnabled()
    assert chooser.choice.toolTip().endswith("A run is on.")
    with qtbot.waitSignal(chooser.page_requested):
        qtbot.mouseClick(chooser.page_button, Qt.MouseButton.LeftButton)
