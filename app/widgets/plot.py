"""A small plot in the theme's colours, without zooming or panning."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled

AxisRange = tuple[float, float]
FRACTION_RANGE: AxisRange = (-0.1, 1.1)
"""The range of an axis for fractions, with space for half a label at both ends."""
PERCENT_TICKS = [(share / 100, f"{share}") for share in (0, 25, 50, 75, 100)]


def fixed_plot(name: str) -> pg.PlotWidget:
    """A plot widget without a frame, menu or buttons, which the mouse cannot zoom or pan."""
    plot = pg.PlotWidget()
    plot.setAccessibleName(name)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setFrameShape(pg.PlotWidget.Shape.NoFrame)
    item = plot.getPlotItem()
    item.setMenuEnabled(False)
    item.setMouseEnabled(x=False, y=False)
    item.hideButtons()
    item.disableAutoRange()
    return plot


class Plot(QWidget):
    """Axes with a title above and, while nothing is drawn, a sentence in the middle.

    Subclasses add items to `item`, and set their colours in `apply_colours`.
    """

    def __init__(self, name: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.empty = QLabel(name), QLabel(empty)
        self.title.setProperty("group", True)
        self.plot = fixed_plot(name)
        self.item = self.plot.getPlotItem()
        for side in ("left", "bottom"):
            self.item.getAxis(side).enableAutoSIPrefix(False)  # show 0.5, not "500 m"
        self.empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(GAP // 2)
        layout.addWidget(self.title, 0, 0)
        layout.addWidget(self.plot, 1, 0)
        layout.addWidget(self.empty, 1, 0)
        layout.setRowStretch(1, 1)

    def set_axes(self, x: AxisRange, y: AxisRange, x_unit: str = "", y_unit: str = "") -> None:
        """Set ranges and labels of the axes; an axis without a label is hidden."""
        self.item.setRange(xRange=x, yRange=y, padding=0)
        for side, unit in (("bottom", x_unit), ("left", y_unit)):
            self.item.showAxis(side, bool(unit))
            if unit:
                self.item.getAxis(side).setLabel(unit)
        self.item.showGrid(x=bool(x_unit), y=bool(y_unit))

    def describe(self, described: str, is_empty: bool) -> None:
        """Set the accessible description, and show the empty sentence or not."""
        self.plot.setAccessibleDescription(described)
        self.empty.setVisible(is_empty)

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
        for side in ("left", "bottom"):
            axis = self.item.getAxis(side)
            axis.setPen(QColor(colours.grid))
            axis.setTextPen(QColor(colours.quiet_text))
            axis.setStyle(
                tickFont=small, tickLength=0, tickTextOffset=GAP // 2, maxTickLevel=1, hideOverlappingLabels=False
            )
            axis.label.setFont(small)
            axis.setLabel(axis.labelText, color=colours.quiet_text)
            axis.showLabel(bool(axis.labelText))
        self.item.getAxis("left").setWidth(metrics.horizontalAdvance("100") + metrics.height() + 2 * GAP)
        self.item.getAxis("bottom").setHeight(2 * metrics.height() + GAP)
