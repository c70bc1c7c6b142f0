"""The sub-menu of recent files: what it lists, and what a choice does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.window.main_window import MainWindow
from app.window.menu.recent_files import RecentFilesMenu
from app.window.preferences import WindowPreferences
from nncore.files.model_file import bundled_model_path, load_model, save_model
from tests.nncore.example_data import mnist, small_mnist


def actions(menu: RecentFilesMenu) -> list[QAction]:
    menu.aboutToShow.emit()
    return menu.actions()


@pytest.fixture
def menu(qtbot: QtBot) -> RecentFilesMenu:
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = RecentFilesMenu(WindowPreferences(), parent)
    menu._test_parent = parent  # type: ignore[attr-defined]
    return menu


def test_an_empty_list_has_an_entry_that_explains_it(menu: RecentFilesMenu) -> None:
    (action,) = actions(menu)
    assert (action.text(), action.isEnabled()) == ("No files yet", False)


def test_files_are_listed_newest_first_with_their_folder(menu: RecentFilesMenu, tmp_path: Path) -> None:
    for name in ("a.npz", "b & c.csv"):
        WindowPreferences().add_recent_file(tmp_path / name)
    texts = [action.text() for action in actions(menu)]
    assert texts[0].startswith("&1  b && c.csv  –  ")
    assert texts[1].startswith("&2  a.npz  –  ")
    assert texts[2:] == ["", "&Forget these files"]


def test_a_chosen_file_is_emitted(menu: RecentFilesMenu, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "a.npz").touch()
    WindowPreferences().add_recent_file(tmp_path / "a.npz")
    with qtbot.waitSignal(menu.chosen) as chosen:
        actions(menu)[0].trigger()
    assert chosen.args == [tmp_path / "a.npz"]


def test_a_missing_file_is_removed_with_a_sentence(menu: RecentFilesMenu, tmp_path: Path, qtbot: QtBot) -> None:
    for name in ("a.npz", "b.npz"):
        WindowPreferences().add_recent_file(tmp_path / name)
    with qtbot.assertNotEmitted(menu.chosen), qtbot.waitSignal(menu.missing) as missing:
        actions(menu)[0].trigger()
    assert missing.args == [f"b.npz is no longer in {tmp_path}. It was removed from the recent files."]
    assert WindowPreferences().recent_files == [tmp_path / "a.npz"]


def test_the_list_is_cleared_by_an_entry(menu: RecentFilesMenu, tmp_path: Path) -> None:
    WindowPreferences().add_recent_file(tmp_path / "a.npz")
    actions(menu)[-1].trigger()
    assert WindowPreferences().recent_files == []


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.close()


def test_opened_models_data_and_pictures_are_listed_and_can_be_opened_again(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    model, data, picture, ink = (tmp_path / name for name in ("m.npz", "d.npz", "p.png", "broken.unipen"))
    save_model(load_model(bundled_model_path()), model)
    digits = small_mnist().training
    np.savez(data, x_train=digits.images, y_train=digits.labels)
    Image.fromarray(255 - mnist().training.images[0]).save(picture)
    ink.write_bytes(b"no ink")

    def listed() -> list[str]:
        return [path.name for path in WindowPreferences().recent_files]

    window.open_paths([model])
    qtbot.waitUntil(lambda: listed() == ["m.npz"])
    window.open_paths([data])
    qtbot.waitUntil(lambda: listed() == ["d.npz", "m.npz"])
    window.open_paths([picture])
    qtbot.waitUntil(lambda: listed() == ["p.png", "d.npz", "m.npz"])
    window.open_paths([ink])
    qtbot.waitUntil(lambda: window.data_tab.panel.problem.text() != "")
    assert listed() == ["p.png", "d.npz", "m.npz"]  # a file that could not be read is not listed
    before = window.session.data
    actions(window.recent_files)[1].trigger()
    qtbot.waitUntil(lambda: window.session.data is not before)
    qtbot.waitUntil(lambda: listed() == ["d.npz", "p.png", "m.npz"])


def test_a_saved_model_is_listed(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_bundled_model()
    assert WindowPreferences().recent_files == []
    assert window.session.model is not None
    with qtbot.waitSignal(window.session.status_message):
        window.session.save_model(tmp_path / "mine.digitnet", window.session.model)
    assert WindowPreferences().recent_files == [tmp_path / "mine.digitnet"]


def test_a_chosen_file_that_is_missing_is_reported_in_the_window(window: MainWindow, tmp_path: Path) -> None:
    window.preferences.add_recent_file(tmp_path / "gone.npz")
    actions(window.recent_files)[0].trigger()
    assert "gone.npz is no longer in" in window.messages.text
