"""The Classes page: precision, recall and F1 of each class, and the reliability diagram."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.style.theme import GAP, GROUP_GAP, colours_of, line_width
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.widgets.elements import column_of, text_label
from app.widgets.pictures.focus_border import FocusBorder
from app.widgets.plot import FRACTION_RANGE, PERCENT_TICKS, Plot
from nncore.evaluation.metrics import ClassMetrics, ReliabilityBin
from nncore.reporting.number_text import percent_range_text, percent_text

CLASS_COLUMNS = (
    ("class", "The true class."),
    ("images", "Number of images of the class."),
    ("precision", "Fraction of the answers with this class that are correct, in per cent."),
    ("recall", "Fraction of the images of this class that were read correctly, in per cent."),
    ("F1", "Harmonic mean of precision and recall, in per cent; low if either is low."),
)
ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ClassesPage(QWidget):
    """The class table and the reliability diagram side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = ClassTable()
        self.plot = ReliabilityPlot()
        self.calibration_sentence = text_label(style="quiet")
        right = column_of(self.plot, self.calibration_sentence)
        right.setStretchFactor(self.plot, 1)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GROUP_GAP)
        page.addWidget(self.table, 5)
        page.addLayout(right, 4)

    def show_result(self, result: EvaluationResult) -> None:
        """Show the figures of `result`."""
        predictions = result.predictions
        self.table.set_figures(predictions.figures)
        self.plot.set_bins(predictions.bins)
        self.calibration_sentence.setText(
            f"Expected calibration error {percent_text(predictions.calibration_error)}: the mean difference "
            "between confidence "
            "and accuracy. 0 is perfect; a few per cent are usual."
        )


class _NumberItem(QTableWidgetItem):
    """A figure sorted by its value, not by its text."""

    def __init__(self, value: float, text: str) -> None:
        super().__init__(text)
        self.value = value
        self.setTextAlignment(ALIGN_RIGHT)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return isinstance(other, _NumberItem) and self.value < other.value


class ClassTable(QTableWidget):
    """One row per class; a click on a heading sorts by it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(CLASS_COLUMNS), parent)
        for index, (name, meaning) in enumerate(CLASS_COLUMNS):
            heading = QTableWidgetItem(name)
            heading.setToolTip(meaning)
            heading.setTextAlignment(ALIGN_RIGHT)
            self.setHorizontalHeaderItem(index, heading)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setAccessibleName("Figures of each class")
        FocusBorder(self)
        self.setToolTip("Precision, recall and F1 of each class. Click a heading to sort by it.")

    def set_figures(self, figures: Sequence[ClassMetrics]) -> None:
        """Show these classes; the sorting stays."""
        self.setSortingEnabled(False)  # otherwise rows move while they are filled
        self.setRowCount(len(figures))
        for row, metrics in enumerate(figures):
            self.setItem(row, 0, _NumberItem(row, metrics.name))
            self.setItem(row, 1, _NumberItem(metrics.count, f"{metrics.count:,}"))
            for column, fraction in enumerate((metrics.precision, metrics.recall, metrics.f1), start=2):
                figure = _NumberItem(-1, "–") if fraction is None else _NumberItem(fraction, f"{100 * fraction:.2f}")
                self.setItem(row, column, figure)
        self.setSortingEnabled(True)


class ReliabilityPlot(Plot):
    """Bars of accuracy over confidence, and the diagonal of perfect calibration.

    A bar of few answers is fainter, because it is less reliable.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Reliability diagram: accuracy by confidence", "No evaluation yet.", parent)
        self.bins: tuple[ReliabilityBin, ...] = ()
        self.setToolTip(
            "Fraction of correct answers by confidence. On the dashed line both are equal; below it the network is "
            "overconfident. Faint bars have few answers."
        )
        self.bars = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._diagonal = pg.PlotCurveItem([0, 1], [0, 1], antialias=True)
        self.plot.box.addItem(self.bars)
        self.plot.box.addItem(self._diagonal)
        self.set_axes((-0.05, 1.05), FRACTION_RANGE, "confidence (%)", "correct (%)")
        for side in ("left", "bottom"):
            self.plot.axes[side].setTicks([PERCENT_TICKS])
        self.apply_colours()

    def set_bins(self, bins: Sequence[ReliabilityBin]) -> None:
        """Show these bars."""
        self.bins = tuple(bins)
        bars = (
            f"{percent_range_text(b.low, b.high, 0)} sure: {percent_text(b.accuracy, 0)} of {b.count:,} correct"
            for b in self.bins
        )
        self.describe("; ".join(bars), is_empty=not self.bins)
        self.apply_colours()

    def apply_colours(self) -> None:
        """Apply the theme's colours, including the colours of the bars and the diagonal."""
        super().apply_colours()
        colours = colours_of(self)
        colours_by_bin = []
        for bin_ in self.bins:
            colour = QColor(colours.training)
            colour.setAlphaF(0.3 if bin_.count < 10 else 0.6 if bin_.count < 100 else 1.0)
            colours_by_bin.append(colour)
        self.bars.setOpts(
            x0=[b.low + 0.003 for b in self.bins], x1=[b.high - 0.003 for b in self.bins],
            height=[b.accuracy for b in self.bins], y0=0, brushes=colours_by_bin, pen=None,
        )  # fmt: skip
        self._diagonal.setPen(pg.mkPen(colours.validation, width=line_width(), style=Qt.PenStyle.DashLine))
