"""The Robustness page: accuracy on noisy, rotated, shifted, thicker and thinner images."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, colours_of, line_width
from app.tabs.evaluate.sample_strip import SampleStrip
from app.widgets.elements import row_of, text_label
from app.widgets.plot import FRACTION_RANGE, PERCENT_TICKS, Dots, Plot
from app.widgets.start_stop import StartStopButtons
from nncore.evaluation.robustness import DISTORTIONS, IMAGE_COUNT, Distortion, RobustnessPoint
from nncore.reporting.number_text import decimal_text, percent_text

ROBUSTNESS_DESCRIPTION = f"Accuracy on up to {IMAGE_COUNT:,} distorted images, the same ones for every point."
NOT_MEASURED = "Press Measure to draw this curve."
NOT_EVALUATED = "There is no evaluation yet; a model and data are needed."
OUTDATED = "The model or the data has changed. Press Measure."


class RobustnessPage(QWidget):
    """Four curves, measured on request."""

    measure_requested = Signal()
    """Measure the accuracy on distorted images."""
    stop_requested = Signal()
    """Stop the measurement."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_measuring = self._is_stopping = False
        self._can_measure = False
        self.plots = {distortion.name: RobustnessPlot(distortion) for distortion in DISTORTIONS}
        self.buttons, self.description = _start_stop_buttons(), text_label(ROBUSTNESS_DESCRIPTION, "quiet")
        self.buttons.start_requested.connect(self._start)
        self.buttons.stop_requested.connect(self._stop)
        head = row_of(self.buttons, self.description, spacing=GROUP_GAP)
        head.setStretchFactor(self.description, 1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GAP)
        page.addLayout(head)
        plots = list(self.plots.values())
        for plot in plots:
            plot.clear(NOT_MEASURED)
        for first in range(0, len(plots), 2):  # a QGridLayout would insist on the preferred height of the plots
            page.addLayout(row_of(*plots[first : first + 2]), 1)
        self._update_buttons()

    def reset(self, can_measure: bool) -> None:
        """Clear the curves of an older result, and enable the Measure button or not."""
        self._can_measure = can_measure
        self._is_stopping = self.is_measuring
        drawn = any(plot.points for plot in self.plots.values())
        if drawn or self.is_measuring:
            self._clear(OUTDATED)
        self._update_buttons()

    def set_sample(self, image: NDArray[np.uint8] | None) -> None:
        """Show this image (height, width) at each point of the next curves; None for no images."""
        for plot in self.plots.values():
            plot.samples.set_sample(image)

    @Slot(object)
    def add_point(self, point: RobustnessPoint) -> None:
        """Show one more point."""
        if self.is_measuring and not self._is_stopping:
            self.plots[point.distortion.name].add_point(point)

    @Slot(str)
    def show_end(self, sentence: str) -> None:
        """Show that the measurement has ended; `sentence` is the error, "" if there was none."""
        self.is_measuring = self._is_stopping = False
        self.description.setText(sentence or ROBUSTNESS_DESCRIPTION)
        self._update_buttons()

    @Slot()
    def _start(self) -> None:
        self._clear("")
        self.is_measuring = True
        self.description.setText(ROBUSTNESS_DESCRIPTION)
        self._update_buttons()
        self.measure_requested.emit()

    @Slot()
    def _stop(self) -> None:
        self._is_stopping = True
        self._update_buttons()
        self.stop_requested.emit()

    def _clear(self, sentence: str) -> None:
        for plot in self.plots.values():
            plot.clear(sentence)

    def _update_buttons(self) -> None:
        obstacle = "" if self._can_measure else NOT_EVALUATED
        self.buttons.show_state(is_busy=self.is_measuring, obstacle=obstacle, is_stopping=self._is_stopping)


def _start_stop_buttons() -> StartStopButtons:
    measure = QPushButton("&Measure")
    measure.setProperty("primary", True)
    purposes = (
        "Measure the accuracy on increasingly distorted images; takes some seconds.",
        "Stop; the measured points stay.",
    )
    return StartStopButtons(
        measure, QPushButton("&Stop"), purposes=purposes, idle="Nothing is being measured.",
        busy="The curves are being measured.",
    )  # fmt: skip


class RobustnessPlot(Plot):
    """The accuracy at each strength of a distortion; pointing at a point shows its figures."""

    def __init__(self, distortion: Distortion, parent: QWidget | None = None) -> None:
        super().__init__(distortion.name, "Press Measure.", parent)
        self.plot.setWhatsThis(
            f"The fraction of images read correctly after a distortion ({distortion.name.lower()}), by its strength in "
            f"{distortion.unit}. Pointing at a dot shows its figures; below it is what an image then looks like."
        )
        self.distortion = distortion
        self.points: list[RobustnessPoint] = []
        self.line = pg.PlotCurveItem(antialias=True)
        self._dots = Dots(size=7, hoverable=True, hoverSize=11, tip=self._point_tip)
        self.plot.box.addItem(self.line)
        self.plot.box.addItem(self._dots)
        low, high = distortion.strengths[0], distortion.strengths[-1]
        margin = 0.04 * (high - low)
        self.set_axes((low - margin, high + margin), FRACTION_RANGE, distortion.unit, "accuracy (%)")
        self.plot.axes["left"].setTicks([PERCENT_TICKS])
        self.plot.axes["bottom"].setTicks(
            [[(strength, decimal_text(strength, 6)) for strength in distortion.strengths]]
        )
        self.samples = SampleStrip(distortion, self._pixel_of)
        layout = self.layout()
        if isinstance(layout, QGridLayout):
            layout.addWidget(self.samples, 2, 0)
        self.apply_colours()

    def _pixel_of(self, strength: float) -> float:
        place: float = self.plot.box.mapViewToScene(QPointF(strength, 0)).x()
        return place

    def add_point(self, point: RobustnessPoint) -> None:
        """Add `point` to the curve, and show what the images of this point look like."""
        self.points.append(point)
        self.samples.add(point.strength)
        self._draw()

    def clear(self, empty: str) -> None:
        """Remove all points and show the sentence `empty`."""
        self.points.clear()
        self.samples.clear()
        self.empty_label.setText(empty)
        self._draw()

    def _draw(self) -> None:
        x, y = [point.strength for point in self.points], [point.accuracy for point in self.points]
        self.line.setData(x, y)
        self._dots.setData(x, y)
        self.describe(
            "; ".join(f"{decimal_text(p.strength, 6)}: {percent_text(p.accuracy, 1)}" for p in self.points),
            is_empty=not self.points,
        )

    def _point_tip(self, x: float, y: float, data: object) -> str:
        return f"{decimal_text(x, 6)} {self.distortion.unit}: {percent_text(y, 1)}"

    def apply_colours(self) -> None:
        """Apply the theme's colours, including the colours of the curve."""
        super().apply_colours()
        colours = colours_of(self)
        self.line.setPen(pg.mkPen(colours.training, width=line_width()))
        self._dots.setPen(None)
        self._dots.setBrush(colours.training)
