"""Each button, menu and tab that a text for users names exists under this name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.help.start_page import StartPage
from app.window.main_window import MainWindow
from app.window.tab_connections import TABS
from nncore.experiments.recipes import RECIPES
from tests.app.control_names import (
    TAB_NAME,
    WITHIN_TAB,
    is_named,
    labels_in,
    mentioned_in,
    mentioned_in_guide,
    names_in,
    texts_of_the_program,
)
from tests.app.window.opened_window import opened_window

ROOT = Path(__file__).parents[3]
SHOWN_LATER = {"Teach it as a 7"}
"""Buttons whose names depend on what is shown: here on the digit of a drawing."""


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    return list(texts_of_the_program(ROOT))


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    """A window with all tabs, the dialogs of the training and the start page."""
    with opened_window(qtbot, qapp, 1366, 700) as window:
        for index in range(len(TABS)):
            window.tabs.build(index)
        window.training_actions.dialogs.open_sweep()
        window.training_actions.dialogs.show_recipe_page("quick")
        yield window


@pytest.fixture
def names(window: MainWindow, qtbot: QtBot) -> set[str]:
    start_page = StartPage(window)
    qtbot.addWidget(start_page)
    return names_in(window) | names_in(start_page) | {recipe.title for recipe in RECIPES.values()} | SHOWN_LATER


def test_the_texts_of_the_program_name_what_exists(names: set[str], texts: list[tuple[str, str]]) -> None:
    found = [(file, mention) for file, text in texts for mention in mentioned_in(text)]
    assert len(found) > 20
    assert [each for each in found if not is_named(each[1], names)] == []


def test_the_texts_of_the_program_name_tabs_that_exist(window: MainWindow, texts: list[tuple[str, str]]) -> None:
    titles = {row.title for row in TABS}
    found = [(file, match[1]) for file, text in texts for match in TAB_NAME.finditer(text)]
    assert len(found) > 20
    assert [each for each in found if each[1] not in titles] == []
    for _, text in texts:
        for tab, name in WITHIN_TAB.findall(text):
            page = window.tabs.widget([row.title for row in TABS].index(tab))
            assert isinstance(page, QWidget)
            assert is_named(name, names_in(page)), (tab, name)


def test_the_guide_names_what_exists(names: set[str], window: MainWindow) -> None:
    known = names | labels_in(window)
    found = list(mentioned_in_guide())
    assert len(found) > 60
    assert [each for each in found if not is_named(each[1], known)] == []
