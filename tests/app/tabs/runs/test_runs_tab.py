"""The Runs tab lists the logged runs, and its buttons act on the selected runs."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyqtgraph import FillBetweenItem
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from app.storage.paths import runs_folder
from app.style.theme import LIGHT
from app.tabs.runs.comparison import SAME_SETTINGS, SEEDS_FOLDED, SELECT_RUNS
from app.tabs.runs.run_columns import RUN_COLUMNS, SPARKLINE_COLUMN
from app.tabs.runs.runs_tab import NO_MATCH, NO_RUNS, RunsTab
from nncore.experiments.run_log.log import VERSION, RunLog
from nncore.training.history import EpochFigures
from tests.app.odd_texts import ODD_TEXTS
from tests.app.storage.kept_models import keep_model
from tests.app.tabs.runs.conftest import CURVE, FINISHED, INTERRUPTED, INTERRUPTED_EARLY, RUNNING

NAME = 0


def shown(tab: RunsTab, title: str) -> list[str]:
    column = [each.title for each in RUN_COLUMNS].index(title)
    model = tab.view.filter
    return [model.index(row, column).data() for row in range(model.rowCount())]


def open_tab(tab: RunsTab, qtbot: QtBot) -> RunsTab:
    with qtbot.waitExposed(tab):
        tab.show()
    return tab


def click_row(
    tab: RunsTab, qtbot: QtBot, name: str, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    index = tab.view.filter.index(shown(tab, "Name").index(name), NAME)
    place = tab.view.visualRect(index).center()
    qtbot.mouseClick(tab.view.viewport(), Qt.MouseButton.LeftButton, keys, QPoint(place))


def type_into_editor(tab: RunsTab, qtbot: QtBot, text: str) -> None:
    editor = tab.view.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def note_of(log_path: Path) -> str:
    with RunLog(log_path) as log:
        return log.run(FINISHED).note


def open_note_editor(tab: RunsTab, qtbot: QtBot) -> QLineEdit:
    tab.view.setCurrentIndex(tab.view.filter.index(3, [each.title for each in RUN_COLUMNS].index("Note")))
    tab.view.setFocus()
    qtbot.keyClick(tab.view, Qt.Key.Key_F2)
    editor = tab.view.findChild(QLineEdit)
    assert editor is not None
    return editor


def test_an_empty_tab_says_how_to_start_a_run(tab: RunsTab, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    assert tab.empty_label.isVisible()
    assert tab.empty_label.text() == NO_RUNS
    assert not tab.actions_row.report.isEnabled()


def test_runs_are_listed_newest_first(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    assert shown(tab, "Name") == ["delta", "gamma", "beta", "alpha"]
    assert shown(tab, "State") == ["running", "interrupted", "interrupted", "finished"]
    assert shown(tab, "Test") == ["–", "–", "–", "75.00 %"]
    assert shown(tab, "Best") == ["70.00 %", "–", "70.00 %", "70.00 %"]
    assert (shown(tab, "Time")[1], shown(tab, "Time")[-1]) == ("–", "1:05 min")
    assert shown(tab, "Recipe and settings")[-1].startswith("A first network: 8, rate 0.01")
    assert tab.count.text() == "4 runs"


def test_a_click_on_a_title_sorts_by_value_not_by_text(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    with RunLog(log_path) as log:
        log.update(FINISHED, epochs=100)
        log.update(INTERRUPTED, epochs=20)
        log.update(RUNNING, epochs=3)
    open_tab(tab, qtbot)
    header = tab.view.horizontalHeader()
    column = [each.title for each in RUN_COLUMNS].index("Epochs")
    place = QPoint(header.sectionViewportPosition(column) + header.sectionSize(column) // 2, header.height() // 2)
    orders = []
    for _ in range(2):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        orders.append(shown(tab, "Epochs"))
    assert sorted(orders) == sorted([["0", "3", "20", "100"], ["100", "20", "3", "0"]])


def test_typing_filters_the_list(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    qtbot.keyClicks(tab.search, "INTERRUPTED")
    assert shown(tab, "Name") == ["gamma", "beta"]
    assert tab.count.text() == "2 of 4 runs"
    qtbot.keyClicks(tab.search, " 0.02")
    assert shown(tab, "Name") == ["beta"]
    qtbot.keyClicks(tab.search, " nowhere")
    assert tab.empty_label.text() == NO_MATCH
    assert tab.empty_label.isVisible()
    tab.search.clear()
    assert len(shown(tab, "Name")) == 4
    assert not tab.empty_label.isVisible()


@pytest.mark.parametrize(("title", "field"), [("Name", "name"), ("Note", "note")])
def test_edited_names_and_notes_are_saved(tab: RunsTab, log_path: Path, qtbot: QtBot, title: str, field: str) -> None:
    open_tab(tab, qtbot)
    column = [each.title for each in RUN_COLUMNS].index(title)
    tab.view.setCurrentIndex(tab.view.filter.index(3, column))
    tab.view.setFocus()
    qtbot.keyClick(tab.view, Qt.Key.Key_F2)
    type_into_editor(tab, qtbot, "best so far")
    qtbot.waitUntil(lambda: shown(tab, title)[3] == "best so far")
    with RunLog(log_path) as log:
        run = log.run(FINISHED)
    assert {"name": run.settings.name, "note": run.note}[field] == "best so far"


@pytest.mark.parametrize("typed", ODD_TEXTS)
def test_odd_text_in_the_search_a_name_or_a_note_is_used_or_rejected(
    tab: RunsTab, log_path: Path, qtbot: QtBot, typed: str
) -> None:
    open_tab(tab, qtbot)
    tab.search.setText(typed)
    assert tab.count.text().endswith("4 runs")
    tab.search.clear()
    for title in ("Name", "Note"):
        column = [each.title for each in RUN_COLUMNS].index(title)
        written = tab.view.filter.setData(tab.view.filter.index(3, column), typed)
        assert written == (bool(typed.strip()) or title == "Note")
        tab.refresh()
        text = typed.strip() or ("alpha" if title == "Name" else "")
        assert tab.view.filter.index(3, column).data(Qt.ItemDataRole.EditRole) == text
    with RunLog(log_path) as log:
        assert len(log.runs()) == 4


def test_an_empty_name_is_rejected(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    with qtbot.assertNotEmitted(tab.table.edited):
        tab.view.edit(tab.view.filter.index(3, NAME))
        type_into_editor(tab, qtbot, " ")
        qtbot.waitUntil(lambda: not tab.view.is_editing)
    with RunLog(log_path) as log:
        assert log.run(FINISHED).settings.name == "alpha"


def test_deleted_runs_can_be_restored(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    click_row(tab, qtbot, "alpha")
    click_row(tab, qtbot, "gamma", Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(tab.view, Qt.Key.Key_Delete)
    assert shown(tab, "Name") == ["delta", "beta"]
    assert tab.undo_button.isVisible()
    with RunLog(log_path) as log:
        assert [run.id for run in log.runs(deleted=True)] == [INTERRUPTED_EARLY, FINISHED]
    qtbot.keyClick(tab.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shown(tab, "Name") == ["delta", "gamma", "beta", "alpha"]
    assert {stored.run.id for stored in tab.view.selected_runs()} == {INTERRUPTED_EARLY, FINISHED}
    assert not tab.undo_button.isVisible()


def test_ctrl_z_restores_after_the_delete_button(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    tab.activateWindow()
    click_row(tab, qtbot, "alpha")
    tab.actions_row.delete.setFocus()
    qtbot.mouseClick(tab.actions_row.delete, Qt.MouseButton.LeftButton)
    assert "alpha" not in shown(tab, "Name")
    focused = tab.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "alpha" in shown(tab, "Name")


def test_a_running_run_cannot_be_deleted(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    click_row(tab, qtbot, "delta")
    assert not tab.actions_row.delete.isEnabled()
    assert "still running" in tab.actions_row.delete.toolTip()
    qtbot.keyClick(tab.view, Qt.Key.Key_Delete)
    assert len(shown(tab, "Name")) == 4


def test_only_saved_runs_can_be_continued(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    button = tab.actions_row.continue_button
    for name, reason in (
        ("alpha", "Only the newest runs can"),
        ("gamma", "before its first epoch"),
        ("delta", "still running"),
    ):
        click_row(tab, qtbot, name)
        assert not button.isEnabled()
        assert reason in button.toolTip()
    click_row(tab, qtbot, "beta")
    with qtbot.waitSignal(tab.continue_requested) as signal:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert signal.args is not None
    run, checkpoint = signal.args
    assert (run.id, checkpoint) == (INTERRUPTED, runs_folder() / "beta.checkpoint")


def test_an_ended_run_can_be_continued(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    with RunLog(log_path) as log:
        log.end(FINISHED, "finished", "alpha.checkpoint")
    (runs_folder() / "alpha.checkpoint").touch()
    open_tab(tab, qtbot)
    click_row(tab, qtbot, "alpha")
    with qtbot.waitSignal(tab.train_further_requested) as signal, qtbot.assertNotEmitted(tab.continue_requested):
        qtbot.mouseClick(tab.actions_row.continue_button, Qt.MouseButton.LeftButton)
    assert signal.args is not None
    run, checkpoint = signal.args
    assert (run.id, checkpoint) == (FINISHED, runs_folder() / "alpha.checkpoint")


@pytest.mark.parametrize("what", ["rerun", "fork"])
def test_one_run_can_be_rerun_or_forked(tab: RunsTab, log_path: Path, qtbot: QtBot, what: str) -> None:
    open_tab(tab, qtbot)
    button = getattr(tab.actions_row, what)
    assert not button.isEnabled()
    click_row(tab, qtbot, "alpha")
    with qtbot.waitSignal(getattr(tab, f"{what}_requested")) as signal:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert signal.args is not None
    assert signal.args[0].settings.config.learning_rate == 0.01
    click_row(tab, qtbot, "beta", Qt.KeyboardModifier.ControlModifier)
    assert not button.isEnabled()


def test_selected_runs_are_shown_behind_the_curves_until_cleared(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    chosen: list[list[int]] = []
    tab.earlier_runs_chosen.connect(chosen.append)
    click_row(tab, qtbot, "beta")
    click_row(tab, qtbot, "alpha", Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseClick(tab.actions_row.earlier_runs, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(tab.actions_row.clear_button, Qt.MouseButton.LeftButton)
    assert chosen == [[INTERRUPTED, FINISHED], []]
    assert not tab.actions_row.clear_button.isVisible()


def test_selected_runs_are_compared(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    qtbot.mouseClick(tab.actions_row.compare, Qt.MouseButton.LeftButton)
    assert tab.comparison.isVisible()
    assert "Select two or more runs" in tab.comparison.sentence.text()
    click_row(tab, qtbot, "beta")
    click_row(tab, qtbot, "alpha", Qt.KeyboardModifier.ControlModifier)
    table = tab.comparison.table
    qtbot.waitUntil(lambda: table.columnCount() == 2)
    assert table.model().headerData(0, Qt.Orientation.Horizontal) == "2 · beta"
    assert tab.comparison.plot.title.text() == "Validation accuracy"
    cells = table.model()
    rows = {
        cells.headerData(row, Qt.Orientation.Vertical): [cells.index(row, column).data() for column in (0, 1)]
        for row in range(cells.rowCount())
    }
    assert rows["learning rate"] == ["0.02", "0.01"]
    assert rows["test accuracy"] == ["–", "75.00 %"]
    assert "seed" not in rows


def add_seeds(log_path: Path, count: int) -> list[int]:
    """Log finished runs of one setting with different seeds; returns their numbers."""
    numbers = []
    with RunLog(log_path) as log:
        settings = log.run(FINISHED).settings
        for seed in range(count):
            config = replace(settings.config, seed=seed, learning_rate=0.5)
            number = log.begin(replace(settings, name=f"seed {seed}", config=config))
            rows: list[EpochFigures] = [
                {"epoch": epoch, "training_loss": 1.0, "validation_accuracy": 0.1 * epoch + 0.01 * seed}
                for epoch in (1, 2, 3)
            ]
            log.add_epochs(number, rows, CURVE, epochs=3, best_accuracy=0.3 + 0.01 * seed)
            log.end(number, "finished", test_accuracy=0.5 + 0.01 * seed)
            numbers.append(number)
    return numbers


def test_several_seeds_are_one_curve_with_a_band_and_one_column(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    seeds = add_seeds(log_path, 3)
    open_tab(tab, qtbot)
    qtbot.mouseClick(tab.actions_row.compare, Qt.MouseButton.LeftButton)
    tab.view.select_runs({*seeds, FINISHED})
    comparison = tab.comparison
    qtbot.waitUntil(lambda: comparison.table.columnCount() == 2)
    headings = [comparison.table.model().headerData(column, Qt.Orientation.Horizontal) for column in (0, 1)]
    assert headings == ["3 seeds · seed 2", "1 · alpha"]
    cells = comparison.table.model()
    rows = {
        cells.headerData(row, Qt.Orientation.Vertical): [cells.index(row, column).data() for column in (0, 1)]
        for row in range(cells.rowCount())
    }
    assert rows["test accuracy"] == ["51.00 % (50.00 to 52.00 %)", "75.00 %"]
    assert rows["learning rate"] == ["0.5", "0.01"]
    assert SEEDS_FOLDED in comparison.sentence.text()
    bands = [item for item in comparison.plot.plot.box.addedItems if isinstance(item, FillBetweenItem)]
    assert len(bands) == 1
    comparison.grab()
    tab.view.select_runs(set(seeds))
    qtbot.waitUntil(lambda: comparison.table.columnCount() == 1)
    assert comparison.sentence.text().startswith(SAME_SETTINGS)
    tab.view.select_runs({FINISHED})
    assert comparison.sentence.text() == SELECT_RUNS
    assert not comparison.content.isVisible()


def test_the_course_of_a_run_is_painted_and_grows(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    (seed,) = add_seeds(log_path, 1)
    with qtbot.waitSignal(tab.view.sparklines.loaded):
        open_tab(tab, qtbot)
    line = tab.view.sparklines.line(seed, 3)
    assert line is not None
    np.testing.assert_allclose(line, [0, 0.5, 1])
    index = tab.view.filter.index(0, [each.title for each in RUN_COLUMNS].index(SPARKLINE_COLUMN))
    cell = tab.view.visualRect(index)
    seen = tab.view.viewport().grab(cell).toImage()
    colours = {seen.pixelColor(x, y).name().upper() for x in range(seen.width()) for y in range(seen.height())}
    assert LIGHT.validation in colours
    assert index.data() == "best 30.00 % after 3 epochs"

    def points(epochs: int) -> int:
        line = tab.view.sparklines.line(RUNNING, epochs)
        return 0 if line is None else len(line)

    qtbot.waitUntil(lambda: points(2) == 2)
    with RunLog(log_path) as log:
        log.add_epochs(RUNNING, [{"epoch": 3, "validation_accuracy": 0.9}], CURVE, epochs=3)
    qtbot.waitUntil(lambda: points(3) == 3)


def test_the_model_of_a_run_is_used_unless_it_was_deleted(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    path = keep_model()
    with RunLog(log_path) as log:
        log.update(FINISHED, model=f"/elsewhere/models/{path.name}")
    open_tab(tab, qtbot)
    click_row(tab, qtbot, "beta")
    assert tab.actions_row.use_model.toolTip() == "This run has not saved a model."
    click_row(tab, qtbot, "alpha")
    with qtbot.waitSignal(tab.use_model_requested) as used:
        qtbot.mouseClick(tab.actions_row.use_model, Qt.MouseButton.LeftButton)
    assert used.args == [path]
    path.unlink()
    tab.refresh()
    assert not tab.actions_row.use_model.isEnabled()
    assert "was deleted" in tab.actions_row.use_model.toolTip()


def test_progress_of_a_run_keeps_the_selection(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    click_row(tab, qtbot, "alpha")
    with RunLog(log_path) as log:
        log.update(RUNNING, epochs=7)
    qtbot.waitUntil(lambda: shown(tab, "Epochs")[0] == "7")
    assert [stored.run.id for stored in tab.view.selected_runs()] == [FINISHED]
    with RunLog(log_path) as log:
        log.begin(log.run(FINISHED).settings)
    qtbot.waitUntil(lambda: len(shown(tab, "Name")) == 5)
    assert [stored.run.id for stored in tab.view.selected_runs()] == [FINISHED]


def test_selected_runs_are_exported(tab: RunsTab, log_path: Path, qtbot: QtBot, tmp_path: Path) -> None:
    open_tab(tab, qtbot)
    click_row(tab, qtbot, "alpha")
    for button, file in ((tab.actions_row.csv, "out.csv"), (tab.actions_row.report, "out.html")):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        dialog = tab.findChild(QFileDialog)
        assert dialog is not None
        assert dialog.selectedFiles()[0].endswith(f"alpha{Path(file).suffix}")
        with qtbot.waitSignal(tab.status_message) as signal:
            dialog.fileSelected.emit(str(tmp_path / file))
        assert signal.args is not None
        assert file in signal.args[0]
        dialog.close()
        dialog.deleteLater()
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not tab.is_working)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig") as table:
        assert [row["name"] for row in csv.DictReader(table)] == ["alpha"]
    assert "<svg" in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_a_failed_export_gives_a_message(tab: RunsTab, log_path: Path, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(tab.error_message) as signal:
        tab.export([FINISHED], tmp_path / "digitlab-home" / "runs" / "runs.sqlite" / "x.csv")
    assert signal.args is not None
    assert "could not be saved" in signal.args[0]


def spoil(path: Path, how: str) -> Any:
    if how == "damaged":
        path.write_bytes(b"this is no database at all, whatever it is called" * 1000)
    elif how == "newer":
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("how", ["damaged", "newer"])
def test_an_unreadable_log_gives_one_message_and_is_kept(tab: RunsTab, log_path: Path, qtbot: QtBot, how: str) -> None:
    before = spoil(log_path, how)
    errors: list[str] = []
    tab.error_message.connect(errors.append)
    open_tab(tab, qtbot)
    tab.refresh()
    assert len(errors) == 1
    assert how in errors[0]
    assert tab.empty_label.isVisible()
    kept = log_path if how == "newer" else next(log_path.parent.glob("runs damaged *.sqlite"))
    assert kept.read_bytes() == before


def test_a_locked_log_gives_a_message_and_loses_nothing(
    tab: RunsTab, log_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.storage.run_store.WINDOW_LOCK_TIMEOUT", 0.01)
    open_tab(tab, qtbot)
    click_row(tab, qtbot, "alpha")
    other = sqlite3.connect(log_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with qtbot.waitSignal(tab.error_message) as signal:
        tab.delete()
    assert signal.args is not None
    assert "another program" in signal.args[0]
    assert len(shown(tab, "Name")) == 4
    assert not tab.undo_button.isVisible()
    other.execute("ROLLBACK")
    other.close()
    tab.delete()
    assert len(shown(tab, "Name")) == 3


@pytest.mark.parametrize(
    "name",
    [
        "earlier_runs",
        "clear_button",
        "compare",
        "use_model",
        "rerun",
        "fork",
        "continue_button",
        "csv",
        "report",
        "delete",
    ],
)
def test_every_button_has_a_tooltip_and_a_mnemonic(tab: RunsTab, name: str) -> None:
    button = getattr(tab.actions_row, name)
    assert button.toolTip().endswith(".")
    assert "&" in button.text()


def test_one_run_is_counted_in_the_singular(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    with RunLog(log_path) as log:
        log.delete([INTERRUPTED, INTERRUPTED_EARLY, RUNNING])
    open_tab(tab, qtbot)
    assert tab.count.text() == "1 run"


def test_all_columns_fit_a_small_screen(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    tab.resize(1366, 640)
    open_tab(tab, qtbot)
    assert not tab.view.horizontalScrollBar().isVisible()


def test_the_sweep_button_emits_its_signal(tab: RunsTab, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    with qtbot.waitSignal(tab.sweep_requested):
        qtbot.mouseClick(tab.sweep_button, Qt.MouseButton.LeftButton)


def test_a_note_that_is_still_being_typed_is_saved_when_the_window_closes(
    tab: RunsTab, log_path: Path, qtbot: QtBot
) -> None:
    open_tab(tab, qtbot)
    qtbot.keyClicks(open_note_editor(tab, qtbot), "half a note")
    tab.hide()
    assert tab.finish()
    assert note_of(log_path) == "half a note"


def test_a_note_is_in_the_log_while_it_is_typed_and_esc_restores_the_old_one(
    tab: RunsTab, log_path: Path, qtbot: QtBot
) -> None:
    open_tab(tab, qtbot)
    editor = open_note_editor(tab, qtbot)
    qtbot.keyClicks(editor, "old")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(tab, "Note")[3] == "old")
    editor = open_note_editor(tab, qtbot)
    editor.selectAll()
    qtbot.keyClicks(editor, "new")
    qtbot.waitUntil(lambda: note_of(log_path) == "new")  # what a killed program leaves
    assert tab.view.is_editing
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: note_of(log_path) == "old")
    qtbot.waitUntil(lambda: shown(tab, "Note")[3] == "old")


def test_a_note_that_is_typed_and_changed_back_stays(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    editor = open_note_editor(tab, qtbot)
    qtbot.keyClicks(editor, "x")
    qtbot.waitUntil(lambda: note_of(log_path) == "x")
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: note_of(log_path) == "")
    assert not tab.view.is_editing


def test_an_emptied_name_keeps_the_old_name(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    tab.view.edit(tab.view.filter.index(3, NAME))
    editor = tab.view.findChild(QLineEdit)
    assert editor is not None

    def name() -> str:
        with RunLog(log_path) as log:
            return log.run(FINISHED).settings.name

    editor.selectAll()
    qtbot.keyClicks(editor, "b")
    qtbot.waitUntil(lambda: name() == "b")
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: name() == "alpha")


def test_a_run_that_was_stopped_in_its_first_epoch_lists_its_steps(tab: RunsTab, log_path: Path, qtbot: QtBot) -> None:
    with RunLog(log_path) as log:
        log.update(INTERRUPTED_EARLY, epochs=0, steps=12)
        log.end(INTERRUPTED_EARLY, "stopped")
    open_tab(tab, qtbot)
    assert sorted(shown(tab, "Epochs")) == ["12 steps", "2", "2", "2"]
    assert "best – after 12 steps" in shown(tab, "Course")
    column = [each.title for each in RUN_COLUMNS].index("Epochs")
    tab.view.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    assert shown(tab, "Epochs")[0] == "12 steps"
