"""Everything that the Train tab draws of a run: curves, the fit of a curve, and the health of the layers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.train.charts.chart_tools import lowest_charts_height
from app.tabs.train.charts.health_view import HealthScroll, HealthView
from app.tabs.train.settings.collapsible_group import CollapsibleGroup
from app.widgets.elements import without_margins
from app.widgets.focus_order import visit_in_order
from nncore.data.curves import CurvePoints
from nncore.training.events import Started

if TYPE_CHECKING:
    from app.tabs.train.charts.curves_view import CurvesView
    from app.tabs.train.charts.fit_view import FitView


class RunCharts(QWidget):
    """The charts, one above the other; those that need pyqtgraph are built when they are first used."""

    painting = Signal()
    """The curves are about to be painted with new points."""

    def __init__(self) -> None:
        super().__init__()
        self._points: CurvePoints | None = None
        self.health = HealthView()
        scroll = HealthScroll()
        scroll.setWidget(self.health)
        self.health_group = CollapsibleGroup("Health of the layers", scroll, is_open=False)
        self.health_group.heading.setToolTip("Show or hide gradients, dead units and weights of each layer.")
        self._placeholder = QFrame()
        self._placeholder.setProperty("card", True)
        self._placeholder.setMinimumHeight(lowest_charts_height(self))
        self.control_before: QWidget | None = None
        """What Tab visits before the curves."""
        self._plots, self._below_plots = QHBoxLayout(), QVBoxLayout()
        self._plots.setSpacing(GAP)
        self._plots.addWidget(self._placeholder, 1)
        column = without_margins(QVBoxLayout(self))
        column.addLayout(self._plots, 2)
        column.addLayout(self._below_plots, 1)
        column.addWidget(self.health_group)

    @cached_property
    def curves(self) -> CurvesView:
        """The curves, built after the first paint: they import pyqtgraph, which takes as long as all the rest."""
        from app.tabs.train.charts.curves_view import CurvesView

        curves = CurvesView()
        curves.painting.connect(self.painting)
        self._plots.replaceWidget(self._placeholder, curves)
        self._placeholder.deleteLater()
        if self.control_before is not None:
            visit_in_order(self.control_before, curves)
        curves.show()
        return curves

    @cached_property
    def fit(self) -> FitView:
        """The points and fits of a curve, which are built when a curve is learned for the first time."""
        from app.tabs.train.charts.fit_view import FitView

        fit = FitView()
        for part, layout in ((fit, self._plots), (fit.strip, self._below_plots)):
            part.hide()
            layout.addWidget(part, 1)
        visit_in_order(self.curves, fit, fit.strip)
        return fit

    def minimumSizeHint(self) -> QSize:
        """As wide as the widest part: the curves and the fit are above each other where the width ends."""
        needed = super().minimumSizeHint()
        rows = self._below_plots.minimumSize().width(), self.health_group.minimumSizeHint().width()
        return QSize(max(*rows, *self._widths_of_plots), needed.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the fit beside the curves or below them."""
        super().resizeEvent(event)
        self._arrange_plots()

    @property
    def _widths_of_plots(self) -> list[int]:
        """The smallest widths of the curves and of the fit, as far as they are shown."""
        items = [self._plots.itemAt(index) for index in range(self._plots.count())]
        return [item.minimumSize().width() for item in items if item is not None and not item.isEmpty()]

    def _arrange_plots(self) -> None:
        widths = self._widths_of_plots
        fits = sum(widths) + GAP * (len(widths) - 1) <= self.width()
        direction = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if direction != self._plots.direction():
            self._plots.setDirection(direction)

    def show_points(self, points: CurvePoints | None) -> None:
        """Show the points to fit a curve to; None hides them. Equal points keep the fit."""
        if same_points(points, self._points):
            return
        if (points is None) != (self._points is None):
            self.curves.set_classes(points is None)
            for part in (self.fit, self.fit.strip):
                part.setVisible(points is not None)
            self._arrange_plots()
        self._points = points
        if points is not None:
            self.fit.set_points(points)

    def set_running(self, *, is_running: bool) -> None:
        """Say in empty charts what they wait for."""
        self.curves.set_running(is_running=is_running)
        if "fit" in vars(self):
            self.fit.set_running(is_running=is_running)

    def begin(self, started: Started) -> None:
        """Show that a run begins: new curves, and points without a fit unless the run continues."""
        self.curves.begin(started)
        if self._points is not None and not started.samples_done:
            self.fit.set_points(self._points)
        self.health.clear()


def same_points(points: CurvePoints | None, others: CurvePoints | None) -> bool:
    """Whether both are the same curve, or both None."""
    return others is None if points is None else points.same_as(others)
