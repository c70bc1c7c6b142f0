"""The table of tabs is complete, and the window asks every tab to finish."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from pytestqt.qtbot import QtBot

import app.tabs
from app.session.session import Session
from app.tabs.tab import Tab
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from app.window.tab_connections import TABS

PACKAGES = sorted(path.parent.name for path in Path(app.tabs.__file__ or "").parent.glob("*/__init__.py"))


def tab_classes(package: str) -> set[type[Tab]]:
    """The subclasses of Tab that the modules of a package of app.tabs define."""
    modules = [import_module(each.name) for each in iter_modules(*where(package))]
    return {
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Tab) and found.__module__ == module.__name__
    }


def where(package: str) -> tuple[list[str], str]:
    name = f"app.tabs.{package}"
    return list(import_module(name).__path__), f"{name}."


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_of_tabs_has_one_tab_with_a_row(package: str) -> None:
    assert [row.tab for row in TABS if row.tab in tab_classes(package)] == list(tab_classes(package))
    assert len(tab_classes(package)) == 1


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    return window


def test_the_tabs_have_the_order_of_the_table_and_name_their_keys(window: MainWindow) -> None:
    assert [window.tabs.tabText(number) for number in range(window.tabs.count())] == [row.title for row in TABS]
    for number, row in enumerate(TABS, start=1):
        assert window.tabs.tabToolTip(number - 1) == row.tool_tip
        assert row.tool_tip.endswith(f"(Ctrl+{number})")
    assert window.close()


@pytest.mark.parametrize("row", TABS, ids=lambda row: row.title)
def test_the_window_stays_open_until_each_tab_has_finished(
    window: MainWindow, row: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = window.tab(next(each.tab for each in TABS if each is row))
    with monkeypatch.context() as patch:
        patch.setattr(tab, "finish", lambda: False)
        assert not window.close()
    assert window.close()
