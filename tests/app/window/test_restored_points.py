"""The file with the points of a curve is read again at the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.settings_panel import SettingsPanel
from tests.app.window.opened_window import opened_window


def wait_for(qtbot: QtBot, settings: SettingsPanel, source: str) -> None:
    qtbot.waitUntil(lambda: settings.curve.source == source)


@pytest.fixture
def points(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Path:
    """A file of points that was open when the last window was closed."""
    path = tmp_path / "my points.csv"
    path.write_text("".join(f"{x},{x * x}\n" for x in range(20)))
    with opened_window(qtbot, qapp, 1280, 690) as window:
        settings = window.train_tab.settings
        settings.choose_recipe("sine")
        settings.curve.path_chosen.emit(path)
        wait_for(qtbot, settings, path.name)
    return path


def test_the_points_are_there_again(qtbot: QtBot, qapp: QApplication, points: Path) -> None:
    for _ in range(2):  # the second start finds what the first one has kept
        with opened_window(qtbot, qapp, 1280, 690) as window:
            settings = window.train_tab.settings
            wait_for(qtbot, settings, points.name)
            assert len(settings.curve.curve().x) == 20
            assert settings.restored.sentence.text() == "Settings from last time."


def test_a_file_that_is_gone_is_named(qtbot: QtBot, qapp: QApplication, points: Path) -> None:
    points.unlink()
    with opened_window(qtbot, qapp, 1280, 690) as window:
        settings = window.train_tab.settings
        message = settings.curve.rows["file"].message
        qtbot.waitUntil(lambda: "there is no such file" in message.text())
        assert settings.restored.sentence.text() == "Settings from last time, without my points.csv."
        assert settings.is_valid


def test_what_is_typed_before_the_file_is_read_stays(qtbot: QtBot, qapp: QApplication, points: Path) -> None:
    with opened_window(qtbot, qapp, 1280, 690) as window:
        settings, actions = window.train_tab.settings, window.training_actions
        wait_for(qtbot, settings, points.name)
        settings.curve.close_file()
        settings.curve.path_to_restore = points
        actions.restore_points()
        settings.curve.function.setFocus()
        settings.curve.function.selectAll()
        qtbot.keyClicks(settings.curve.function, "x*x")
        assert actions.tasks.finish()
        assert " of x*x," in settings.curve.source
