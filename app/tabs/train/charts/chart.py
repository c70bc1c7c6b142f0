"""One chart of the training curves: a legend with values, axes with units, and a crosshair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPalette
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSimpleTextItem, QGridLayout, QHBoxLayout, QLabel, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled
from app.tabs.train.charts.curve import Values
from app.tabs.train.charts.earlier_runs import EarlierLine, earlier_pen
from app.tabs.train.charts.legend import Legend, Series
from app.widgets.plot import FixedPlot

MARKER_SIZE = 7
MAX_MARKERS = 40
"""Maximum number of markers per curve; more would overlap."""
MIN_LINES = 8
"""Minimum height of a plot in lines of small text: room for the name of its axis."""


@dataclass(frozen=True)
class ChartText:
    """The texts of a chart. `format_value` formats a value, at most as wide as `widest`."""

    name: str
    unit: str
    empty: str
    widest: str
    format_value: Callable[[float], str]


class Chart(QWidget):
    """Curves over the epochs, drawn with pyqtgraph in the theme's colours.

    There is no zooming or panning: the whole run is always visible, and the wheel scrolls the page.
    """

    pointer_moved = Signal(float)
    """The epoch under the mouse."""
    pointer_left = Signal()

    def __init__(self, text: ChartText, series: Sequence[Series]) -> None:
        super().__init__()
        self._text, self._series, self._unit = text, list(series), text.unit
        self._range_ends = 1.0, 1.0
        self._earlier: list[tuple[EarlierLine, pg.PlotCurveItem]] = []
        self._annotations: list[pg.InfiniteLine] = []
        self._points: list[tuple[Values, Values]] = [(np.empty(0), np.empty(0)) for _ in series]
        self.legend = Legend(series, text.widest)
        self.header = QHBoxLayout()
        self.header.addWidget(self.legend, 1)
        self.plot = FixedPlot(f"{text.name} over the epochs")
        self._empty = QLabel(text.empty)
        self._prepare_plot()
        self._lay_out()
        self._apply_colours()

    def _prepare_plot(self) -> None:
        box, axes = self.plot.box, self.plot.axes
        box.setDefaultPadding(0)
        # Also while empty: rendering the grid for the first time would delay the start of a run.
        self.plot.show_grid(x=True, y=True)
        self._curves = [pg.PlotCurveItem(antialias=not each.faint) for each in self._series]
        self._markers = [pg.ScatterPlotItem(size=MARKER_SIZE if each.marked else 5) for each in self._series]
        for index, (curve, markers) in enumerate(zip(self._curves, self._markers, strict=True)):
            curve.setZValue(index)
            markers.setZValue(len(self._series) + index)
            box.addItem(curve)
            if not self._series[index].faint:
                box.addItem(markers)
        for axis in axes.values():
            # Grid and labels change rarely, and drawing them takes longer than the curves.
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        # In the free corner beside the labels: a line of its own would take space from the curves.
        self._epoch_word = QGraphicsSimpleTextItem("epoch", axes["bottom"])
        self._crosshair = pg.InfiniteLine(angle=90, movable=False)
        self._crosshair.setVisible(False)
        box.addItem(self._crosshair)
        box.sigResized.connect(self._apply_ranges)
        self.plot.viewport().installEventFilter(self)

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(GAP // 2)
        layout.addLayout(self.header, 0, 0)
        layout.addWidget(self.plot, 1, 0)
        self._empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # Hiding it must not move the plot, or all axes would be redrawn.
        size_policy = self._empty.sizePolicy()
        size_policy.setRetainSizeWhenHidden(True)
        self._empty.setSizePolicy(size_policy)
        layout.addWidget(self._empty, 1, 0, Qt.AlignmentFlag.AlignCenter)
        layout.setRowStretch(1, 1)

    # ---------------------------------------------------------------- drawing

    def set_unit(self, unit: str) -> None:
        """Set the unit of the values; "" for none."""
        self._unit = unit
        self._apply_colours()

    def set_points(self, series: Series, x: Values, y: Values) -> None:
        """Draw the curve of `series` through points x, y (n,)."""
        index = self._series.index(series)
        if x is self._points[index][0]:
            return  # unchanged: a Curve returns the same arrays until it gets a point
        self._points[index] = (x, y)
        self._curves[index].setData(x, y)
        if series.marked:
            few = slice(None, None, 1 + len(x) // MAX_MARKERS)
            self._markers[index].setData(x[few], y[few])
        elif not series.faint:
            # The newest point: visible after one step, unlike a line.
            self._markers[index].setData(x[-1:], y[-1:])
        self._update_empty_text()

    def set_earlier_lines(self, lines: Sequence[EarlierLine]) -> None:
        """Draw these lines of earlier runs behind the curves, replacing the last ones."""
        box = self.plot.box
        for _, curve in self._earlier:
            box.removeItem(curve)
        self._earlier = [(line, pg.PlotCurveItem(line.x, line.y)) for line in lines]
        for _, curve in self._earlier:
            curve.setZValue(-1)
            # They change only with the axes, so a cached image is cheaper.
            curve.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
            box.addItem(curve)
        self._colour_earlier()
        self._update_empty_text()

    def set_annotations(self, annotations: Sequence[tuple[float, str]]) -> None:
        """Show a vertical line with a label at each (epoch, label), replacing the last ones."""
        for line in self._annotations:
            self.plot.box.removeItem(line)
        self._annotations = [
            pg.InfiniteLine(
                epoch, 90, movable=False, label=text, labelOpts={"position": 0.94, "anchors": [(0, 0), (0, 0)]}
            )
            for epoch, text in annotations
        ]
        for line in self._annotations:
            self.plot.box.addItem(line)
        self._colour_annotations()

    def _update_empty_text(self) -> None:
        is_empty = not self._earlier and not any(len(points[0]) for points in self._points)
        if is_empty == self._empty.isHidden():
            self._empty.setVisible(is_empty)

    def set_ranges(self, last_epoch: float, top: float) -> None:
        """Show the curves from epoch 0 to `last_epoch` and from 0 to `top`."""
        if self._range_ends != (last_epoch, top):
            self._range_ends = last_epoch, top
            self._apply_ranges()

    @Slot()
    def _apply_ranges(self) -> None:
        last_epoch, top = self._range_ends
        box = self.plot.box
        # Room for half a marker at either side, and for half a number at the ends of the axis.
        metrics = self._small_font_metrics()
        margin = last_epoch * max(MARKER_SIZE, metrics.horizontalAdvance("00") // 2) / max(1.0, box.width())
        above = top * metrics.height() * 0.6 / max(1.0, box.height())
        box.setRange(xRange=(-margin, last_epoch + margin), yRange=(-above, top + above), padding=0)

    def _small_font_metrics(self) -> QFontMetrics:
        return QFontMetrics(scaled(self.font(), SMALL_SCALE))

    # ---------------------------------------------------------------- reading

    def set_crosshair(self, x: float | None) -> None:
        """Show the crosshair at epoch `x`, or none."""
        self._crosshair.setVisible(x is not None)
        if x is not None:
            self._crosshair.setValue(x)

    def show_values_at(self, x: float | None) -> None:
        """Show each curve's value in the legend, at the point nearest to epoch `x`, or the newest."""
        self.legend.show_values([self._reading(points, x) for points in self._points])

    def _reading(self, points: tuple[Values, Values], x: float | None) -> str:
        xs, ys = points
        if not len(xs):
            return "–"
        return self._text.format_value(float(ys[-1] if x is None else ys[nearest(xs, x)]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse over the plot; never filters an event out."""
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            box = self.plot.box
            place = self.plot.mapToScene(event.position().toPoint())
            if box.sceneBoundingRect().contains(QPointF(place)):
                self.pointer_moved.emit(box.mapSceneToView(place).x())
            else:
                self.pointer_left.emit()
        elif event.type() == QEvent.Type.Leave:
            self.pointer_left.emit()
        return False

    # ------------------------------------------------------------------ theme

    def changeEvent(self, event: QEvent) -> None:
        """Apply a new theme or font, which pyqtgraph does not follow."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._apply_colours()

    def _apply_colours(self) -> None:
        colours = colours_of(self)
        small = scaled(self.font(), SMALL_SCALE)
        self.plot.setBackground(colours.surface)
        for curve, markers, series in zip(self._curves, self._markers, self._series, strict=True):
            pen = series.pen(colours)
            curve.setPen(pen)
            # Qt paints a wide line in one piece many times more slowly than in segments.
            curve.setSegmentedLineMode("on" if pen.width() > 1 else "auto")
            markers.setPen(None)
            markers.setBrush(series.colour(colours))
        self._colour_earlier()
        self._colour_annotations()
        self._crosshair.setPen(pg.mkPen(colours.quiet_text, width=1))
        for axis in self.plot.axes.values():
            axis.setPen(QColor(colours.grid))
            axis.setTextPen(QColor(colours.quiet_text))
            axis.setStyle(tickFont=small, tickLength=0, tickTextOffset=GAP // 2, maxTickLevel=1)
            axis.label.setFont(small)
        self.plot.setMinimumHeight(MIN_LINES * self._small_font_metrics().height())
        # Fixed and the same for every chart, so that charts line up and labels never move a plot.
        metrics, left, bottom = self._small_font_metrics(), self.plot.axes["left"], self.plot.axes["bottom"]
        name = f"{self._text.name} ({self._unit})" if self._unit else self._text.name
        left.setLabel(name, siPrefixEnableRanges=(), color=colours.quiet_text)
        for axis in (left, bottom):
            axis.enableAutoSIPrefix(False)  # setLabel alone still shows 0.1 as 100
        left.setWidth(metrics.horizontalAdvance("0.00") + metrics.height() + 2 * GAP)
        bottom.setHeight(metrics.height() + GAP // 2)
        self._epoch_word.setFont(small)
        self._epoch_word.setBrush(QColor(colours.quiet_text))
        self._epoch_word.setPos(-metrics.horizontalAdvance("epoch") - GAP, GAP // 2)

    def _colour_earlier(self) -> None:
        colours = colours_of(self)
        for line, curve in self._earlier:
            curve.setPen(earlier_pen(QColor(getattr(colours, line.kind)), line.dash))

    def _colour_annotations(self) -> None:
        colours, small = colours_of(self), scaled(self.font(), SMALL_SCALE)
        for line in self._annotations:
            line.setPen(pg.mkPen(colours.quiet_text, width=1, style=Qt.PenStyle.DotLine))
            line.label.setColor(colours.quiet_text)
            line.label.setFont(small)


def nearest(xs: Values, x: float) -> int:
    """The index in ascending `xs` (n,), not empty, of the value nearest to `x`."""
    right = min(int(np.searchsorted(xs, x)), len(xs) - 1)
    left = max(0, right - 1)
    return left if abs(xs[left] - x) <= abs(xs[right] - x) else right
