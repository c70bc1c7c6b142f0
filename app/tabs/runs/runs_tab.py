"""The Runs tab: all logged runs, to sort, find, name, compare, repeat, continue, delete and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.background.task_queue import TaskQueue
from app.storage.paths import run_log_path, valid_file_name
from app.storage.run_store import RunStore, StoredRun
from app.style.icons import set_icon
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.runs.actions_row import ActionsRow
from app.tabs.runs.comparison import MAX_COMPARED_RUNS, Comparison
from app.tabs.runs.run_table import RunTable
from app.tabs.runs.run_view import RunView
from app.tabs.runs.sparklines import Sparklines
from app.tabs.tab import Tab
from app.widgets.elements import push_button, reserve_place, row_of, text_label
from app.widgets.file_dialogs import ask_where_to_save
from nncore.experiments.run_log.log import RunLogError
from nncore.experiments.run_log.logged_run import LoggedRun
from nncore.reporting.number_text import counted_text

NO_RUNS = "No runs yet. Press Train in the Train tab."
NO_MATCH = "No run contains all of these words."
SWEEP_TOOLTIP = "Train with several values of the settings in the Train tab, and compare the runs."
CHECK_INTERVAL_MILLISECONDS = 1000
EXPORT_DIALOGS = {
    ".csv": ("Export runs", "Tables (*.csv)"),
    ".html": ("Write a report", "Web page (*.html *.htm)"),
}
"""For each suffix of an export: the title of its dialog, and the file types to choose from."""

Result = TypeVar("Result")


class RunsTab(Tab):
    """Shows the log of runs; while visible, it checks once per second whether the log has changed.

    earlier_runs_chosen: the numbers of the runs to show behind the live curves; empty: none.
    rerun_requested, fork_requested: a LoggedRun. continue_requested: an interrupted LoggedRun, and the path of its
    checkpoint. train_further_requested: an ended LoggedRun, and the path of its checkpoint. use_model_requested: the
    path of a model.
    status_message, error_message: a sentence that confirms an action, or reports an error. Call `finish` before the tab
    is destroyed.
    """

    earlier_runs_chosen = Signal(list)
    rerun_requested, fork_requested = Signal(LoggedRun), Signal(LoggedRun)
    continue_requested = Signal(LoggedRun, Path)
    train_further_requested = Signal(LoggedRun, Path)
    sweep_requested = Signal()
    use_model_requested = Signal(Path)
    status_message, error_message = Signal(str), Signal(str)

    def __init__(self, parent: QWidget | None = None, path: Path | None = None) -> None:
        super().__init__(parent)
        self.store = RunStore(path or run_log_path(), self.error_message.emit)
        self._stamp: tuple[object, ...] | None = None
        self._deleted: list[list[int]] = []
        self._compared: tuple[object, ...] | None = None
        self._tasks = TaskQueue(self)
        self._last_error = ""
        self.search, self.count = QLineEdit(), text_label(style="quiet", wraps=False)
        self.undo_button = push_button("&Undo", "Restore the runs deleted last (Ctrl+Z).", self.undo)
        self.sweep_button = push_button("S&weep …", SWEEP_TOOLTIP, self.sweep_requested)
        self.table = RunTable(self)
        self.view = RunView(self.table, Sparklines(self.store, self))
        self.comparison = Comparison()
        self.actions_row = ActionsRow()
        self.empty_label = text_label(NO_RUNS)
        self._lay_out()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_INTERVAL_MILLISECONDS)
        self._timer.timeout.connect(self._check_log)

    def focus(self) -> None:
        """Put the focus on the search field."""
        self.search.setFocus()

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Find runs: a name, a network, “adam”, “diverged” …")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find runs")
        self.search.setToolTip("Show only the runs that contain all of these words, in any column.")
        reserve_place(self.undo_button)
        self.undo_button.hide()
        set_icon(self.undo_button, "undo")
        self.empty_label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty_label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        top = row_of(self.search, self.count, self.undo_button, self.sweep_button)
        card = QFrame()
        card.setProperty("card", True)
        within = QGridLayout(card)
        within.setContentsMargins(GAP, GAP, GAP, GAP)
        within.addWidget(self.view, 0, 0)
        within.addWidget(self.empty_label, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addLayout(top)
        layout.addWidget(card, 1)
        layout.addWidget(self.comparison, 1)
        layout.addWidget(self.actions_row)
        self.comparison.hide()

    def _connect(self) -> None:
        row = self.actions_row
        self.search.textChanged.connect(self._search)
        self.view.runs_selected.connect(self._show_selection)
        self.view.delete_requested.connect(self.delete)
        self.view.undo_requested.connect(self.undo)
        self.table.edited.connect(self._edit)
        row.earlier_runs_requested.connect(self._choose_earlier_runs)
        row.earlier_runs_cleared.connect(self._clear_earlier_runs)
        row.compared.connect(self._compare)
        row.rerun_requested.connect(lambda: self._emit_selected(self.rerun_requested.emit))
        row.fork_requested.connect(lambda: self._emit_selected(self.fork_requested.emit))
        row.use_model_requested.connect(self._use_model)
        row.continue_requested.connect(self._continue)
        row.delete_requested.connect(self.delete)
        row.csv_requested.connect(lambda: self.ask_export(".csv"))
        row.report_requested.connect(lambda: self.ask_export(".html"))

    # ----------------------------------------------------------------- the log

    @Slot()
    def refresh(self) -> None:
        """Read the log again; the selection stays."""
        if self.view.is_editing:
            return  # the next refresh is in a second
        runs = self._with_log(self.store.runs)
        self._stamp = self.store.modification_stamp()
        if runs is None:
            return
        selected = {stored.run.id for stored in self.view.selected_runs()}
        self.table.set_runs(runs)
        if selected and {stored.run.id for stored in self.view.selected_runs()} != selected:
            self.view.select_runs(selected)
        self._show_selection()
        self._show_count()

    def showEvent(self, event: QShowEvent) -> None:
        """Refresh, and check the log regularly while the tab is visible."""
        super().showEvent(event)
        self._check_log()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop checking the log."""
        super().hideEvent(event)
        self._timer.stop()

    @Slot()
    def _check_log(self) -> None:
        if self._stamp is None or self.store.modification_stamp() != self._stamp:
            self.refresh()

    def _with_log(self, work: Callable[[], Result]) -> Result | None:
        """Run `work` on the log; None if the log cannot be used, which is reported only once."""
        try:
            result = work()
        except RunLogError as problem:
            if str(problem) != self._last_error:
                self._last_error = str(problem)
                self.error_message.emit(self._last_error)
            return None
        self._last_error = ""
        return result

    # --------------------------------------------------------------- selection

    @Slot(str)
    def _search(self, text: str) -> None:
        self.view.filter.set_text(text)
        self._show_count()

    def _show_count(self) -> None:
        shown, total = self.view.filter.rowCount(), self.table.rowCount()
        runs = counted_text(total, "run")
        self.count.setText(f"{shown:,} of {runs}" if shown < total else runs)
        self.empty_label.setText(NO_MATCH if total else NO_RUNS)
        self.empty_label.setVisible(not shown)

    @Slot()
    def _show_selection(self) -> None:
        selected = self.view.selected_runs()
        self.actions_row.set_selection(selected)
        if not self.comparison.isHidden():
            self._load_compared(selected)

    def _load_compared(self, selected: Sequence[StoredRun]) -> None:
        """Read the curves of the selected runs, unless they are shown, and compare them."""
        key = tuple((stored.run, stored.state) for stored in selected)
        if key == self._compared:
            return
        self._compared = key
        runs = [stored.run.id for stored in selected]
        if len(runs) < 2:
            self._tasks.discard("compare")
            self.comparison.show_runs([])
            return
        read = partial(self.store.reported_runs, runs[:MAX_COMPARED_RUNS])
        self._tasks.discard("compare")
        self._tasks.add("compare", read, self.comparison.show_runs, self.error_message.emit)

    @Slot(bool)
    def _compare(self, wanted: bool) -> None:
        self.comparison.setVisible(wanted)
        self._show_selection()

    @Slot()
    def _choose_earlier_runs(self) -> None:
        self.actions_row.clear_button.show()
        self.earlier_runs_chosen.emit([stored.run.id for stored in self.view.selected_runs()])

    @Slot()
    def _clear_earlier_runs(self) -> None:
        self.actions_row.clear_button.hide()
        self.earlier_runs_chosen.emit([])

    def _emit_selected(self, emit: Callable[[object], None]) -> None:
        selected = self.view.selected_runs()
        if len(selected) == 1:
            emit(selected[0].run)

    @Slot()
    def _use_model(self) -> None:
        selected = self.view.selected_runs()
        if len(selected) == 1 and selected[0].model is not None:
            self.use_model_requested.emit(selected[0].model)

    @Slot()
    def _continue(self) -> None:
        selected = self.view.selected_runs()
        if len(selected) == 1 and selected[0].checkpoint_path is not None:
            signal = self.continue_requested if selected[0].is_interrupted else self.train_further_requested
            signal.emit(selected[0].run, selected[0].checkpoint_path)

    # ------------------------------------------------------------------ change

    @Slot(int, str, str)
    def _edit(self, run_id: int, field: str, text: str) -> None:
        change = self.store.rename if field == "name" else self.store.annotate
        self._with_log(partial(change, run_id, text))
        QTimer.singleShot(0, self, self.refresh)  # the editor is still closing

    @Slot()
    def delete(self) -> None:
        """Delete the selected runs, unless one of them is still running."""
        selected: list[StoredRun] = self.view.selected_runs()
        runs = [stored.run.id for stored in selected]
        if not runs or any(stored.state == "running" for stored in selected):
            return
        self._with_log(partial(self.store.delete, runs))
        if not self._last_error:
            self._deleted.append(runs)
            self.undo_button.show()
            self.view.setFocus()  # the pressed button is about to be disabled, and Ctrl+Z works in the table
            self.refresh()

    @Slot()
    def undo(self) -> None:
        """Restore the runs deleted last."""
        if self._deleted:
            self._with_log(partial(self.store.restore, self._deleted[-1]))
            if not self._last_error:
                runs = self._deleted.pop()
                self.undo_button.setVisible(bool(self._deleted))
                self.refresh()
                self.view.select_runs(set(runs))

    # ------------------------------------------------------------------ export

    def ask_export(self, suffix: str) -> QFileDialog | None:
        """Ask where to save the selected runs, as a table (".csv") or a report (".html")."""
        selected = self.view.selected_runs()
        if not selected:
            return None
        name = selected[0].run.settings.name if len(selected) == 1 else f"{len(selected)} runs"
        runs = [stored.run.id for stored in selected]
        title, filters = EXPORT_DIALOGS[suffix]
        proposed = Path.home() / f"{valid_file_name(name, 'runs')}{suffix}"
        return ask_where_to_save(self, title, filters, proposed, partial(self.export, runs))

    def export(self, runs: list[int], path: Path) -> None:
        """Write runs to `path`, on a thread."""
        self._tasks.add(
            "export", partial(self.store.export, runs, path), self.status_message.emit, self.error_message.emit
        )

    @property
    def is_working(self) -> bool:
        """Whether runs are being compared or exported."""
        return self._tasks.is_busy

    def finish(self) -> bool:
        """Wait until a running export has finished; False if that takes too long."""
        self._timer.stop()
        self.view.drafts.throttle.flush()
        finished = [self.view.sparklines.finish(), self._tasks.finish()]
        return all(finished)
