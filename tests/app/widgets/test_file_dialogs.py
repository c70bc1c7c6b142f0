"""File dialogs complete the name by the selected type, and ask before they replace a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.file_dialogs import ask_for_file, ask_where_to_save

TABLE, WEB_PAGE = "Tables (*.csv)", "Web page (*.html *.htm)"
FILTERS = f"{TABLE};;{WEB_PAGE}"


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


def test_the_suffix_follows_the_selected_file_type(window: QWidget, tmp_path: Path) -> None:
    dialog = ask_where_to_save(window, "Save", FILTERS, tmp_path / "proposed.html", print)
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert dialog.selectedNameFilter() == WEB_PAGE
    assert [Path(path) for path in dialog.selectedFiles()] == [tmp_path / "proposed.html"]
    for selected, suffix in ((TABLE, "csv"), (WEB_PAGE, "html")):
        dialog.filterSelected.emit(selected)
        assert dialog.defaultSuffix() == suffix
    dialog.reject()


@pytest.mark.parametrize(("typed", "used"), [("a.htm", "a.htm"), ("a.CSV", "a.CSV"), ("run 0.5", "run 0.5.csv")])
def test_the_path_gets_a_suffix_unless_it_has_one_of_the_filters(
    window: QWidget, tmp_path: Path, typed: str, used: str
) -> None:
    paths: list[Path] = []
    dialog = ask_where_to_save(window, "Save", FILTERS, tmp_path / "proposed.csv", paths.append)
    dialog.fileSelected.emit(str(tmp_path / typed))
    dialog.reject()
    assert paths == [tmp_path / used]


def test_a_completed_name_of_an_existing_file_is_asked_about_again(window: QWidget, tmp_path: Path) -> None:
    (tmp_path / "run 0.5.csv").touch()
    paths: list[Path] = []
    dialog = ask_where_to_save(window, "Save", FILTERS, tmp_path / "proposed.csv", paths.append)
    dialog.fileSelected.emit(str(tmp_path / "run 0.5"))
    dialog.hide()
    (second,) = (found for found in window.findChildren(QFileDialog) if found.isVisible())
    assert [Path(path) for path in second.selectedFiles()] == [tmp_path / "run 0.5.csv"]
    assert paths == []
    for each in (dialog, second):
        each.reject()


def test_the_path_of_the_chosen_file_is_passed_on(window: QWidget, tmp_path: Path) -> None:
    paths: list[Path] = []
    dialog = ask_for_file(window, "Open", FILTERS, paths.append, tmp_path)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.fileSelected.emit(str(tmp_path / "x.csv"))
    dialog.reject()
    assert paths == [tmp_path / "x.csv"]
