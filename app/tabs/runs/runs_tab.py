"""The Runs tab: all logged runs, to sort, find, name, compare, repeat, continue, delete and export."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.background.task_queue import TaskQueue
from app.storage.paths import run_log_path
from app.storage.run_store import RunStore, StoredRun
from app.style.icons import set_icon
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.runs.actions_row import ActionsRow
from app.tabs.runs.comparison import Comparison
from app.tabs.runs.run_table import RunTable
from app.tabs.runs.run_view import RunView
from app.tabs.tab import Tab
from app.widgets.file_dialogs import ask_where_to_save, valid_file_name
from nncore.experiments.run_log.log import RunLogError
from nncore.experiments.run_log.logged_run import LoggedRun

NO_RUNS = "No runs yet. Press Train in the Train tab."
NO_MATCH = "No run contains all of these words."
CHECK_MILLISECONDS = 1000
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
    checkpoint. train_on_requested: the same for a run that ended. sweep_requested: the user wants a sweep.
    status_message, error_message: a sentence that confirms an action, or reports an error. Call `finish` before the tab
    is destroyed.
    """

    earlier_runs_chosen = Signal(list)
    rerun_requested, fork_requested = Signal(LoggedRun), Signal(LoggedRun)
    continue_requested = Signal(LoggedRun, Path)
    train_on_requested = Signal(LoggedRun, Path)
    sweep_requested = Signal()
    status_message, error_message = Signal(str), Signal(str)

    def __init__(self, parent: QWidget | None = None, path: Path | None = None) -> None:
        super().__init__(parent)
        self.store = RunStore(path or run_log_path(), self.error_message.emit)
        self._stamp: tuple[object, ...] | None = None
        self._deleted: list[list[int]] = []
        self._tasks = TaskQueue(self)
        self._last_error = ""
        self.search, self.count = QLineEdit(), QLabel()
        self.undo_button, self.sweep_button = QPushButton("&Undo"), QPushButton("S&weep …")
        self.table = RunTable(self)
        self.view, self.comparison, self.actions_row = RunView(self.table), Comparison(), ActionsRow()
        self.empty = QLabel(NO_RUNS)
        self._lay_out()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_MILLISECONDS)
        self._timer.timeout.connect(self._check_log)

    def focus(self) -> None:
        """Put the focus on the search field."""
        self.search.setFocus()

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Find runs: a name, a network, “adam”, “diverged” …")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find runs")
        self.search.setToolTip("Show only the runs that contain all of these words, in any column.")
        self.count.setProperty("quiet", True)
        self.undo_button.setToolTip("Restore the runs deleted last (Ctrl+Z).")
        set_icon(self.undo_button, "undo")
        self.undo_button.hide()
        self.sweep_button.setToolTip(
            "Train with several values of the settings in the Train tab, and compare the runs."
        )
        self.empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        top = QHBoxLayout()
        top.setSpacing(GAP)
        for widget, stretch in ((self.search, 1), (self.count, 0), (self.undo_button, 0), (self.sweep_button, 0)):
            top.addWidget(widget, stretch)
        card = QFrame()
        card.setProperty("card", True)
        within = QGridLayout(card)
        within.setContentsMargins(GAP, GAP, GAP, GAP)
        within.addWidget(self.view, 0, 0)
        within.addWidget(self.empty, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addLayout(top)
        layout.addWidget(card, 3)
        layout.addWidget(self.comparison, 2)
        layout.addWidget(self.actions_row)
        self.comparison.hide()

    def _connect(self) -> None:
        row = self.actions_row
        self.search.textChanged.connect(self._search)
        self.undo_button.clicked.connect(self.undo)
        self.sweep_button.clicked.connect(self.sweep_requested)
        self.view.choice_changed.connect(self._show_choice)
        self.view.delete_requested.connect(self.delete)
        self.view.undo_requested.connect(self.undo)
        self.table.edited.connect(self._edit)
        row.earlier_runs_requested.connect(self._choose_earlier_runs)
        row.earlier_runs_cleared.connect(self._clear_earlier_runs)
        row.compared.connect(self._compare)
        row.rerun_requested.connect(lambda: self._request(self.rerun_requested.emit))
        row.fork_requested.connect(lambda: self._request(self.fork_requested.emit))
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
        runs = self._do(self.store.runs)
        self._stamp = self.store.modification_stamp()
        if runs is None:
            return
        chosen = {known.run.id for known in self.view.chosen()}
        self.table.set_runs(runs)
        if chosen and {known.run.id for known in self.view.chosen()} != chosen:
            self.view.choose(chosen)
        self._show_choice()
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

    def _do(self, work: Callable[[], Result]) -> Result | None:
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

    # ------------------------------------------------------------------ choice

    @Slot(str)
    def _search(self, text: str) -> None:
        self.view.filter.set_text(text)
        self._show_count()

    def _show_count(self) -> None:
        shown, all_of_them = self.view.filter.rowCount(), self.table.rowCount()
        runs = "1 run" if all_of_them == 1 else f"{all_of_them:,} runs"
        self.count.setText(f"{shown:,} of {runs}" if shown < all_of_them else runs)
        self.empty.setText(NO_MATCH if all_of_them else NO_RUNS)
        self.empty.setVisible(not shown)

    @Slot()
    def _show_choice(self) -> None:
        chosen = self.view.chosen()
        self.actions_row.set_choice(chosen)
        if not self.comparison.isHidden():
            self.comparison.show_runs(chosen)

    @Slot(bool)
    def _compare(self, wanted: bool) -> None:
        self.comparison.setVisible(wanted)
        self._show_choice()

    @Slot()
    def _choose_earlier_runs(self) -> None:
        self.actions_row.clear_button.show()
        self.earlier_runs_chosen.emit([known.run.id for known in self.view.chosen()])

    @Slot()
    def _clear_earlier_runs(self) -> None:
        self.actions_row.clear_button.hide()
        self.earlier_runs_chosen.emit([])

    def _request(self, ask: Callable[[object], None]) -> None:
        chosen = self.view.chosen()
        if len(chosen) == 1:
            ask(chosen[0].run)

    @Slot()
    def _continue(self) -> None:
        chosen = self.view.chosen()
        if len(chosen) == 1 and chosen[0].checkpoint is not None:
            wanted = self.continue_requested if chosen[0].is_interrupted else self.train_on_requested
            wanted.emit(chosen[0].run, chosen[0].checkpoint)

    # ------------------------------------------------------------------ change

    @Slot(int, str, str)
    def _edit(self, run: int, what: str, text: str) -> None:
        change = self.store.rename if what == "name" else self.store.annotate
        self._do(partial(change, run, text))
        QTimer.singleShot(0, self, self.refresh)  # the editor is still closing

    @Slot()
    def delete(self) -> None:
        """Delete the selected runs, unless one of them is still running."""
        chosen: list[StoredRun] = self.view.chosen()
        runs = [known.run.id for known in chosen]
        if not runs or any(known.state == "running" for known in chosen):
            return
        self._do(partial(self.store.delete, runs))
        if not self._last_error:
            self._deleted.append(runs)
            self.undo_button.show()
            self.view.setFocus()  # the pressed button is about to be disabled, and Ctrl+Z works in the table
            self.refresh()

    @Slot()
    def undo(self) -> None:
        """Restore the runs deleted last."""
        if self._deleted:
            self._do(partial(self.store.restore, self._deleted[-1]))
            if not self._last_error:
                runs = self._deleted.pop()
                self.undo_button.setVisible(bool(self._deleted))
                self.refresh()
                self.view.choose(set(runs))

    # ------------------------------------------------------------------ export

    def ask_export(self, suffix: str) -> QFileDialog | None:
        """Ask where to save the selected runs, as a table (".csv") or a report (".html")."""
        chosen = self.view.chosen()
        if not chosen:
            return None
        name = chosen[0].run.settings.name if len(chosen) == 1 else f"{len(chosen)} runs"
        runs = [known.run.id for known in chosen]
        title, filters = EXPORT_DIALOGS[suffix]
        proposed = Path.home() / f"{valid_file_name(name, 'runs')}{suffix}"
        return ask_where_to_save(self, title, filters, proposed, partial(self.export, runs))

    def export(self, runs: list[int], path: Path) -> None:
        """Write runs to `path`, on a thread."""
        self._tasks.add(
            "export", partial(self.store.export, runs, path), self.status_message.emit, self.error_message.emit
        )

    def finish(self) -> bool:
        """Wait until a running export has finished; False if that takes too long."""
        self._timer.stop()
        return self._tasks.finish()
