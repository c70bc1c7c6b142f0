"""The curves of the selected runs, and the table of the settings that differ between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.style.theme import GAP, GROUP_GAP
from app.tabs.runs.comparison_plot import ComparisonPlot, pen_sample
from app.widgets.elements import text_label, without_margins
from app.widgets.pictures.focus_border import FocusBorder
from app.widgets.pictures.picture_actions import PictureActions
from app.widgets.plain_text import plain_tooltip
from app.widgets.table_style import table_style
from nncore.errors import printable
from nncore.experiments.run_log.html_report import ReportedRun
from nncore.experiments.run_log.seed_groups import SeedGroup, compared_figure, group_differences, seed_groups
from nncore.reporting.number_text import duration_text, percent_range_text, percent_text, rounded_text

SELECT_RUNS = "Select two or more runs (Ctrl or Shift and click) to compare them."
SAME_SETTINGS = "These runs have the same settings."
SEEDS_FOLDED = "Runs that differ only in their seed are one curve: their mean, with a band from lowest to highest."
MAX_COMPARED_RUNS = 100
"""Maximum number of runs that are read to be compared."""

MAX_COLUMNS = 12
"""Maximum number of columns side by side."""

MAX_HEADING_LENGTH = 32
"""Maximum number of letters of a run's name above its column."""


class Comparison(QFrame):
    """The curves, and beside them a table: one column per run, one row per setting that differs, then the results.

    Runs that differ only in their seed share one curve and one column.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.pictures = PictureActions(self, "comparison of runs")
        self.sentence, self.table = text_label(SELECT_RUNS, "quiet"), QTableWidget()
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setTabKeyNavigation(False)
        FocusBorder(self.table)
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
        self.plot, self.content = ComparisonPlot(), QWidget()
        beside = without_margins(QHBoxLayout(self.content), GROUP_GAP)
        beside.addWidget(self.plot, 2)
        beside.addWidget(self.table, 3)
        # A view of pyqtgraph wants 480 pixels, which would leave a single row of the list of runs on a small screen.
        self.content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        layout.addWidget(self.content, 1)
        self._apply_style()
        self.show_runs([])

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._apply_style()

    def _apply_style(self) -> None:
        self.table.setStyleSheet(table_style(self))

    def show_runs(self, selected: Sequence[ReportedRun]) -> None:
        """Compare `selected`, at most MAX_COMPARED_RUNS; with fewer than two runs, show what to do."""
        runs = list(selected[:MAX_COMPARED_RUNS])
        figure = compared_figure(runs)
        groups = seed_groups(runs, figure)
        shown = groups[:MAX_COLUMNS] if len(runs) > 1 else []
        self.content.setVisible(len(runs) > 1)
        self.plot.show_groups(shown, figure)
        settings = group_differences(shown)
        self.sentence.setText(_sentence(shown, len(groups), bool(settings), len(selected)))
        self._fill_table({**settings, **_results(shown)}, shown)

    def _fill_table(self, rows: Mapping[str, Sequence[str]], groups: Sequence[SeedGroup]) -> None:
        self.table.setRowCount(len(rows))
        self.table.setColumnCount(len(groups))
        for column, group in enumerate(groups):
            heading = QTableWidgetItem(QIcon(pen_sample(self, column)), _heading(group))
            heading.setToolTip(plain_tooltip("; ".join(f"{run.id} · {run.settings.name}" for run in group.runs)))
            self.table.setHorizontalHeaderItem(column, heading)
        self.table.setVerticalHeaderLabels(list(rows))
        for row, values in enumerate(rows.values()):
            for column, value in enumerate(values):
                item = QTableWidgetItem(value)
                item.setToolTip(plain_tooltip(value))
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)


def _sentence(shown: Sequence[SeedGroup], groups: int, settings_differ: bool, selected: int) -> str:
    """What is compared, and what is left out."""
    if not shown:
        return SELECT_RUNS
    parts = ["The settings that differ, and the results." if settings_differ else SAME_SETTINGS]
    if any(len(group.runs) > 1 for group in shown):
        parts.append(SEEDS_FOLDED)
    if groups > len(shown) or selected > MAX_COMPARED_RUNS:
        parts.append(f"The first {len(shown)} settings of the {selected} selected runs are shown.")
    return " ".join(parts)


def _heading(group: SeedGroup) -> str:
    name = printable(group.settings.name, MAX_HEADING_LENGTH)
    return f"{group.runs[0].id} · {name}" if len(group.runs) == 1 else f"{len(group.runs)} seeds · {name}"


def _results(groups: Sequence[SeedGroup]) -> dict[str, list[str]]:
    """The results of the groups; for several seeds the mean, and the lowest and highest."""
    return {
        "best validation accuracy": [_accuracy_text(group, "best_accuracy") for group in groups],
        "test accuracy": [_accuracy_text(group, "test_accuracy") for group in groups],
        "training loss": [rounded_text(group.average("training_loss")) for group in groups],
        "time": [duration_text(group.average("seconds") or 0.0) for group in groups],
    }


def _accuracy_text(group: SeedGroup, figure: str) -> str:
    values = group.values(figure)
    mean = percent_text(group.average(figure))
    return f"{mean} ({percent_range_text(min(values), max(values))})" if len(values) > 1 else mean
