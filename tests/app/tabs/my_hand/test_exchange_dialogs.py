from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.tabs.my_hand.exchange_dialogs import EXPORTED, ask_what_to_import, ask_where_to_export


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


def test_the_suffix_follows_the_selected_file_type(window: QWidget) -> None:
    dialog = ask_where_to_export(window, "handwriting 2026", lambda _: None)
    try:
        assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        assert Path(dialog.selectedFiles()[0]).name == "handwriting 2026.csv"
        for kind, suffix in EXPORTED.items():
            dialog.filterSelected.emit(kind)
            assert f".{dialog.defaultSuffix()}" == suffix
    finally:
        dialog.reject()


def test_the_selected_path_is_passed_on(window: QWidget, tmp_path: Path) -> None:
    given: list[Path] = []
    dialog = ask_what_to_import(window, given.append)
    dialog.fileSelected.emit(str(tmp_path / "x.csv"))
    dialog.reject()
    dialog = ask_where_to_export(window, "x", given.append)
    dialog.fileSelected.emit(str(tmp_path / "y.unipen"))
    dialog.reject()
    assert given == [tmp_path / "x.csv", tmp_path / "y.unipen"]
