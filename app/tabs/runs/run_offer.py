"""The offer to continue an interrupted run, shown at start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.storage.run_store import RunStore, StoredRun
from app.style.theme import GAP, PAGE_MARGIN
from app.widgets.plain_text import ElidedLabel
from nncore.experiments.run_log.log import RunLogError
from nncore.experiments.run_log.logged_run import LoggedRun


class RunOffer(QFrame):
    """A line with a button, hidden if no run was interrupted; closing it dismisses the offer for good.

    The run can still be continued from the Runs tab.
    """

    continue_requested = Signal(LoggedRun, Path)
    """A LoggedRun, and the path of its checkpoint."""
    error_message = Signal(str)
    """One sentence: why the log of runs cannot be used."""

    def __init__(self, store: RunStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._known: StoredRun | None = None
        self.label, self.continue_button, self.close_button = ElidedLabel(), QPushButton("Continue"), QToolButton()
        self.label.setAccessibleName("Interrupted run")
        self.continue_button.setToolTip(
            "Continue after the last saved epoch. The result is the same as without interruption."
        )
        self.continue_button.clicked.connect(self._continue)
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        self.close_button.setToolTip("Dismiss; the run can still be continued from the Runs tab.")
        self.close_button.setAccessibleName("Dismiss")
        self.close_button.clicked.connect(self._dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.continue_button)
        layout.addWidget(self.close_button)
        self.hide()

    def check_log(self) -> None:
        """Offer the newest interrupted run, if there is one."""
        try:
            self._known = self._store.newest_interrupted()
        except RunLogError as problem:
            self._known = None
            self.error_message.emit(str(problem))
        if self._known is not None:
            self.label.set_full_text(_sentence(self._known))
        self.setVisible(self._known is not None)

    @Slot()
    def withdraw(self) -> None:
        """Withdraw the offer, without dismissing it."""
        self._known = None
        self.hide()

    @Slot()
    def _continue(self) -> None:
        known = self._known
        if known is not None:
            self.withdraw()
            self.continue_requested.emit(known.run, known.checkpoint)

    @Slot()
    def _dismiss(self) -> None:
        known = self._known
        self.withdraw()
        if known is not None:
            try:
                self._store.dismiss(known.run.id)
            except RunLogError as problem:
                self.error_message.emit(str(problem))


def _sentence(known: StoredRun) -> str:
    run = known.run
    saved = "1 epoch was saved" if run.epochs == 1 else f"{run.epochs:,} epochs were saved"
    begun = run.started[:16].replace("T", " ")
    return f"{run.settings.name}, started {begun}, was interrupted when Digit Lab ended; {saved}."
