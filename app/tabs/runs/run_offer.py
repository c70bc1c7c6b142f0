"""The offer to continue an interrupted run, shown at start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QWidget

from app.storage.run_store import RunStore, StoredRun
from app.widgets.elements import bar_layout, close_button, push_button
from app.widgets.plain_text import ElidedLabel
from nncore.experiments.run_log.log import RunLogError
from nncore.experiments.run_log.logged_run import LoggedRun
from nncore.reporting.number_text import counted_text


class RunOffer(QFrame):
    """A line with a button, hidden if no run was interrupted; closing the line dismisses the offer permanently.

    The run can still be continued from the Runs tab.
    """

    continue_requested = Signal(LoggedRun, Path)
    """The run, and the path of its checkpoint."""
    error_message = Signal(str)
    """One sentence: why the log of runs cannot be used."""

    def __init__(self, store: RunStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._stored: StoredRun | None = None
        self.label, self.close_button = ElidedLabel(), close_button("Dismiss", self._dismiss)
        self.label.setAccessibleName("Interrupted run")
        self.close_button.setToolTip("Dismiss; the run can still be continued from the Runs tab.")
        purpose = "Continue after the last saved epoch. The result is the same as without interruption."
        self.continue_button = push_button("Continue", purpose, self._continue)
        bar_layout(self, self.label, self.continue_button, self.close_button)
        self.hide()

    def check_log(self) -> None:
        """Offer the newest interrupted run, if there is one."""
        try:
            self._stored = self._store.newest_interrupted()
        except RunLogError as problem:
            self._stored = None
            self.error_message.emit(str(problem))
        if self._stored is not None:
            self.label.set_full_text(_sentence(self._stored))
        self.setVisible(self._stored is not None)

    @Slot()
    def withdraw(self) -> None:
        """Withdraw the offer, without dismissing it."""
        self._stored = None
        self.hide()

    @Slot()
    def _continue(self) -> None:
        stored = self._stored
        if stored is not None:
            self.withdraw()
            self.continue_requested.emit(stored.run, stored.checkpoint_path)

    @Slot()
    def _dismiss(self) -> None:
        stored = self._stored
        self.withdraw()
        if stored is not None:
            try:
                self._store.dismiss(stored.run.id)
            except RunLogError as problem:
                self.error_message.emit(str(problem))


def _sentence(stored: StoredRun) -> str:
    run = stored.run
    saved = f"{counted_text(run.epochs, 'epoch')} {'was' if run.epochs == 1 else 'were'} saved"
    started = run.started[:16].replace("T", " ")
    return f"{run.settings.name}, started {started}, was interrupted when Digit Lab ended; {saved}."
