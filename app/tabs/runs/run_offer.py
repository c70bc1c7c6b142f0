"""What the window says first after it was killed: that the run which was broken off can go on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.storage.run_store import KnownRun, RunStore
from app.style.theme import GAP, PAGE_MARGIN
from app.widgets.plain_text import ElidedLabel
from nncore.experiments.run_log.log import RunLogError
from nncore.experiments.run_log.logged_run import LoggedRun


class RunOffer(QFrame):
    """A line with a button, hidden while no run was broken off; closing it turns the offer down for good.

    A run that was turned down can still go on, from the Runs tab.
    """

    go_on_requested = Signal(LoggedRun, Path)
    """A LoggedRun, and the path of its checkpoint."""
    refused = Signal(str)
    """One sentence: why the log of runs cannot be used."""

    def __init__(self, store: RunStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._known: KnownRun | None = None
        self.label, self.go_on, self.close_button = ElidedLabel(), QPushButton("Go on with it"), QToolButton()
        self.label.setAccessibleName("A run that was broken off")
        self.go_on.setToolTip("Train on after the last epoch that was kept, as if the run had never been broken off.")
        self.go_on.clicked.connect(self._go_on)
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        self.close_button.setToolTip("Not now: the run stays in the Runs tab, and can go on from there.")
        self.close_button.setAccessibleName("Not now")
        self.close_button.clicked.connect(self._turn_down)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.go_on)
        layout.addWidget(self.close_button)
        self.hide()

    def look(self) -> None:
        """Offer the newest run that was broken off, if there is one."""
        try:
            self._known = self._store.broken_off()
        except RunLogError as problem:
            self._known = None
            self.refused.emit(str(problem))
        if self._known is not None:
            self.label.set_whole_text(_sentence(self._known))
        self.setVisible(self._known is not None)

    @Slot()
    def withdraw(self) -> None:
        """Offer nothing any more, for now."""
        self._known = None
        self.hide()

    @Slot()
    def _go_on(self) -> None:
        known = self._known
        if known is not None:
            self.withdraw()
            self.go_on_requested.emit(known.run, known.checkpoint)

    @Slot()
    def _turn_down(self) -> None:
        known = self._known
        self.withdraw()
        if known is not None:
            try:
                self._store.turn_down(known.run.id)
            except RunLogError as problem:
                self.refused.emit(str(problem))


def _sentence(known: KnownRun) -> str:
    run = known.run
    kept = "1 epoch is kept" if run.epochs == 1 else f"{run.epochs:,} epochs are kept"
    begun = run.started[:16].replace("T", " ")
    return f"{run.settings.name}, begun {begun}, was broken off when Digit Lab ended: {kept}."
