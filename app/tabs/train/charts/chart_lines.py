"""The lines of a chart: series, bands, earlier runs and marks, on linear or logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem

from app.style.theme import Colours
from app.tabs.train.charts.curve import Band, Values
from app.tabs.train.charts.earlier_runs import EarlierLine, earlier_pen
from app.tabs.train.charts.legend import Series
from app.tabs.train.charts.rate_history import Mark
from app.tabs.train.charts.scale.ticks import positions
from app.widgets.plot import Dots

MARKER_SIZE = 7
MAX_MARKERS = 40
"""Maximum number of markers per curve; more would overlap."""


class BandItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """A band as bars side by side: Qt fills hundreds of bars ten times as fast as one polygon with as many points."""

    def __init__(self) -> None:
        super().__init__()
        self.x = np.empty(0)
        self.low = np.empty(0)
        self.high = np.empty(0)
        self.colour = QColor()
        self._bars: list[QRectF] = []

    def set_band(self, x: Values, low: Values, high: Values) -> None:
        """Show bars from each of x (n,) to the next, as positions, between low (n,) and high (n,)."""
        self.prepareGeometryChange()
        self.x = x
        self.low = low
        self.high = high
        widths = np.diff(x)
        bars = zip(x[:-1].tolist(), low[:-1].tolist(), widths.tolist(), (high - low)[:-1].tolist(), strict=True)
        self._bars = [QRectF(*bar) for bar in bars]
        self.update()

    def boundingRect(self) -> QRectF:
        """The area of all bars."""
        if len(self.x) < 2:
            return QRectF()
        left, bottom = float(self.x[0]), float(self.low.min())
        return QRectF(left, bottom, float(self.x[-1]) - left, float(self.high.max()) - bottom)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Paint the bars."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colour)
        painter.drawRects(self._bars)


class ChartLines:
    """The items in a ViewBox. pyqtgraph's own log mode is not used: it draws values that are not above 0."""

    def __init__(self, box: pg.ViewBox, series: Sequence[Series]) -> None:
        self._box, self._series = box, list(series)
        self._log_x = self._log_y = False
        self._lower, self._upper = 0.0, 1.0
        self.points: list[tuple[Values, Values]] = [(np.empty(0), np.empty(0)) for _ in series]
        self._bands: list[Band | None] = [None for _ in series]
        self.marks: list[Mark] = []
        self.earlier: list[tuple[EarlierLine, pg.PlotCurveItem]] = []
        self.curves = [pg.PlotCurveItem(antialias=not each.is_faint) for each in self._series]
        self.bands = [BandItem() for _ in self._series]
        self.markers = [Dots(size=MARKER_SIZE if each.is_marked else 5) for each in self._series]
        self.mark_lines = {kind: pg.PlotCurveItem(connect="pairs") for kind in ("change", "diverged")}
        for item in self.mark_lines.values():
            item.setZValue(-0.5)
            box.addItem(item)
        for index, each in enumerate(self._series):
            self.bands[index].setZValue(-0.2)
            self.curves[index].setZValue(index)
            self.markers[index].setZValue(len(self._series) + index)
            if each.is_faint:
                box.addItem(self.bands[index])
            box.addItem(self.curves[index])
            if not each.is_faint:
                box.addItem(self.markers[index])

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not self.earlier and not any(len(points[0]) for points in self.points)

    def set_logarithmic(self, *, x: bool, y: bool) -> None:
        """Draw everything on logarithmic axes of epochs (x) and values (y), or on linear ones."""
        self._log_x, self._log_y = x, y
        for index in range(len(self._series)):
            self._draw(index)
        for line, curve in self.earlier:
            curve.setData(*self._placed(line.x, line.y))
        self._draw_marks()

    def _placed(self, x: Values, y: Values) -> tuple[Values, Values]:
        """The positions of the points that a logarithmic axis can show."""
        if not self._log_x and not self._log_y:
            return x, y
        places = positions(x, logarithmic=self._log_x), positions(y, logarithmic=self._log_y)
        shown = np.isfinite(places[0]) & np.isfinite(places[1])
        return places[0][shown], places[1][shown]

    def set_points(self, series: Series, x: Values, y: Values, band: Band | None) -> bool:
        """Draw the curve of `series` through points x, y (n,), or as `band`; returns False if nothing changed."""
        index = self._series.index(series)
        if x is self.points[index][0]:
            return False  # a Curve returns the same arrays until it gets a point
        self.points[index], self._bands[index] = (x, y), band
        self._draw(index)
        return True

    def _draw(self, index: int) -> None:
        series, band = self._series[index], self._bands[index]
        x, y = self.points[index]
        if series.is_faint:
            self._draw_band(index, band)
            if band is not None:  # the first points are all kept, so the band has no height there
                is_wide = band.high > band.low
                begins = band.x[int(is_wide.argmax())] if is_wide.any() else np.inf
                x, y = x[x <= begins], y[x <= begins]
        x, y = self._placed(x, y)
        self.curves[index].setData(x, y)
        if series.is_marked:
            few = slice(None, None, 1 + len(x) // MAX_MARKERS)
            self.markers[index].setData(x[few], y[few])
        elif not series.is_faint:
            # The newest point: visible after one step, unlike a line.
            self.markers[index].setData(x[-1:], y[-1:])

    def _draw_band(self, index: int, band: Band | None) -> None:
        if band is None:
            if len(self.bands[index].x):
                self.bands[index].set_band(*(np.empty(0) for _ in range(3)))
            return
        low = band.low
        if self._log_y:  # a range that reaches down to 0 ends below the chart
            low = np.maximum(low, min(1e-12, float(band.high.max(initial=1.0))))
        x = positions(band.x, logarithmic=self._log_x)
        low, high = (positions(values, logarithmic=self._log_y) for values in (low, band.high))
        shown = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
        self.bands[index].set_band(x[shown], low[shown], high[shown])

    def set_earlier_lines(self, lines: Sequence[EarlierLine], colours: Colours) -> None:
        """Draw these lines of earlier runs behind the curves, replacing the last ones."""
        for _, curve in self.earlier:
            self._box.removeItem(curve)
        self.earlier = [(line, pg.PlotCurveItem(*self._placed(line.x, line.y))) for line in lines]
        for _, curve in self.earlier:
            curve.setZValue(-1)
            # They change only with the axes, so a cached image is cheaper.
            curve.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
            self._box.addItem(curve)
        self._colour_earlier(colours)

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw a vertical line at each mark, replacing the last ones."""
        if self.marks != list(marks):
            self.marks = list(marks)
            self._draw_marks()

    def set_height(self, lower: float, upper: float) -> None:
        """Set the ends of the vertical lines, as positions."""
        if (lower, upper) != (self._lower, self._upper):
            self._lower, self._upper = lower, upper
            self._draw_marks()

    def _draw_marks(self) -> None:
        for kind, item in self.mark_lines.items():
            x = np.array([mark.x for mark in self.marks if (mark.kind == "diverged") == (kind == "diverged")])
            x = positions(x, logarithmic=self._log_x)
            x = x[np.isfinite(x)]
            item.setData(np.repeat(x, 2), np.tile([self._lower, self._upper], len(x)))

    def apply_colours(self, colours: Colours) -> None:
        """Apply the theme's colours."""
        for index, series in enumerate(self._series):
            pen = series.pen(colours)
            self.curves[index].setPen(pen)
            # Qt paints a wide line in one piece many times more slowly than in segments.
            self.curves[index].setSegmentedLineMode("on" if pen.width() > 1 else "auto")
            self.bands[index].colour = series.fill(colours)
            self.bands[index].update()
            self.markers[index].setPen(None)
            self.markers[index].setBrush(series.colour(colours))
        for kind, item in self.mark_lines.items():
            colour = colours.error if kind == "diverged" else colours.quiet_text
            item.setPen(pg.mkPen(colour, width=1, style=Qt.PenStyle.DotLine))
        self._colour_earlier(colours)

    def _colour_earlier(self, colours: Colours) -> None:
        for line, curve in self.earlier:
            curve.setPen(earlier_pen(QColor(getattr(colours, line.kind)), line.dash))
