"""Robustness: how the accuracy falls as images get noisier, turned, moved, thicker or thinner."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.evaluate.robustness_plot import RobustnessPlot
from app.theme import GAP, GROUP_GAP
from nncore.robustness import DISTORTIONS, IMAGES, RobustnessPoint

WHAT = f"Up to {IMAGES:,} images, the same for every point; the line shows what share of them is still read right."
EMPTY = "Press Measure, and the curve will grow here."
STALE = "The model or the data has changed. Press Measure."


class RobustnessPage(QWidget):
    """Four curves, measured when asked for."""

    measure_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_measuring = self._is_stopping = False
        self._can_measure = False
        self.plots = {distortion.name: RobustnessPlot(distortion) for distortion in DISTORTIONS}
        self.button, self.what = QPushButton("&Measure"), QLabel(WHAT)
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self._press)
        self.what.setProperty("quiet", True)
        self.what.setWordWrap(True)
        head, grid, page = QHBoxLayout(), QGridLayout(), QVBoxLayout(self)
        head.setSpacing(GROUP_GAP)
        head.addWidget(self.button)
        head.addWidget(self.what, 1)
        grid.setSpacing(GAP)
        for number, plot in enumerate(self.plots.values()):
            plot.clear(EMPTY)
            grid.addWidget(plot, number // 2, number % 2)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GAP)
        page.addLayout(head)
        page.addLayout(grid, 1)
        self._name_button()

    def forget(self, can_measure: bool) -> None:
        """Something else is to be measured now, or nothing can be."""
        self._can_measure = can_measure
        self._is_stopping = self.is_measuring
        drawn = any(plot.points for plot in self.plots.values())
        if drawn or self.is_measuring:
            self._clear(STALE)
        self._name_button()

    @Slot(object)
    def add(self, point: RobustnessPoint) -> None:
        """Show one more point."""
        if self.is_measuring and not self._is_stopping:
            self.plots[point.distortion.name].add(point)

    @Slot(str)
    def end(self, sentence: str) -> None:
        """The measuring has ended; `sentence` says why, or "" if nothing is left to measure."""
        self.is_measuring = self._is_stopping = False
        self.what.setText(sentence or WHAT)
        self._name_button()

    @Slot()
    def _press(self) -> None:
        if self.is_measuring:
            self._is_stopping = True
            self._name_button()
            self.stop_requested.emit()
            return
        self._clear("")
        self.is_measuring = True
        self.what.setText(WHAT)
        self._name_button()
        self.measure_requested.emit()

    def _clear(self, sentence: str) -> None:
        for plot in self.plots.values():
            plot.clear(sentence)

    def _name_button(self) -> None:
        self.button.setText("&Stop" if self.is_measuring else "&Measure")
        self.button.setEnabled(not self._is_stopping and (self.is_measuring or self._can_measure))
        self.button.setToolTip(
            "End the measuring; what has been measured stays."
            if self.is_measuring
            else "Distort images more and more, and see how many are still read right; takes some seconds."
            if self._can_measure
            else "There is no evaluation yet: a model and data are needed."
        )
