"""A large model is read: what the window shows, and how the user cancels it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session import model_session
from nncore.files.model_file import Model, load_model, save_model
from nncore.system.reading_budget import report_progress
from tests.app.storage.kept_models import small_model
from tests.app.window.opened_window import opened_window


def test_reading_a_large_model_shows_its_progress_and_can_be_cancelled(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.digitnet"
    save_model(small_model(), path)

    def load_slowly(given: Path) -> Model:
        while given == path:  # until it is cancelled
            report_progress(0.43)
        return load_model(given)

    monkeypatch.setattr(model_session, "load_kept_model", load_slowly)
    with opened_window(qtbot, qapp, 1366, 768) as window:
        before, notice = window.session.model, window.reading_notice
        window.open_paths([path])
        qtbot.waitUntil(notice.isVisible)
        qtbot.waitUntil(lambda: notice.progress.value() == 43)
        assert notice.label.full_text == "Reading large.digitnet …"
        qtbot.mouseClick(notice.cancel_button, Qt.MouseButton.LeftButton)
        assert not notice.isVisible()
        qtbot.waitUntil(lambda: not window.session.is_busy)
        assert window.session.model is before
        assert window.messages.text == ""
