"""The buttons below the table of runs, for the selected runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.storage.run_store import StoredRun
from app.style.run_dashes import MAX_EARLIER_RUNS
from app.style.theme import GAP, GROUP_GAP
from app.widgets.elements import push_button, reserve_place, row_of
from app.widgets.layouts.flow_layout import FlowLayout

CONTINUE_ENDED = "Continue this run in the Train tab from where it stopped, with any learning rate."
CONTINUE_INTERRUPTED = "Continue this run after its last saved epoch."


class ActionsRow(QWidget):
    """Buttons for the selected runs. The tooltip of a button says what it does, or why it is disabled."""

    earlier_runs_requested, earlier_runs_cleared = Signal(), Signal()
    compared = Signal(bool)
    """Whether the button Compare is checked."""
    rerun_requested, fork_requested, continue_requested = Signal(), Signal(), Signal()
    use_model_requested = Signal()
    """Use the model of the selected run."""
    delete_requested, csv_requested, report_requested = Signal(), Signal(), Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.earlier_runs = push_button("Show &behind the curves", "", self.earlier_runs_requested)
        self.earlier_runs.setProperty("primary", True)
        clear = "Remove the earlier runs from the curves in the Train tab."
        self.clear_button = push_button("C&lear curves", clear, self.earlier_runs_cleared)
        reserve_place(self.clear_button)
        self.clear_button.hide()
        self.compare = QPushButton("&Compare")
        self.compare.setCheckable(True)
        self.compare.setToolTip("Compare settings and results of the selected runs.")
        self.compare.toggled.connect(self.compared)
        self.rerun = push_button("&Rerun", "", self.rerun_requested)
        self.fork = push_button("Settings in &Train", "", self.fork_requested)
        self.use_model = push_button("Use this &model", "", self.use_model_requested)
        self.continue_button = push_button("Co&ntinue", "", self.continue_requested)
        self.csv = push_button("Export C&SV …", "", self.csv_requested)
        self.report = push_button("R&eport …", "", self.report_requested)
        self.delete = push_button("&Delete", "", self.delete_requested)
        selected, again, files = (
            row_of(self.earlier_runs, self.clear_button, self.compare),
            row_of(self.use_model, self.fork, self.rerun, self.continue_button),
            row_of(self.csv, self.report, self.delete),
        )
        again.addStretch()  # the last group is at the right
        groups = [QWidget() for _ in range(3)]
        for group, row in zip(groups, (selected, again, files), strict=True):
            group.setLayout(row)
        self.setLayout(FlowLayout(*groups, spacing=GROUP_GAP, line_spacing=GAP))
        self.set_selection([])

    def set_selection(self, selected: Sequence[StoredRun]) -> None:
        """Enable the buttons that are possible for the selected runs."""
        count = len(selected)
        not_any = "" if count else "Select one or more runs first."
        not_one = "" if count == 1 else "Select exactly one run first."
        too_many = not_any or ("" if count <= MAX_EARLIER_RUNS else f"Select at most {MAX_EARLIER_RUNS} runs.")
        not_continuable = not_one or _why_not_continued(selected[0])
        is_ended = count == 1 and not selected[0].is_interrupted
        running = (f"{stored.run.settings.name} is still running." for stored in selected if stored.state == "running")
        for button, obstacle, purpose in (
            (self.earlier_runs, too_many, "Show the curves of the selected runs behind those in the Train tab."),
            (self.rerun, not_one, "Train again with the same settings and the same seed."),
            (self.use_model, not_one or _why_no_model(selected[0]), "Use the model of this run to read."),
            (self.fork, not_one, "Copy its settings to the Train tab, where they can be changed."),
            (self.continue_button, not_continuable, CONTINUE_ENDED if is_ended else CONTINUE_INTERRUPTED),
            (self.csv, not_any, "Save the selected runs as a table, and their epochs as a second table."),
            (self.report, not_any, "Save settings, results and curves of the selected runs as an HTML page."),
            (self.delete, not_any or next(running, ""), "Delete the selected runs; Undo restores them."),
        ):
            button.setEnabled(not obstacle)
            button.setToolTip(obstacle or purpose)
            button.setAccessibleDescription(obstacle or purpose)


def _why_no_model(stored: StoredRun) -> str:
    if stored.model is not None:
        return ""
    if stored.run.model:
        return "The model of this run was deleted; the Models tab restores models that were just deleted."
    return "This run has not saved a model."


def _why_not_continued(stored: StoredRun) -> str:
    if stored.checkpoint_path is not None:
        return ""
    if stored.state == "running":
        return "This run is still running."
    if stored.is_interrupted and stored.run.epochs:
        return "Only the newest interrupted runs can be continued. Rerun it, or change its settings."
    if stored.is_interrupted:
        return "It was interrupted before its first epoch was saved. Rerun it."
    if stored.state == "diverged":
        return "A diverged run cannot continue. Open its settings and lower the learning rate."
    return "Only the newest runs can be continued. Rerun it, or change its settings."
