"""The buttons below the table of runs, for the selected runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.storage.run_store import StoredRun
from app.style.theme import GAP, GROUP_GAP

MOST_EARLIER_RUNS = 6
"""Most earlier runs behind the live curves; more are hard to distinguish."""


GO_ON_ENDED = "Continue this run in the Train tab from where it stopped, with any learning rate."


class ActionsRow(QWidget):
    """Each button is enabled if the selection allows it; its tooltip says what it does, or why it is disabled."""

    earlier_runs_requested, earlier_runs_cleared = Signal(), Signal()
    compared = Signal(bool)
    rerun_requested, fork_requested, continue_requested = Signal(), Signal(), Signal()
    delete_requested, csv_requested, report_requested = Signal(), Signal(), Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.earlier_runs = self._button("Show &behind the curves", self.earlier_runs_requested)
        self.earlier_runs.setProperty("primary", True)
        self.clear_button = self._button("C&lear curves", self.earlier_runs_cleared)
        self.clear_button.setToolTip("Remove the earlier runs from the curves in the Train tab.")
        self.clear_button.hide()
        self.compare = QPushButton("&Compare")
        self.compare.setCheckable(True)
        self.compare.setToolTip("Compare settings and results of the selected runs.")
        self.compare.toggled.connect(self.compared)
        self.rerun = self._button("&Rerun", self.rerun_requested)
        self.fork = self._button("&Fork", self.fork_requested)
        self.continue_button = self._button("Co&ntinue", self.continue_requested)
        self.csv = self._button("Export C&SV …", self.csv_requested)
        self.report = self._button("R&eport …", self.report_requested)
        self.delete = self._button("&Delete", self.delete_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for group in (
            (self.earlier_runs, self.clear_button, self.compare),
            (self.rerun, self.fork, self.continue_button),
        ):
            for button in group:
                layout.addWidget(button)
            layout.addSpacing(GROUP_GAP - GAP)
        layout.addStretch()
        for button in (self.csv, self.report, self.delete):
            layout.addWidget(button)
        self.set_choice([])

    def _button(self, text: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(signal)
        return button

    def set_choice(self, chosen: Sequence[StoredRun]) -> None:
        """Enable the buttons for these selected runs."""
        count = len(chosen)
        some = "" if count else "Select one or more runs first."
        one = "" if count == 1 else "Select exactly one run first."
        few = some or ("" if count <= MOST_EARLIER_RUNS else f"Select at most {MOST_EARLIER_RUNS} runs.")
        on = one or _why_not_continued(chosen[0])
        ended = count == 1 and not chosen[0].is_interrupted
        running = some or next(
            (f"{known.run.settings.name} is still running." for known in chosen if known.state == "running"), ""
        )
        for button, obstacle, purpose in (
            (
                self.earlier_runs,
                few,
                "Show the curves of the chosen runs behind those in the Train tab.",
            ),
            (self.rerun, one, "Train again with the same settings and the same seed."),
            (self.fork, one, "Copy its settings to the Train tab, where they can be changed."),
            (self.continue_button, on, GO_ON_ENDED if ended else "Continue this run after its last saved epoch."),
            (self.csv, some, "Save the selected runs as a table, and their epochs as a second table."),
            (self.report, some, "Save settings, results and curves of the selected runs as an HTML page."),
            (self.delete, running, "Delete the selected runs; Undo restores them."),
        ):
            button.setEnabled(not obstacle)
            button.setToolTip(obstacle or purpose)
            button.setAccessibleDescription(obstacle or purpose)


def _why_not_continued(known: StoredRun) -> str:
    if known.checkpoint is not None:
        return ""
    if known.state == "running":
        return "This run is still running."
    if known.is_interrupted:
        return "It was interrupted before its first epoch was saved. Rerun it."
    if known.state == "diverged":
        return "A diverged run cannot continue. Fork it and lower the learning rate."
    return "Only the newest runs can be continued. Rerun or fork this one."
