"""The window opens where it was on the screen that it was last on; with other screens, all of it is visible."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import main
from app.window.preferences import WindowPreferences
from app.window.window_place import TITLE_BAR, keep_place, moved_into, restore_place

PROGRAM = """
import sys
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QWidget
from app.window.preferences import WindowPreferences
from app.window.window_place import keep_place, restore_place
application = QApplication([])
window, preferences = QWidget(), WindowPreferences()
restore_place(window, preferences)
window.show()
application.processEvents()
area = window.geometry()
print(window.screen().name(), area.x(), area.y(), area.width(), area.height(), int(window.isMaximized()))
for arguments in sys.argv[1:]:
    window.setGeometry(QRect(*map(int, arguments.split(","))))
    application.processEvents()
keep_place(window, preferences)
"""
"""Opens a window, prints its screen and its area, moves it, and keeps its place."""


@dataclass(frozen=True)
class Screen:
    name: str
    x: int
    y: int
    width: int
    height: int


SMALL, LARGE = Screen("A", 0, 0, 1024, 768), Screen("B", 1024, 0, 1920, 1080)


def start(folder: Path, *screens: Screen, move_to: str = "") -> tuple[str, QRect, bool]:
    """Open a window on these screens; returns the name of its screen, its area, and whether it is maximized."""
    description = [{**vars(screen), "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1} for screen in screens]
    (folder / "screens.json").write_text(json.dumps({"screens": description}))
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM, *move_to.split()],
        cwd=Path(main.__file__).parent,
        env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={folder / 'screens.json'}"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert process.returncode == 0, process
    name, *numbers, maximized = process.stdout.split()
    return name, QRect(*map(int, numbers)), maximized == "1"


@pytest.mark.parametrize(("screen", "size"), [(SMALL, (1024, 680)), (LARGE, (1200, 680))])
def test_the_first_window_has_the_default_size_and_is_no_larger_than_its_screen(
    tmp_path: Path, screen: Screen, size: tuple[int, int]
) -> None:
    name, area, is_maximized = start(tmp_path, screen)
    assert (name, area.size().toTuple(), is_maximized) == (screen.name, size, False)


def test_the_window_opens_where_it_was_on_its_screen(tmp_path: Path) -> None:
    start(tmp_path, SMALL, LARGE, move_to="1324,200,800,500")
    assert start(tmp_path, SMALL, LARGE) == ("B", QRect(1324, 200, 800, 500), False)
    # The same screen, now at the left of the other one.
    swapped = Screen("A", 1920, 0, 1024, 768), Screen("B", 0, 0, 1920, 1080)
    assert start(tmp_path, *swapped) == ("B", QRect(300, 200, 800, 500), False)


def test_each_screen_keeps_its_own_place(tmp_path: Path) -> None:
    start(tmp_path, SMALL, LARGE, move_to="30,60,600,400")
    start(tmp_path, SMALL, LARGE, move_to="1324,200,800,500")
    assert start(tmp_path, SMALL) == ("A", QRect(30, 60, 600, 400), False)


def test_without_its_screen_the_window_is_visible_on_another_one(tmp_path: Path) -> None:
    start(tmp_path, LARGE, move_to="2000,500,900,550")
    assert start(tmp_path, SMALL) == ("A", QRect(124, 218, 900, 550), False)


def test_a_window_that_was_partly_outside_is_moved_in(tmp_path: Path) -> None:
    start(tmp_path, SMALL, move_to="900,-300,600,500")
    assert start(tmp_path, SMALL) == ("A", QRect(424, TITLE_BAR, 600, 500), False)


def test_the_geometry_of_an_earlier_version_is_used_and_made_visible(
    user_files: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    screen = window.screen().availableGeometry()
    window.setGeometry(screen.right() - 50, screen.top() + 100, 300, 200)
    user_files.mkdir()
    preferences = WindowPreferences()
    preferences._store.setValue("geometry", window.saveGeometry())
    other = QWidget()
    qtbot.addWidget(other)
    restore_place(other, preferences)
    assert other.size().toTuple() == (300, 200)
    assert screen.contains(other.geometry())


@pytest.mark.parametrize("state", [Qt.WindowState.WindowMaximized, Qt.WindowState.WindowFullScreen])
def test_a_maximized_or_full_screen_window_is_so_again_and_keeps_its_other_size(
    qtbot: QtBot, qapp: QApplication, state: Qt.WindowState
) -> None:
    first, second = QWidget(), QWidget()
    for window in (first, second):
        qtbot.addWidget(window)
    area = QRect(60, 80, 300, 200)
    first.setGeometry(area)
    first.setWindowState(state)
    first.show()
    keep_place(first, WindowPreferences())
    restore_place(second, WindowPreferences())
    second.show()
    assert second.windowState() == state
    second.showNormal()
    assert second.geometry() == area


@pytest.mark.parametrize(
    ("area", "moved"),
    [
        (QRect(10, 50, 100, 80), QRect(10, 50, 100, 80)),
        (QRect(-10, 0, 100, 80), QRect(0, 40, 100, 80)),
        (QRect(950, 700, 100, 80), QRect(924, 688, 100, 80)),
        (QRect(5, 5, 5000, 5000), QRect(0, 40, 1024, 728)),
    ],
)
def test_an_area_is_moved_no_further_than_needed(area: QRect, moved: QRect) -> None:
    assert moved_into(area, QRect(0, 40, 1024, 728)) == moved
