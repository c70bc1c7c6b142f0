"""The Map page: the digits in two dimensions, as each layer represents them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QFont, QMouseEvent, QPainterPath, QTransform
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, colours_of, digit_colours
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.tabs.evaluate.evaluation_runner import MapResult
from app.widgets.elements import text_label
from app.widgets.occlusion_view import OcclusionView
from app.widgets.plot import Dots, Plot
from app.widgets.start_stop import StartStopButtons
from nncore.evaluation.projection import output_names, why_no_tsne
from nncore.reporting.number_text import percent_text

METHODS = ("Principal components", "t-SNE")
MAP_HINT = "Point at a digit to see its image; click it to see why it got its answer."
OWN_DRAWING = "yours"
COMPUTING_MAP = "Computing the map …"
COMPUTING_TSNE = "Computing t-SNE, which takes some seconds …"
UP_TO_DATE = "The map is up to date. Choose a different layer or projection for a new map."
STOPPED = "Stopped; the map is not finished."


class MapPage(QWidget):
    """Selects a layer and a projection, and shows the map.

    `requested` carries (layer index, by t-SNE), `stop_requested` cancels it; `picked` carries the row of an image.
    """

    requested = Signal(int, bool)
    stop_requested = Signal()
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: EvaluationResult | None = None
        self.map: MapResult | None = None
        self.layer_choice, self.projection_choice = QComboBox(), QComboBox()
        self.layer_choice.setToolTip("What to map: the input pixels, or the outputs of a layer.")
        self.layer_choice.setAccessibleName("Layer")
        self.projection_choice.addItems(METHODS)
        self.projection_choice.setToolTip(
            "Principal components: immediate, distances are meaningful. "
            "t-SNE: takes seconds, keeps neighbours together; large distances mean little."
        )
        self.projection_choice.setAccessibleName("Projection")
        self.sentence, self.caption = text_label(style="quiet"), text_label(MAP_HINT, "quiet")
        for label in (self.sentence, self.caption):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._is_busy, self._is_outdated = False, False
        purposes = "Compute the map again, with your present drawing.", "Stop; the map drawn so far stays."
        self.buttons = StartStopButtons(
            QPushButton("Map &again"), QPushButton("&Stop"), purposes=purposes, idle="No map is being computed.",
            busy="The map is being computed.",
        )  # fmt: skip
        self.buttons.start_requested.connect(self.request)
        self.buttons.stop_requested.connect(self.stop_requested)
        self._update_buttons()
        self.plot, self.image_view = MapPlot(), OcclusionView()
        self.image_view.setToolTip("The image of the digit under the pointer.")
        self.image_view.setAccessibleName("Image under the pointer")
        self.layer_choice.currentIndexChanged.connect(self.request)
        self.projection_choice.currentIndexChanged.connect(self.request)
        self.plot.pointed_at.connect(self._show_pointed)
        self.plot.picked.connect(self._pick)
        self._compose()

    @property
    def by_tsne(self) -> bool:
        """Whether t-SNE is chosen."""
        return self.projection_choice.currentIndex() == 1

    def show_result(self, result: EvaluationResult) -> None:
        """Offer the layers of the network; `request` then asks for the map."""
        before, self.result = self.result, result
        if before is None or before.network.spec != result.network.spec:
            names = output_names(result.network)
            with QSignalBlocker(self.layer_choice):
                self.layer_choice.clear()
                self.layer_choice.addItems(names)
                # The input of the last layer, where most networks separate the classes best.
                self.layer_choice.setCurrentIndex(max(0, len(names) - 2))

    @Slot()
    def request(self) -> None:
        """Ask for the selected map, or show why it cannot be made."""
        reason = why_no_tsne() if self.by_tsne else None
        if self.result is None:
            return
        if reason is not None:
            self.sentence.setText(reason)
            return
        self.sentence.setText(COMPUTING_TSNE if self.by_tsne else COMPUTING_MAP)
        self._is_outdated = False
        self.requested.emit(self.layer_choice.currentIndex(), self.by_tsne)

    @Slot(object)
    def show_map(self, shown_map: MapResult | None) -> None:
        """Show a map, with its progress if it is not finished; None (cancelled) changes nothing."""
        if shown_map is None:
            return
        self.map = shown_map
        predictions = shown_map.result.predictions
        labels, misread = (
            predictions.labels[shown_map.rows],
            (predictions.labels != predictions.answers)[shown_map.rows],
        )
        self.plot.set_points(shown_map.projection.points, labels, predictions.class_names, misread, shown_map.drawing)
        summary = f"{len(labels):,} digits; misread ones have a ring."
        if shown_map.done < 1:
            summary = f"t-SNE: {percent_text(shown_map.done, 0)} done …"
        if shown_map.projection.explained is not None:
            summary += f" The two axes show {percent_text(sum(shown_map.projection.explained), 0)} of the variance."
        if shown_map.drawing is not None:
            summary += f" The star “{OWN_DRAWING}” is your drawing."
        self.sentence.setText(summary)
        self._show_pointed(-1)

    @Slot(bool)
    def show_busy(self, is_busy: bool) -> None:
        """Offer to stop a map that is being computed, and to start a stopped one again."""
        self._is_busy = is_busy
        if not is_busy and self.sentence.text().endswith("…"):
            self._is_outdated = True
            self.sentence.setText(STOPPED)
        self._update_buttons()

    def offer_again(self) -> None:
        """Offer to compute the map again, because the drawing has changed."""
        self._is_outdated = self.map is not None
        self._update_buttons()

    def _update_buttons(self) -> None:
        self.buttons.show_state(is_busy=self._is_busy, obstacle="" if self._is_outdated else UP_TO_DATE)

    @Slot(str)
    def show_error(self, sentence: str) -> None:
        """Show why the map could not be computed."""
        self.sentence.setText(sentence)

    @Slot(int)
    def _show_pointed(self, index: int) -> None:
        if index < 0 or self.map is None:
            return  # keep the last image
        result, row = self.map.result, int(self.map.rows[index])
        self.image_view.show_image(result.image(row))
        self.caption.setText(f"{result.caption(row)}, {result.detail_text(row)} sure. {MAP_HINT}")

    @Slot(int)
    def _pick(self, index: int) -> None:
        shown, present = self.map, self.result
        if shown is not None and present is not None and shown.result.dataset is present.dataset:
            self.picked.emit(int(shown.rows[index]))

    def _compose(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(GAP)
        for name, widget in (("Layer", self.layer_choice), ("Projection", self.projection_choice)):
            label = text_label(name, "group", wraps=False)
            label.setBuddy(widget)
            widget.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            widget.setMinimumContentsLength(18)
            side.addWidget(label)
            side.addWidget(widget)
        side.addWidget(self.buttons)
        side.addSpacing(GAP)
        side.addWidget(self.image_view, 10)
        # At the bottom: these texts have one line or several, and must not move what is above.
        side.addWidget(self.sentence)
        side.addWidget(self.caption)
        side.addStretch(1)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GROUP_GAP)
        page.addLayout(side, 1)
        page.addWidget(self.plot, 3)


DIGIT_HEIGHT = 0.7
"""Height of a digit in lines of text."""

RING_HEIGHT = 1.1
"""Height of the ring around a misread digit in lines of text."""
MAX_POINTER_DISTANCE = 12
"""Greatest distance in pixels between the pointer and the digit it points at."""


class MapPlot(Plot):
    """`pointed_at` carries the index of the point under the pointer, -1 for none; `picked` that of a clicked point."""

    pointed_at = Signal(int)
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "No map yet.", parent)
        self.plot.setWhatsThis(
            "Each digit is where a layer of the network places its image: images that the layer finds similar are "
            f"close to each other. Misread digits have a ring. {MAP_HINT}"
        )
        self.title.hide()
        self.points: NDArray[np.float32] = np.empty((0, 2), np.float32)
        self._labels: NDArray[np.intp] = np.empty(0, np.intp)
        self._misread: NDArray[np.bool_] = np.empty(0, np.bool_)
        self._symbols: list[QPainterPath] = []
        self._rings = Dots(symbol="o", pxMode=True)
        self._digits = Dots(pxMode=True)
        self._drawing: tuple[float, float] | None = None
        self.drawing_mark = Dots(symbol="star", pxMode=True)
        self.drawing_label = pg.TextItem(OWN_DRAWING, anchor=(0.5, 1.4))
        for item in (self.drawing_mark, self.drawing_label):
            item.setZValue(2)
            item.setVisible(False)
            self.plot.box.addItem(item)
        self.plot.box.addItem(self._rings)
        self.plot.box.addItem(self._digits)
        self.plot.setAccessibleName("Map of the digits")
        self.plot.viewport().installEventFilter(self)
        self.plot.setMouseTracking(True)
        self.set_axes((0, 1), (0, 1))
        self.apply_colours()

    def set_points(
        self,
        points: NDArray[np.float32],
        labels: NDArray[np.intp],
        names: Sequence[str],
        misread: NDArray[np.bool_],
        drawing: tuple[float, float] | None = None,
    ) -> None:
        """Show points (n, 2) as the names of their classes `labels` (n,), with a ring around misread ones.

        drawing: the place of the user's drawing.
        """
        self._drawing = drawing
        self.points = points
        self._labels = labels
        self._misread = misread
        self._symbols = [_symbol(name) for name in names]
        if len(points):
            every = points if drawing is None else np.vstack((points, drawing))
            low, high = every.min(axis=0), every.max(axis=0)
            margin = 0.04 * np.maximum(high - low, 1e-6)
            low, high = (low - margin).tolist(), (high + margin).tolist()
            self.set_axes((low[0], high[0]), (low[1], high[1]))
        self._draw()
        self.describe(f"{len(points):,} digits, {int(misread.sum()):,} of them misread.", is_empty=not len(points))

    def _draw(self) -> None:
        colours = digit_colours(self)
        brushes = [pg.mkBrush(colour) for colour in colours]
        self._digits.setData(
            pos=self.points, pen=None, size=DIGIT_HEIGHT * self.fontMetrics().height(),
            symbol=[self._symbols[label] for label in self._labels],
            brush=[brushes[label % len(brushes)] for label in self._labels],
        )  # fmt: skip
        shown = self._drawing is not None
        self.drawing_mark.setVisible(shown)
        self.drawing_label.setVisible(shown)
        if self._drawing is not None:
            x, y = self._drawing
            self.drawing_mark.setData([x], [y], size=1.6 * self.fontMetrics().height())
            self.drawing_label.setPos(x, y)
        self._rings.setData(pos=self.points[self._misread], size=RING_HEIGHT * self.fontMetrics().height())

    def apply_colours(self) -> None:
        """Apply the theme's colours, including those of digits and rings."""
        super().apply_colours()
        self._rings.setPen(pg.mkPen(colours_of(self).error, width=1))
        self._rings.setBrush(None)
        self.drawing_mark.setPen(pg.mkPen(colours_of(self).surface, width=1))
        self.drawing_mark.setBrush(colours_of(self).text)
        self.drawing_label.setColor(colours_of(self).text)
        self.drawing_label.fill = pg.mkBrush(colours_of(self).surface)
        self._draw()

    def point_at(self, place: QPointF) -> int:
        """The index of the point nearest to `place` (pixels of the plot); -1 if none is near."""
        if not len(self.points):
            return -1
        box = self.plot.box
        middle = box.mapSceneToView(self.plot.mapToScene(place.toPoint()))
        width, height = box.viewPixelSize()
        # From data units to pixels: one pixel is (width, height) in data units, and the axes have different scales.
        distances = (self.points - (middle.x(), middle.y())) / (width, height)
        squares = (distances**2).sum(axis=1)
        shown_map = int(squares.argmin())
        return shown_map if squares[shown_map] <= MAX_POINTER_DISTANCE**2 else -1

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse over the plot; never filters an event out."""
        if isinstance(event, QMouseEvent):
            if event.type() == QEvent.Type.MouseMove:
                self.pointed_at.emit(self.point_at(event.position()))
            elif event.type() == QEvent.Type.MouseButtonRelease:
                index = self.point_at(event.position())
                if index >= 0:
                    self.picked.emit(index)
        return False


def _symbol(name: str) -> QPainterPath:
    """The first two letters of a name as a path one unit high around the origin, as pyqtgraph needs symbols."""
    path = QPainterPath()
    font = QFont("Inter", 20)
    font.setWeight(QFont.Weight.Medium)
    path.addText(0, 0, font, name[:2])
    bounds = path.boundingRect()
    side = max(bounds.height(), bounds.width(), 1.0)
    move = QTransform().scale(1 / side, 1 / side).translate(-bounds.center().x(), -bounds.center().y())
    return move.map(path)
