"""Recipes are offered by group with their result and time, and one is chosen by keyboard."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.recipe_chooser import RESULT_ROLE, RecipeChooser
from nncore.experiments.recipes import RECIPE_GROUPS, RECIPES


@pytest.fixture
def chooser(qtbot: QtBot) -> RecipeChooser:
    chooser = RecipeChooser()
    qtbot.addWidget(chooser)
    chooser.show()
    return chooser


def test_every_recipe_is_offered_by_its_title_under_the_heading_of_its_group(chooser: RecipeChooser) -> None:
    choice, group, shown = chooser.choice, "", dict[str, str]()
    for number in range(choice.count()):
        if (name := choice.itemData(number)) is None:
            group = choice.itemText(number)
            continue
        shown[name] = group
        assert choice.itemText(number) == RECIPES[name].title
        assert RECIPES[name].result in choice.itemData(number, Qt.ItemDataRole.AccessibleTextRole)
        assert name in choice.itemData(number, Qt.ItemDataRole.ToolTipRole)
    assert shown == {name: recipe.group for name, recipe in RECIPES.items()}
    assert list(shown) == list(RECIPES)
    assert tuple(dict.fromkeys(shown.values())) == RECIPE_GROUPS


def test_a_measured_time_is_shown_beside_the_result(chooser: RecipeChooser) -> None:
    chooser.choice.show_seconds("mlp", 100.0)
    chooser.choice.show_seconds("quick", 0.2)
    assert text_at_the_right(chooser, "mlp") == "99 %, about 2 min"
    assert text_at_the_right(chooser, "quick") == "97 %, under 1 s"


def text_at_the_right(chooser: RecipeChooser, name: str) -> str:
    return str(chooser.choice.itemData(chooser.choice.findData(name), RESULT_ROLE))


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_opening_the_list_is_reported_and_shows_all_of_each_row(chooser: RecipeChooser, qtbot: QtBot) -> None:
    for name in RECIPES:
        chooser.choice.show_seconds(name, 58 * 60)
    with qtbot.waitSignal(chooser.choice.opened):
        qtbot.mouseClick(chooser.choice, Qt.MouseButton.LeftButton)
    view, metrics = chooser.choice.view(), chooser.fontMetrics()
    for name, recipe in RECIPES.items():
        needed = metrics.horizontalAdvance(recipe.title + text_at_the_right(chooser, name))
        assert view.viewport().width() > needed, name
    chooser.choice.hidePopup()


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
