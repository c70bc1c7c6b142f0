"""The buttons under the table of runs: what can be done with those that are chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.storage.run_store import KnownRun
from app.style.theme import GAP, GROUP_GAP

MOST_EARLIER_RUNS = 6
"""Curves behind the live ones: more could not be told apart."""


GO_ON_ENDED = "Take this run to the Train tab, to train it on from where it stopped, with any learning rate."


class ActionsRow(QWidget):
    """Each button is enabled if the choice allows it; its tooltip says what it does, or why it cannot."""

    earlier_runs_requested, earlier_runs_cleared = Signal(), Signal()
    compared = Signal(bool)
    rerun_requested, fork_requested, go_on_requested = Signal(), Signal(), Signal()
    delete_requested, csv_requested, report_requested = Signal(), Signal(), Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.earlier_runs = self._button("Show &behind the curves", self.earlier_runs_requested)
        self.earlier_runs.setProperty("primary", True)
        self.no_earlier_runs = self._button("C&lear the curves", self.earlier_runs_cleared)
        self.no_earlier_runs.setToolTip("Show no earlier run behind the curves of the Train tab any more.")
        self.no_earlier_runs.hide()
        self.compare = QPushButton("&Compare")
        self.compare.setCheckable(True)
        self.compare.setToolTip("Show which settings differ between the chosen runs, and how they did.")
        self.compare.toggled.connect(self.compared)
        self.rerun = self._button("&Rerun", self.rerun_requested)
        self.fork = self._button("&Fork", self.fork_requested)
        self.go_on = self._button("&Go on", self.go_on_requested)
        self.csv = self._button("Export C&SV …", self.csv_requested)
        self.report = self._button("R&eport …", self.report_requested)
        self.delete = self._button("&Delete", self.delete_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for group in ((self.earlier_runs, self.no_earlier_runs, self.compare), (self.rerun, self.fork, self.go_on)):
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

    def set_choice(self, chosen: Sequence[KnownRun]) -> None:
        """Offer what can be done with these runs."""
        count = len(chosen)
        some = "" if count else "Choose one run or more first."
        one = "" if count == 1 else "Choose one run, and one alone, first."
        few = some or (
            "" if count <= MOST_EARLIER_RUNS else f"At most {MOST_EARLIER_RUNS} runs at once can be told apart."
        )
        on = one or _why_not_on(chosen[0])
        ended = count == 1 and not chosen[0].is_broken_off
        running = some or next(
            (f"{known.run.settings.name} is still going on." for known in chosen if known.state == "running"), ""
        )
        for button, obstacle, purpose in (
            (
                self.earlier_runs,
                few,
                "Show the curves of the chosen runs behind those in the Train tab.",
            ),
            (self.rerun, one, "Train once more with the same settings and the same seed."),
            (self.fork, one, "Take its settings to the Train tab, to change some before training."),
            (self.go_on, on, GO_ON_ENDED if ended else "Go on with this run after the last epoch that it kept."),
            (self.csv, some, "Write the chosen runs as a table, and their epochs as another one beside it."),
            (self.report, some, "Write settings, figures and curves of the chosen runs as one HTML page."),
            (self.delete, running, "Delete the chosen runs from the list; Undo brings them back."),
        ):
            button.setEnabled(not obstacle)
            button.setToolTip(obstacle or purpose)
            button.setAccessibleDescription(obstacle or purpose)


def _why_not_on(known: KnownRun) -> str:
    if known.checkpoint is not None:
        return ""
    if known.state == "running":
        return "This run is still going on."
    if known.is_broken_off:
        return "It was broken off before its first epoch was kept; rerun it."
    if known.state == "diverged":
        return "A run that diverged cannot go on; fork it, and train with a lower learning rate."
    return "Only the newest runs keep what it takes to train them on; rerun or fork this one."
