"""Classes: the figures of each, and whether the network is as often right as it is sure."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP
from app.tabs.evaluate.class_table import ClassTable
from app.tabs.evaluate.examination import Examination
from app.tabs.evaluate.reliability_plot import ReliabilityPlot


class ClassesPage(QWidget):
    """A table beside a reliability diagram."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table, self.plot, self.error = ClassTable(), ReliabilityPlot(), QLabel()
        self.error.setProperty("quiet", True)
        self.error.setWordWrap(True)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(self.plot, 1)
        right.addWidget(self.error)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GROUP_GAP)
        page.addWidget(self.table, 5)
        page.addLayout(right, 4)

    def show_examination(self, examination: Examination) -> None:
        """Show its figures."""
        judgement = examination.judgement
        self.table.set_figures(judgement.figures)
        self.plot.set_bins(judgement.bins)
        self.error.setText(
            f"Expected calibration error {judgement.calibration_error:.2%}: on average, confidence and accuracy are "
            "that far apart. 0 is honest; a few per cent are usual."
        )
