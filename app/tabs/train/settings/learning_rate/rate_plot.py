"""What the learning-rate finder found: the loss against the rate, with the suggested rate."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent

from app.style.theme import colours_of
from app.tabs.train.charts.scale.ticks import label_of_tick
from app.widgets.plot import Dots, Plot
from nncore.reporting.number_text import decimal_text
from nncore.training.rate_finder import RateFinderResult

HEIGHT_IN_LINES = 11
"""Height in lines of text."""

MAX_DECADES_LABELLED = 4


class RatePlot(Plot):
    """The curve of losses; a click on it chooses the rate below the pointer, which `rate_chosen` carries."""

    rate_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__("Loss at each rate", "")
        self.result: RateFinderResult | None = None
        self.curve = pg.PlotCurveItem(antialias=True)
        self.suggested = Dots(size=11, symbol="star")
        self.chosen = pg.InfiniteLine(angle=90, movable=False)
        for item in (self.chosen, self.curve, self.suggested):
            self.plot.box.addItem(item)
        self.plot.viewport().installEventFilter(self)
        self.plot.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip("The loss after training with each rate. Click the curve to use a different rate.")
        self.apply_colours()

    def show_result(self, result: RateFinderResult) -> None:
        """Show the losses, and mark the suggested rate."""
        self.result = result
        x, losses = np.log10(result.rates), result.losses
        place = int(np.argmin(np.abs(result.rates - result.suggested)))
        room = 0.08 * (float(np.ptp(losses)) or 1.0)
        self.curve.setData(x, losses)
        self.suggested.setData([x[place]], [losses[place]])
        self.set_axes(
            (float(x[0]) - 0.6, float(x[-1]) + 0.2),
            (float(losses.min()) - room, float(losses.max()) + room),
            "learning rate",
            "loss",
        )
        every = ceil((x[-1] - x[0]) / MAX_DECADES_LABELLED)
        decades = range(ceil(x[0] - 1e-9), floor(x[-1] + 1e-9) + 1, max(1, every))
        self.plot.axes["bottom"].setTicks([[(decade, label_of_tick(10.0**decade)) for decade in decades]])
        self.describe(f"The loss fell fastest at a rate of {decimal_text(result.suggested, 2)}.", is_empty=False)
        self.show_chosen(result.suggested)

    def show_chosen(self, rate: float) -> None:
        """Mark the rate in the field."""
        self.chosen.setValue(np.log10(rate))
        is_suggested = self.result is not None and abs(rate / self.result.suggested - 1) < 0.05
        self.title.setText(f"Loss at each rate; {'★ suggested' if is_suggested else 'chosen'}: {decimal_text(rate, 2)}")

    def rate_at(self, x: float) -> float | None:
        """The tried rate nearest to the horizontal pixel `x` of the plot, with two significant digits."""
        if self.result is None:
            return None
        place = self.plot.box.mapSceneToView(self.plot.mapToScene(round(x), 0)).x()
        nearest = self.result.rates[int(np.argmin(np.abs(np.log10(self.result.rates) - place)))]
        return float(f"{nearest:.2g}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Choose a rate at a click; never filters an event out."""
        if (
            isinstance(event, QMouseEvent)
            and event.type() == QEvent.Type.MouseButtonRelease
            and event.button() == Qt.MouseButton.LeftButton
        ):
            rate = self.rate_at(event.position().x())
            if rate is not None:
                self.rate_chosen.emit(rate)
        return False

    def apply_colours(self) -> None:
        """Apply the theme's colours, including the colours of the curve."""
        super().apply_colours()
        colours = colours_of(self)
        self.curve.setPen(pg.mkPen(colours.training, width=1))
        self.suggested.setPen(None)
        self.suggested.setBrush(colours.winner)
        self.chosen.setPen(pg.mkPen(colours.validation, width=1))
        self.setFixedHeight(HEIGHT_IN_LINES * self.fontMetrics().height())
