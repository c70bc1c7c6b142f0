"""Regression on a curve: points, the current fit, and the fits after a few epochs."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.session.curve_fit import COMPARED_EPOCHS, MAX_FIT_POINTS, Fit, Numbers, fit_grid
from app.style.theme import GAP, GROUP_GAP, colours_of, line_width
from app.widgets.pictures.picture_actions import PictureActions
from app.widgets.plain_text import ElidedLabel
from app.widgets.plot import Dots, FixedPlot
from nncore.data.curves import CurvePoints
from nncore.reporting.number_text import counted_text

MIN_SMALL_PLOT_HEIGHT = 60


NO_FIT = "Press Train to see the fit on these points."
FIRST_FIT = "The fit on these points appears after the first epoch."


class FitView(QFrame):
    """Data and fit of a regression.

    strip: the fits after COMPARED_EPOCHS side by side, a separate card placed by the Train tab.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._points: CurvePoints | None = None
        self._has_fit = self._is_running = False
        self.live = FitPlot("fit")
        self.live.plot.setAccessibleName("data and fit")
        self.small = [FitPlot(f"epoch {epoch:,}") for epoch in COMPARED_EPOCHS]
        self.strip = QFrame()
        self.strip.setProperty("card", True)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self.strip)
        row.setContentsMargins(GROUP_GAP, GAP, GROUP_GAP, GAP)
        row.setSpacing(GROUP_GAP)
        for plot in self.small:
            # Before it is laid out first, a view of pyqtgraph insists on 240 pixels: too many for five of them.
            plot.plot.setMinimumSize(MIN_SMALL_PLOT_HEIGHT, MIN_SMALL_PLOT_HEIGHT)
            for axis in plot.plot.axes.values():
                axis.hide()
            row.addWidget(plot, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GROUP_GAP, GAP, GROUP_GAP, GAP)
        layout.addWidget(self.live)

    def set_points(self, points: CurvePoints) -> None:
        """Begin a run on these points."""
        self._points = points
        kept = slice(None, None, 1 + (len(points.x) - 1) // MAX_FIT_POINTS)
        for plot in (self.live, *self.small):
            plot.set_points(points.x[kept], points.y[kept])
        self._has_fit = False
        self._show_when_empty()
        for plot, epoch in zip(self.small, COMPARED_EPOCHS, strict=True):
            plot.set_caption(f"epoch {epoch:,}", "not yet")

    def set_running(self, *, is_running: bool) -> None:
        """Say without a fit what it waits for: for the first epoch of a run, or for a run."""
        self._is_running = is_running
        self._show_when_empty()

    def _show_when_empty(self) -> None:
        if not self._has_fit:
            self.live.set_caption(FIRST_FIT if self._is_running else NO_FIT)

    def show_fit(self, fit: Fit) -> None:
        """Draw a fit of the current points; the fits after COMPARED_EPOCHS stay in plots of their own."""
        if self._points is None:
            return
        x = fit_grid(self._points)
        self._has_fit = True
        self.live.set_fit(x, fit.y)
        self.live.set_caption(f"fit after {counted_text(fit.epoch, 'epoch')}")
        if fit.epoch in COMPARED_EPOCHS:
            small = self.small[COMPARED_EPOCHS.index(fit.epoch)]
            small.set_fit(x, fit.y)
            small.set_caption(f"epoch {fit.epoch:,}")

    def changeEvent(self, event: QEvent) -> None:
        """Apply a new theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            for plot in (self.live, *self.small):
                plot.apply_colours()


class FitPlot(QWidget):
    """Points as dots, one fit as a line, and a caption; without zooming or panning."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.caption = ElidedLabel()
        self.caption.setProperty("quiet", True)
        self.plot = FixedPlot(name)
        self.plot.setWhatsThis("The points to learn, and as a line the curve that the network computes.")
        self.pictures = PictureActions(self, name)
        self.dots = Dots(size=3)
        self.line = pg.PlotCurveItem()
        self.plot.box.addItem(self.dots)
        self.plot.box.addItem(self.line)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(GAP // 2)
        layout.addWidget(self.caption, 0, 0)
        layout.addWidget(self.plot, 1, 0)
        layout.setRowStretch(1, 1)
        self.apply_colours()

    def set_caption(self, caption: str, detail: str = "") -> None:
        """Set the text above the plot, which screen readers read; `detail` is added for screen readers."""
        self.caption.set_full_text(caption)
        self.plot.setAccessibleDescription(f"{caption}: {detail}" if detail else caption)

    def set_points(self, x: Numbers, y: Numbers) -> None:
        """Draw the points x, y (n,) and set the axes, which stay so that fits can be compared."""
        self.dots.setData(x, y)
        self.line.setData([], [])
        margin = 0.1 * (float(np.ptp(y)) or 1.0)
        self.plot.box.setRange(
            xRange=(float(x.min()), float(x.max())),
            yRange=(float(y.min()) - margin, float(y.max()) + margin),
            padding=0.02,
        )

    def set_fit(self, x: Numbers, y: Numbers) -> None:
        """Draw the fit through x, y (n,), without values that are not finite."""
        finite = np.isfinite(y)
        self.line.setData(x[finite], y[finite])

    def apply_colours(self) -> None:
        """Apply the theme's colours."""
        colours = colours_of(self)
        self.plot.setBackground(QColor(colours.surface))
        self.dots.setPen(None)
        self.dots.setBrush(QColor(colours.bar))
        self.line.setPen(pg.mkPen(QColor(colours.validation), width=1 + line_width()))
        for axis in self.plot.axes.values():
            axis.setPen(QColor(colours.edge))
            axis.setTextPen(QColor(colours.quiet_text))
