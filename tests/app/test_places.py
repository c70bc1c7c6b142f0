"""User files are where Qt would put them, also without Qt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from app import places, settings


def test_the_folder_is_the_one_that_the_window_uses(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, user_files: Path
) -> None:
    assert places.user_folder() == settings.user_folder() == user_files
    monkeypatch.delenv("DIGITLAB_HOME")
    before = QCoreApplication.applicationName()
    QCoreApplication.setApplicationName(places.APPLICATION)
    try:
        assert places.user_folder() == settings.user_folder()
    finally:
        QCoreApplication.setApplicationName(before)


def test_recording_and_listing_runs_loads_no_qt() -> None:
    code = "import sys, app.commands.runs, app.run_recorder; print('PySide6' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
