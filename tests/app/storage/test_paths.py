"""The folders of the user's files are the same with and without Qt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtWidgets import QApplication

from app.storage import paths


def test_the_folder_is_the_app_data_location_of_qt(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITLAB_HOME")
    before = QCoreApplication.applicationName()
    QCoreApplication.setApplicationName(paths.APPLICATION)
    try:
        location = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        assert paths.user_folder() == Path(location)
    finally:
        QCoreApplication.setApplicationName(before)


def test_the_environment_variable_sets_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITLAB_HOME", str(tmp_path))
    assert paths.models_folder() == tmp_path / "models"
    assert paths.runs_folder() == tmp_path / "runs"
    assert paths.run_log_path() == tmp_path / "runs" / "runs.sqlite"
    assert paths.own_ink_path() == tmp_path / "ink" / "my hand.unipen"
    assert paths.handwriting_tests_folder() == tmp_path / "tests"


def test_a_portable_program_keeps_everything_beside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITLAB_HOME")
    monkeypatch.delenv("APPIMAGE", raising=False)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "digitlab"))
    assert not paths.user_folder().is_relative_to(tmp_path)
    (tmp_path / paths.PORTABLE).touch()
    assert paths.user_folder() == tmp_path / paths.PORTABLE_FOLDER
    monkeypatch.setenv("APPIMAGE", str(tmp_path / "stick" / "DigitLab.AppImage"))
    assert not paths.user_folder().is_relative_to(tmp_path)
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / paths.PORTABLE).touch()
    assert paths.user_folder() == tmp_path / "stick" / paths.PORTABLE_FOLDER


def test_recording_and_listing_runs_loads_no_qt() -> None:
    code = "import sys, app.cli.runs, app.storage.run_recorder; print('PySide6' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("name", "valid"), [("a/b:c", "a-b-c"), ("...", "runs"), ("x" * 70, "x" * 60), ("run 0.5", "run 0.5")]
)
def test_a_file_name_has_no_invalid_characters(name: str, valid: str) -> None:
    assert paths.valid_file_name(name, "runs") == valid
