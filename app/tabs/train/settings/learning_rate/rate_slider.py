"""A slider for the learning rate on a logarithmic scale."""

from __future__ import annotations

from math import log10

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSlider

MIN_RATE = 1e-6
"""The lower end of the slider; the field beside it takes other rates too."""

MAX_RATE = 10.0
"""The upper end of the slider."""

STEPS_PER_DECADE = 20

SLIDER_TIP = (
    "The learning rate on a logarithmic scale from 0.000001 to 10. During a run it takes effect when you let go, or at "
    "each press of an arrow key."
)


class RateSlider(QSlider):
    """`rate_shown` carries the rate while the slider is dragged, `rate_chosen` the rate to use."""

    rate_shown = Signal(float)
    rate_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, round(STEPS_PER_DECADE * log10(MAX_RATE / MIN_RATE)))
        self.setPageStep(STEPS_PER_DECADE)
        self.setAccessibleName("learning rate, slider")
        self.setToolTip(SLIDER_TIP)
        self.valueChanged.connect(self._on_value)
        self.sliderReleased.connect(self._choose)

    @property
    def rate(self) -> float:
        """The rate at the place of the slider, with two significant digits."""
        return float(f"{MIN_RATE * 10 ** (self.value() / STEPS_PER_DECADE):.2g}")

    def show_rate(self, rate: float) -> None:
        """Move to the place of `rate` > 0, or to the nearer end, without a signal."""
        blocked = self.blockSignals(True)
        self.setValue(round(STEPS_PER_DECADE * log10(min(max(rate, MIN_RATE), MAX_RATE) / MIN_RATE)))
        self.blockSignals(blocked)

    @Slot()
    def _on_value(self) -> None:
        self.rate_shown.emit(self.rate)
        if not self.isSliderDown():
            self._choose()

    @Slot()
    def _choose(self) -> None:
        self.rate_chosen.emit(self.rate)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel, so that the page scrolls."""
        event.ignore()
