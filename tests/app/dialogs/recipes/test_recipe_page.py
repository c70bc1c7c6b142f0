"""Every recipe can be read with its formulas, and used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.dialogs.recipes.recipe_page import RecipePage
from app.style.theme import ThemeChoice
from nncore.experiments.recipes import RECIPES, recipe_named
from tests.app.theme_choice import apply_theme

IMAGE = "\ufffc"
"""The character of an image in the text of a QTextDocument."""


@pytest.fixture
def page(qtbot: QtBot) -> RecipePage:
    page = RecipePage(RECIPES.values())
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def dark_theme(qapp: QApplication) -> Iterator[None]:
    apply_theme(qapp, ThemeChoice.DARK)
    yield
    apply_theme(qapp, ThemeChoice.LIGHT)


def images_of(page: RecipePage) -> list[QImage]:
    """The images on the page, in their order."""
    document, images = page.page.document(), []
    place = document.find(IMAGE, QTextCursor(document))
    while not place.isNull():
        name = QUrl(place.charFormat().toImageFormat().name())
        images.append(QImage(document.resource(QTextDocument.ResourceType.ImageResource, name)))
        place = document.find(IMAGE, place)
    return images


def test_every_recipe_is_listed_and_the_first_is_shown(page: RecipePage) -> None:
    assert page.names.count() == len(RECIPES)
    assert page.recipe is next(iter(RECIPES.values()))
    assert page.recipe.title in page.page.toPlainText()


def test_arrow_keys_select_a_recipe(page: RecipePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.chosen) as told:
        qtbot.keyClick(page.names, Qt.Key.Key_Down)
    second = list(RECIPES.values())[1]
    assert told.args == [second]
    assert second.title in page.page.toPlainText()


def test_a_recipe_is_shown_with_its_formulas(page: RecipePage) -> None:
    page.show_recipe("sine")
    text = page.page.toPlainText()
    assert "1 - 10 - 10 - 1" in text
    assert "1/2 (p − y)²" in page.page.accessibleDescription()
    images = images_of(page)
    assert len(images) == sum(line.count("$") // 2 for line in recipe_named("sine").page.formulas)
    assert not any(image.isNull() for image in images)
    page.show_recipe("no such recipe")
    assert page.recipe.name == "sine"


def test_button_and_enter_use_the_recipe(page: RecipePage, qtbot: QtBot) -> None:
    page.show_recipe("mlp")
    with qtbot.waitSignal(page.wanted) as told:
        qtbot.mouseClick(page.use, Qt.MouseButton.LeftButton)
    assert told.args == [recipe_named("mlp")]
    with qtbot.waitSignal(page.wanted) as told:
        qtbot.keyClick(page.names, Qt.Key.Key_Return)
    assert told.args == [recipe_named("mlp")]


def test_every_control_has_a_name_and_a_tooltip(page: RecipePage) -> None:
    for control in (page.names, page.page, page.use):
        assert control.toolTip().endswith(".")
        assert control.accessibleName() or page.use.text()


def test_the_page_follows_the_theme(page: RecipePage, dark_theme: None) -> None:
    block = page.page.document().begin().next()
    colour = block.begin().fragment().charFormat().foreground().color()
    assert colour.lightness() > 128
    image = images_of(page)[0]
    opaque = [
        colour
        for row in range(image.height())
        for column in range(image.width())
        if (colour := image.pixelColor(column, row)).alpha() == 255
    ]
    assert opaque
    assert all(colour.lightness() > 128 for colour in opaque)
