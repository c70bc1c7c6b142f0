"""One chart of the training curves: a legend with values, axes with units, a crosshair, zoom and pan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSimpleTextItem, QGridLayout, QHBoxLayout, QLabel, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled
from app.tabs.train.charts.chart_lines import MARKER_SIZE, ChartLines
from app.tabs.train.charts.curve import Band, Values, nearest
from app.tabs.train.charts.earlier_runs import EarlierLine
from app.tabs.train.charts.legend import Legend, Series
from app.tabs.train.charts.mark_labels import MarkLabels
from app.tabs.train.charts.rate_history import Mark
from app.tabs.train.charts.scale.axes import ScaleAxis
from app.tabs.train.charts.scale.ticks import LONGEST_LABEL, label_of_tick, position
from app.tabs.train.charts.scale.whole_run import WholeRun
from app.widgets.pictures.picture_actions import PictureActions
from app.widgets.plot import FixedPlot

MIN_LINES = 8
"""Minimum height of a plot in lines of small text: room for the name of its axis."""

ZOOM_BY_KEY = 0.7
"""A key that zooms in multiplies the visible range by this factor."""

PAN_BY_KEY = 0.1
"""An arrow key moves the axis by this fraction of its visible range."""


@dataclass(frozen=True)
class ChartText:
    """The texts of a chart. `format_value` formats a value, at most as wide as `widest`."""

    name: str
    unit: str
    empty: str
    widest: str
    format_value: Callable[[float], str]
    tick_text: Callable[[float], str] = label_of_tick


class Chart(QWidget):
    """Curves over the epochs, drawn with pyqtgraph in the theme's colours.

    The wheel and the keys + and - zoom, dragging and the arrow keys move the section that is shown, and Home shows the
    whole run again. While the whole run is shown, the axes follow it.
    """

    zooms_values = True
    """Whether the axis of values can be zoomed too."""

    pointer_moved = Signal(float)
    """The epoch under the mouse."""
    pointer_left = Signal()
    """The mouse has left the chart."""
    zoomed = Signal()
    """The user zoomed or moved the section that is shown."""
    whole_run_wanted = Signal()
    """The user wants to see the whole run again."""

    def __init__(self, text: ChartText, series: Sequence[Series], *, has_mark_labels: bool = False) -> None:
        """has_mark_labels: whether the texts of marks are above the plot."""
        super().__init__()
        self._text, self._unit = text, text.unit
        self.whole = WholeRun()
        self.follows = True
        self.log_x = False
        self.log_y = False
        self.legend = Legend(series, text.widest)
        self.header = QHBoxLayout()
        self.header.addWidget(self.legend, 1)
        axes = {"left": ScaleAxis("left", text.tick_text), "bottom": ScaleAxis("bottom")}
        self.plot = FixedPlot(f"{text.name} over the epochs", axes)
        self.plot.setWhatsThis(
            f"The {text.name} from the first step of the run to the last. The wheel and the keys + and - zoom, "
            "dragging and the arrow keys move the section that is shown, and Home shows the whole run. Pointing at the "
            "chart shows its values."
        )
        self.lines = ChartLines(self.plot.box, series)
        self.mark_labels = MarkLabels(self._pixel_of) if has_mark_labels else None
        self.empty_label = QLabel(text.empty)
        self.crosshair = pg.InfiniteLine(angle=90, movable=False)
        # In the free corner beside the labels: a line of its own would take space from the curves.
        self.epoch_word = QGraphicsSimpleTextItem("epoch", self.plot.axes["bottom"])
        self._prepare_plot()
        self._lay_out()
        self._apply_colours()
        self.setAccessibleName(f"Chart of {text.name}")
        self.pictures = PictureActions(self, f"{text.name} of a run")

    def _prepare_plot(self) -> None:
        box, axes = self.plot.box, self.plot.axes
        box.setDefaultPadding(0)
        box.setMouseEnabled(x=False, y=False)  # while empty: the wheel scrolls the page
        # Also while empty: rendering the grid for the first time would delay the start of a run.
        self.plot.show_grid(x=True, y=True)
        for axis in axes.values():
            # Grid and labels change rarely, and drawing them takes longer than the curves.
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.crosshair.setVisible(False)
        box.addItem(self.crosshair)
        box.sigResized.connect(self._apply_ranges)
        box.sigRangeChangedManually.connect(self._on_zoomed)
        box.sigXRangeChanged.connect(self._update_mark_labels)
        self.plot.viewport().installEventFilter(self)

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(GAP // 2)
        layout.addLayout(self.header, 0, 0)
        if self.mark_labels is not None:
            layout.addWidget(self.mark_labels, 1, 0)
        layout.addWidget(self.plot, 2, 0)
        self.empty_label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty_label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # Hiding it must not move the plot, or all axes would be redrawn.
        size_policy = self.empty_label.sizePolicy()
        size_policy.setRetainSizeWhenHidden(True)
        self.empty_label.setSizePolicy(size_policy)
        layout.addWidget(self.empty_label, 2, 0, Qt.AlignmentFlag.AlignCenter)
        layout.setRowStretch(2, 1)

    def hasHeightForWidth(self) -> bool:
        """False: QBoxLayout would give several charts the same height, although their minimum heights differ."""
        return False

    def minimumSizeHint(self) -> QSize:
        """High enough for the legend, which wraps at the current width, and for the plot."""
        layout, needed = self.layout(), super().minimumSizeHint()
        if layout is not None and self.width() >= needed.width():
            needed.setHeight(layout.minimumHeightForWidth(self.width()))
        return needed

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adapt the minimum height to the legend, which wraps at a different width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    # ---------------------------------------------------------------- drawing

    def set_unit(self, unit: str) -> None:
        """Set the unit of the values; "" for none."""
        self._unit = unit
        self._apply_colours()

    def set_points(self, series: Series, x: Values, y: Values, band: Band | None = None) -> None:
        """Draw the curve of `series` through points x, y (n,), or as a band that shows the range of its values."""
        if self.lines.set_points(series, x, y, band):
            self.legend.set_banded(series, band is not None)
            self._update_empty_text()

    def set_earlier_lines(self, lines: Sequence[EarlierLine]) -> None:
        """Draw these lines of earlier runs behind the curves, replacing the last ones."""
        self.lines.set_earlier_lines(lines, colours_of(self))
        self._update_empty_text()

    def say_when_empty(self, sentence: str) -> None:
        """Show this sentence while there are no curves; "" for the usual one, which says how to get them."""
        self.empty_label.setText(sentence or self._text.empty)

    def set_marks(self, marks: Sequence[Mark], place_in_words: Callable[[float], str]) -> None:
        """Draw a vertical line at each mark; the texts are shown above the plot, if `has_mark_labels`.

        place_in_words: "step 3" or "epoch 1.50" for a number of epochs.
        """
        self.lines.set_marks(marks)
        if self.mark_labels is not None:
            self.mark_labels.show_marks(marks, place_in_words)

    def _update_empty_text(self) -> None:
        if self.lines.is_empty == self.empty_label.isHidden():
            self.empty_label.setVisible(self.lines.is_empty)
        self.plot.box.setMouseEnabled(x=not self.lines.is_empty, y=not self.lines.is_empty and self.zooms_values)

    def set_whole(self, whole: WholeRun) -> None:
        """Set the range of the whole run, which is shown unless the user has zoomed."""
        if self.whole != whole:
            self.whole = whole
            self._apply_ranges()

    def set_logarithmic(self, *, x: bool, y: bool) -> None:
        """Make the axis of epochs (x) or of values (y) logarithmic, or linear again, and show the whole run."""
        self.log_x, self.log_y = x, y
        self.lines.set_logarithmic(x=x, y=y)
        self.show_whole_run()

    def show_whole_run(self) -> None:
        """Show the whole run, and follow it."""
        self.follows = True
        self._apply_ranges()

    @Slot()
    def _on_zoomed(self) -> None:
        self.zoomed.emit()

    @Slot()
    def _apply_ranges(self) -> None:
        box, whole = self.plot.box, self.whole
        left, right, bottom, top = whole.ends(log_x=self.log_x, log_y=self.log_y)
        metrics = self._small_font_metrics()
        self.plot.axes["bottom"].set_scale_of_values(
            logarithmic=self.log_x,
            end=whole.last,
            unit=whole.first if whole.is_in_steps else 1.0,
            whole=whole.is_in_steps,
        )
        self.plot.axes["left"].set_scale_of_values(logarithmic=self.log_y, end=whole.top)
        word = "step" if whole.is_in_steps else "epoch"
        if word != self.epoch_word.text():
            self.epoch_word.setText(word)
            self._place_epoch_word()
            self.plot.viewport().update()  # the place of the longer word is not repainted otherwise
        # Room for half a marker or label at each end: pyqtgraph hides a label that does not fit.
        last_label = self.plot.axes["bottom"].text_at(right)
        before = max(MARKER_SIZE, metrics.horizontalAdvance("0") / 2 + 2)
        after = max(MARKER_SIZE, metrics.horizontalAdvance(last_label) / 2 + 2)
        above = 0.5 * metrics.height() + 1
        x_unit = (right - left) / max(1.0, box.width() - before - after)  # of a pixel
        y_unit = (top - bottom) / max(1.0, box.height() - 2 * above)
        x = left - before * x_unit, right + after * x_unit
        y = bottom - above * y_unit, top + above * y_unit
        self.lines.set_height(*y)
        # The limits first: the range would be clipped to the old ones.
        box.setLimits(
            xMin=x[0], xMax=x[1], yMin=y[0], yMax=y[1], minXRange=(x[1] - x[0]) / 1e4, minYRange=(y[1] - y[0]) / 1e4
        )
        if self.follows:
            box.setRange(xRange=x, yRange=y, padding=0)

    @Slot()
    def _update_mark_labels(self) -> None:
        if self.mark_labels is not None:
            self.mark_labels.update()

    def _small_font_metrics(self) -> QFontMetrics:
        return QFontMetrics(scaled(self.font(), SMALL_SCALE))

    # ---------------------------------------------------------------- reading

    def _pixel_of(self, epochs: float) -> float | None:
        """The horizontal pixel of the plot at `epochs`; None if it is outside the section that is shown."""
        box = self.plot.box
        x = position(epochs, logarithmic=self.log_x)
        left, right = box.viewRange()[0]
        return box.mapViewToScene(QPointF(x, 0)).x() if left <= x <= right else None

    def set_crosshair(self, x: float | None) -> None:
        """Show the crosshair at epoch `x`, or none."""
        place = None if x is None else position(x, logarithmic=self.log_x)
        shown = place is not None and bool(np.isfinite(place))
        self.crosshair.setVisible(shown)
        if shown:
            self.crosshair.setValue(place)

    def show_values_at(self, x: float | None) -> None:
        """Show each curve's value in the legend, at the point nearest to epoch `x`, or the newest."""
        self.legend.show_values([self._reading(points, x) for points in self.lines.points])

    def _reading(self, points: tuple[Values, Values], x: float | None) -> str:
        xs, ys = points
        if not len(xs):
            return "–"
        return self._text.format_value(float(ys[-1] if x is None else ys[nearest(xs, x)]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse over the plot, and show the whole run on a double click; never filters an event out."""
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            box = self.plot.box
            place = self.plot.mapToScene(event.position().toPoint())
            if box.sceneBoundingRect().contains(QPointF(place)):
                x = box.mapSceneToView(place).x()
                self.pointer_moved.emit(10**x if self.log_x else x)
            else:
                self.pointer_left.emit()
        elif event.type() == QEvent.Type.Leave:
            self.pointer_left.emit()
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            self.whole_run_wanted.emit()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom with + and -, move with the arrow keys, and show the whole run with Home."""
        box, key = self.plot.box, event.key()
        width, height = box.viewRect().width(), box.viewRect().height()
        if key == Qt.Key.Key_Home:
            self.whole_run_wanted.emit()
            return
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1 / ZOOM_BY_KEY if key == Qt.Key.Key_Minus else ZOOM_BY_KEY
            box.scaleBy((factor, factor if self.zooms_values else 1.0))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            box.translateBy(x=PAN_BY_KEY * width * (1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            box.translateBy(y=PAN_BY_KEY * height * (1 if key == Qt.Key.Key_Up else -1))
        else:
            super().keyPressEvent(event)
            return
        self.zoomed.emit()

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
        self.lines.apply_colours(colours)
        self.crosshair.setPen(pg.mkPen(colours.quiet_text, width=1))
        for axis in self.plot.axes.values():
            axis.setPen(QColor(colours.grid))
            axis.setTextPen(QColor(colours.quiet_text))
            axis.setStyle(
                tickFont=small, tickLength=0, tickTextOffset=GAP // 2, maxTickLevel=1, hideOverlappingLabels=False
            )
            axis.label.setFont(small)
        self.plot.setMinimumHeight(MIN_LINES * self._small_font_metrics().height())
        # Fixed and the same for every chart, so that charts line up and labels never move a plot.
        metrics, left, bottom = self._small_font_metrics(), self.plot.axes["left"], self.plot.axes["bottom"]
        name = f"{self._text.name} ({self._unit})" if self._unit else self._text.name
        left.setLabel(name, siPrefixEnableRanges=(), color=colours.quiet_text)
        for axis in (left, bottom):
            axis.enableAutoSIPrefix(False)  # setLabel alone still shows 0.1 as 100
        left.setWidth(metrics.horizontalAdvance(LONGEST_LABEL) + metrics.height() + 2 * GAP)
        bottom.setHeight(metrics.height() + GAP // 2)
        self.epoch_word.setFont(small)
        self.epoch_word.setBrush(QColor(colours.quiet_text))
        self._place_epoch_word()
        self._apply_ranges()

    def _place_epoch_word(self) -> None:
        width = self._small_font_metrics().horizontalAdvance(self.epoch_word.text())
        self.epoch_word.setPos(-width - GAP, GAP // 2)
