"""The table of the settings that differ between the selected runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.storage.run_store import StoredRun
from app.style.theme import GAP, GROUP_GAP
from app.tabs.runs.run_view import table_style
from app.widgets.elements import text_label
from app.widgets.pictures.picture_actions import PictureActions
from app.widgets.plain_text import plain_tooltip
from nncore.errors import printable
from nncore.experiments.run_log.descriptions import differing_settings
from nncore.reporting.number_text import duration_text, percent_text, rounded_text

SELECT_RUNS = "Select two or more runs (Ctrl or Shift and click) to compare them."
SAME_SETTINGS = "These runs have the same settings."
MAX_RUNS = 12
"""Maximum number of runs side by side."""

MAX_HEADING_LENGTH = 32
"""Maximum number of letters of a run's name above its column."""


class Comparison(QFrame):
    """One column per run; one row per setting that differs, then the results."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.pictures = PictureActions(self, "comparison of runs")
        self.sentence, self.table = text_label(SELECT_RUNS, "quiet"), QTableWidget()
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setAccessibleName("Settings that differ")
        self.table.setToolTip("Settings that differ between the selected runs, then their results.")
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GROUP_GAP, GAP, GROUP_GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.sentence)
        layout.addWidget(self.table, 1)
        self._apply_style()
        self.show_runs([])

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._apply_style()

    def _apply_style(self) -> None:
        if hasattr(self, "table"):  # Qt sends a font change during construction
            self.table.setStyleSheet(table_style(self))

    def show_runs(self, selected: Sequence[StoredRun]) -> None:
        """Compare `selected`; with fewer than two runs, show what to do."""
        runs = [stored.run for stored in selected[:MAX_RUNS]]
        self.table.setVisible(len(runs) > 1)
        settings = differing_settings([run.settings for run in runs])
        more = f" The first {MAX_RUNS} of {len(selected)} runs are shown." if len(selected) > MAX_RUNS else ""
        self.sentence.setText(
            SELECT_RUNS if len(runs) < 2 else (SAME_SETTINGS if not settings else "Settings that differ") + more
        )
        results = {
            "best validation accuracy": [percent_text(run.best_accuracy) for run in runs],
            "test accuracy": [percent_text(run.test_accuracy) for run in runs],
            "training loss": [rounded_text(run.training_loss) for run in runs],
            "time": [duration_text(run.seconds) for run in runs],
        }
        rows = {**settings, **results}
        self.table.setRowCount(len(rows))
        self.table.setColumnCount(len(runs))
        self.table.setHorizontalHeaderLabels(
            [f"{run.id} · {printable(run.settings.name, MAX_HEADING_LENGTH)}" for run in runs]
        )
        self.table.setVerticalHeaderLabels(list(rows))
        for row, values in enumerate(rows.values()):
            for column, value in enumerate(values):
                item = QTableWidgetItem(value)
                item.setToolTip(plain_tooltip(value))
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
