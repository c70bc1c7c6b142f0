"""A small plot in the theme's colours, without zooming or panning."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPalette
from PySide6.QtWidgets import QGraphicsGridLayout, QGridLayout, QLabel, QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled
from app.widgets.pictures.picture_actions import PictureActions

AxisRange = tuple[float, float]
FRACTION_RANGE: AxisRange = (-0.1, 1.1)
"""The range of an axis for fractions, with space for half a label at both ends."""
PERCENT_TICKS = [(percent / 100, f"{percent}") for percent in (0, 25, 50, 75, 100)]


GRID_OPACITY = 128
"""Of 255."""


class FixedPlot(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot with axes at the left and at the bottom, which the mouse cannot zoom or pan.

    pyqtgraph's own PlotWidget has menus, buttons, two more axes and a title too: it takes four times as long to build,
    and a change of theme has to visit the fifty widgets of its menus.
    """

    def __init__(self, name: str, axes: dict[str, pg.AxisItem] | None = None) -> None:
        """axes: the axes "left" and "bottom"; None for plain ones."""
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(pg.GraphicsView.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.enableMouse(False)
        content = pg.GraphicsWidget()
        layout = QGraphicsGridLayout(content)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        self.box = pg.ViewBox(enableMouse=False, enableMenu=False)
        self.box.disableAutoRange()
        self.axes = axes or {side: pg.AxisItem(side) for side in ("left", "bottom")}
        layout.addItem(self.box, 0, 1)
        layout.addItem(self.axes["left"], 0, 0)
        layout.addItem(self.axes["bottom"], 1, 1)
        for axis in self.axes.values():
            axis.linkToView(self.box)
            axis.setZValue(0.5)  # above images; other items may have a higher value
        self.setCentralItem(content)

    def sizeHint(self) -> QSize:
        """As large as the layout makes it; not the 640 x 480 pixels of pyqtgraph, which a page would have to scroll."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Room for the axes and some lines."""
        line = self.fontMetrics().height()
        return QSize(10 * line, 8 * line)

    def show_grid(self, x: bool, y: bool) -> None:
        """Show or hide the vertical lines (x) and the horizontal lines (y)."""
        self.axes["bottom"].setGrid(GRID_OPACITY if x else False)
        self.axes["left"].setGrid(GRID_OPACITY if y else False)


class Dots(pg.ScatterPlotItem):  # type: ignore[misc]
    """Dots of a plot, which may have tool tips.

    A ScatterPlotItem keeps an object for each dot in an array, and each object keeps the array. The garbage collector
    of Python does not see this cycle, so all dots of a plot would stay in memory after a click on it.
    """

    def points(self) -> NDArray[np.object_]:
        """New objects for all dots."""
        points: NDArray[np.object_] = super().points().copy()
        self.data["item"] = None
        return points


class Plot(QWidget):
    """Axes with a title above and, while nothing is drawn, a sentence in the middle.

    Subclasses add items to `plot.box`, and set their colours in `apply_colours`.
    """

    def __init__(self, name: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.empty_label = QLabel(name), QLabel(empty)
        self.title.setProperty("group", True)
        self.pictures = PictureActions(self, name)
        self.plot = FixedPlot(name)
        for axis in self.plot.axes.values():
            axis.enableAutoSIPrefix(False)  # show 0.5, not "500 m"
        self.empty_label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty_label.setWordWrap(True)
        self.empty_label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(GAP // 2)
        layout.addWidget(self.title, 0, 0)
        layout.addWidget(self.plot, 1, 0)
        layout.addWidget(self.empty_label, 1, 0)
        layout.setRowStretch(1, 1)

    def set_axes(self, x: AxisRange, y: AxisRange, x_unit: str = "", y_unit: str = "") -> None:
        """Set ranges and labels of the axes; an axis without a label is hidden."""
        self.plot.box.setRange(xRange=x, yRange=y, padding=0)
        for side, unit in (("bottom", x_unit), ("left", y_unit)):
            self.plot.axes[side].setVisible(bool(unit))
            if unit:
                self.plot.axes[side].setLabel(unit)
        self.plot.show_grid(x=bool(x_unit), y=bool(y_unit))
        self._fit_left_axis()

    def _fit_left_axis(self) -> None:
        """Make the left axis as wide as its labels, so that they do not cover its title."""
        axis, metrics = self.plot.axes["left"], QFontMetrics(scaled(self.font(), SMALL_SCALE))
        low, high = self.plot.box.viewRange()[1]
        levels = axis.tickValues(low, high, max(1.0, self.plot.box.height()))
        labels = [text for spacing, ticks in levels for text in axis.tickStrings(ticks, axis.scale, spacing)]
        widest = max(map(metrics.horizontalAdvance, ["100", *labels]))
        axis.setWidth(widest + metrics.height() + 2 * GAP)

    def describe(self, described: str, *, is_empty: bool) -> None:
        """Set the accessible description, and show the empty sentence or not."""
        self.plot.setAccessibleDescription(described)
        self.empty_label.setVisible(is_empty)

    def changeEvent(self, event: QEvent) -> None:
        """Apply a new theme or font, which pyqtgraph does not follow."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.apply_colours()

    def apply_colours(self) -> None:
        """Apply the theme's colours and font."""
        colours, small = colours_of(self), scaled(self.font(), SMALL_SCALE)
        metrics = QFontMetrics(small)
        self.plot.setBackground(colours.surface)
        for axis in self.plot.axes.values():
            axis.setPen(QColor(colours.grid))
            axis.setTextPen(QColor(colours.quiet_text))
            axis.setStyle(
                tickFont=small, tickLength=0, tickTextOffset=GAP // 2, maxTickLevel=1, hideOverlappingLabels=False
            )
            axis.label.setFont(small)
            axis.setLabel(axis.labelText, color=colours.quiet_text)
            axis.showLabel(bool(axis.labelText))
        self._fit_left_axis()
        self.plot.axes["bottom"].setHeight(2 * metrics.height() + GAP)
