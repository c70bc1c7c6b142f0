"""Map: what each layer makes of the digits, flattened to two dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QFont, QMouseEvent, QPainterPath, QTransform
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, colours_of, digit_colours
from app.tabs.evaluate.examination import Examination
from app.tabs.evaluate.examiner import Map
from app.widgets.occlusion_view import LookedAt
from app.widgets.plot import Plot
from nncore.evaluation.projection import views_of, why_no_tsne

METHODS = ("Principal components", "t-SNE")
POINT = "Point at a digit to see its image; click it to see why it was read so."
WORKING = "Mapping …"
WORKING_LONG = "t-SNE pulls like to like; this takes some seconds …"
STOPPED = "Stopped before its end."


class MapPage(QWidget):
    """Choose a layer and a way to flatten it.

    `wanted` carries (view, by t-SNE), `stop_requested` that it is not any more; `picked` an image's row.
    """

    wanted = Signal(int, bool)
    stop_requested = Signal()
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.examination: Examination | None = None
        self.map: Map | None = None
        self.view, self.method = QComboBox(), QComboBox()
        self.view.setToolTip("Whose view to map: the pixels as they come in, or what a layer makes of them.")
        self.view.setAccessibleName("Layer")
        self.method.addItems(METHODS)
        self.method.setToolTip(
            "Principal components: at once, distances mean something. "
            "t-SNE: takes seconds, keeps neighbours together; what is far apart means little."
        )
        self.method.setAccessibleName("How it is flattened")
        self.sentence, self.caption = QLabel(), QLabel(POINT)
        for label in (self.sentence, self.caption):
            label.setProperty("quiet", True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
        self._is_busy = False
        self.button = QPushButton()
        self.button.clicked.connect(self._press)
        self.button.hide()
        self.plot, self.picture = MapPlot(), LookedAt()
        self.picture.setToolTip("The image of the digit that the pointer is at.")
        self.picture.setAccessibleName("The image pointed at")
        self.view.currentIndexChanged.connect(self.request)
        self.method.currentIndexChanged.connect(self.request)
        self.plot.pointed_at.connect(self._show_pointed)
        self.plot.picked.connect(self._pick)
        self._compose()

    @property
    def by_tsne(self) -> bool:
        """Whether t-SNE is chosen."""
        return self.method.currentIndex() == 1

    def show_examination(self, examination: Examination) -> None:
        """Offer its views; a map of it comes by `request`."""
        before, self.examination = self.examination, examination
        if before is None or before.network.spec != examination.network.spec:
            names = views_of(examination.network)
            self.view.blockSignals(True)
            self.view.clear()
            self.view.addItems(names)
            self.view.setCurrentIndex(_last_hidden(len(names)))
            self.view.blockSignals(False)

    @Slot()
    def request(self) -> None:
        """Ask for the map that is chosen, or say why there is none."""
        reason = why_no_tsne() if self.by_tsne else None
        if self.examination is None:
            return
        if reason is not None:
            self.sentence.setText(reason)
            return
        self.sentence.setText(WORKING_LONG if self.by_tsne else WORKING)
        self.wanted.emit(self.view.currentIndex(), self.by_tsne)

    @Slot(object)
    def show_map(self, found: Map | None) -> None:
        """Show a map, one that is still being improved with how far it is; None, of one given up, draws nothing."""
        if found is None:
            return
        self.map = found
        judgement = found.examination.judgement
        labels, misread = judgement.labels[found.rows], (judgement.labels != judgement.answers)[found.rows]
        self.plot.set_points(found.projection.points, labels, judgement.class_names, misread)
        said = f"{len(labels):,} digits; a ring marks those misread."
        if found.done < 1:
            said = f"t-SNE has done {found.done:.0%} …"
        if found.projection.explained is not None:
            said += f" The two axes show {sum(found.projection.explained):.0%} of the variance."
        self.sentence.setText(said)
        self._show_pointed(-1)

    @Slot(bool)
    def show_busy(self, is_busy: bool) -> None:
        """Offer to stop what takes long, and to map again what was stopped."""
        self._is_busy = is_busy
        stopped = not is_busy and self.sentence.text().endswith("…")
        if stopped:
            self.sentence.setText(STOPPED)
        self.button.setText("&Stop" if is_busy else "Map &again")
        self.button.setToolTip("End the mapping; what is drawn so far stays." if is_busy else "Map once more.")
        self.button.setVisible(stopped or (is_busy and self.by_tsne))

    @Slot()
    def _press(self) -> None:
        if self._is_busy:
            self.stop_requested.emit()
        else:
            self.request()

    @Slot(str)
    def refuse(self, sentence: str) -> None:
        """Say why there is no map."""
        self.sentence.setText(sentence)

    @Slot(int)
    def _show_pointed(self, number: int) -> None:
        if number < 0 or self.map is None:
            return  # the last one stays: it may be looked at in peace
        examination, row = self.map.examination, int(self.map.rows[number])
        self.picture.show_picture(examination.image(row))
        self.caption.setText(f"{examination.caption(row)}, {examination.sureness(row)} sure. {POINT}")

    @Slot(int)
    def _pick(self, number: int) -> None:
        shown, present = self.map, self.examination
        if shown is not None and present is not None and shown.examination.dataset is present.dataset:
            self.picked.emit(int(shown.rows[number]))

    def _compose(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(GAP)
        for name, widget in (("Layer", self.view), ("Flattened by", self.method)):
            label = QLabel(name)
            label.setProperty("group", True)
            label.setBuddy(widget)
            widget.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            widget.setMinimumContentsLength(18)
            side.addWidget(label)
            side.addWidget(widget)
        told = QHBoxLayout()
        told.setSpacing(GAP)
        told.addWidget(self.sentence, 1)
        told.addWidget(self.button)
        side.addLayout(told)
        side.addSpacing(GAP)
        side.addWidget(self.picture, 10)
        side.addWidget(self.caption)
        side.addStretch(1)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GROUP_GAP)
        page.addLayout(side, 1)
        page.addWidget(self.plot, 3)


def _last_hidden(views: int) -> int:
    """The view that goes into the last layer: where most networks have the classes apart."""
    return max(0, views - 2)


SIZE, RING = 0.7, 1.1
"""Lines of text that a digit is high, and the ring around one that was misread."""
REACH = 12
"""Pixels from the pointer within which a digit is the one pointed at."""


class MapPlot(Plot):
    """`pointed_at` carries the number of the point under the pointer, -1 for none; `picked` that of one clicked."""

    pointed_at = Signal(int)
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "The map will appear here.", parent)
        self.title.hide()
        self.points: NDArray[np.float32] = np.empty((0, 2), np.float32)
        self._labels: NDArray[np.intp] = np.empty(0, np.intp)
        self._misread: NDArray[np.bool_] = np.empty(0, np.bool_)
        self._symbols: list[QPainterPath] = []
        self._rings = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self._digits = pg.ScatterPlotItem(pxMode=True)
        self.item.addItem(self._rings)
        self.item.addItem(self._digits)
        self.plot.setAccessibleName("Map of the digits")
        self.plot.viewport().installEventFilter(self)
        self.plot.setMouseTracking(True)
        self.set_axes((0, 1), (0, 1))
        self.take_colours()

    def set_points(
        self, points: NDArray[np.float32], labels: NDArray[np.intp], names: Sequence[str], misread: NDArray[np.bool_]
    ) -> None:
        """Show points (n, 2) of classes labels (n,), each as the name of its class; a ring around those misread."""
        self.points, self._labels, self._misread = points, labels, misread
        self._symbols = [_written(name) for name in names]
        if len(points):
            low, high = points.min(axis=0), points.max(axis=0)
            aside = 0.04 * np.maximum(high - low, 1e-6)
            low, high = (low - aside).tolist(), (high + aside).tolist()
            self.set_axes((low[0], high[0]), (low[1], high[1]))
        self._draw()
        self.describe(f"{len(points):,} digits, {int(misread.sum()):,} of them misread.", not len(points))

    def _draw(self) -> None:
        colours = digit_colours(self)
        brushes = [pg.mkBrush(colour) for colour in colours]
        self._digits.setData(
            pos=self.points, pen=None, size=SIZE * self.fontMetrics().height(),
            symbol=[self._symbols[label] for label in self._labels],
            brush=[brushes[label % len(brushes)] for label in self._labels],
        )  # fmt: skip
        self._rings.setData(pos=self.points[self._misread], size=RING * self.fontMetrics().height())

    def take_colours(self) -> None:
        """Also of the digits and rings."""
        super().take_colours()
        self._rings.setPen(pg.mkPen(colours_of(self).trouble, width=1))
        self._rings.setBrush(None)
        self._draw()

    def point_at(self, place: QPointF) -> int:
        """The number of the point nearest to `place`, in pixels of the plot; -1 if there is none near it."""
        if not len(self.points):
            return -1
        box = self.plot.getViewBox()
        middle = box.mapSceneToView(self.plot.mapToScene(place.toPoint()))
        width, height = box.viewPixelSize()
        away = (self.points - (middle.x(), middle.y())) / (width, height)
        squares = (away**2).sum(axis=1)
        found = int(squares.argmin())
        return found if squares[found] <= REACH**2 else -1

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse over the plot; keeps no event from it."""
        if isinstance(event, QMouseEvent):
            if event.type() == QEvent.Type.MouseMove:
                self.pointed_at.emit(self.point_at(event.position()))
            elif event.type() == QEvent.Type.MouseButtonRelease:
                number = self.point_at(event.position())
                if number >= 0:
                    self.picked.emit(number)
        return False


def _written(name: str) -> QPainterPath:
    """The first letters of a name as a shape around the origin, one unit high, as pyqtgraph wants its symbols."""
    path = QPainterPath()
    font = QFont("Inter", 20)
    font.setWeight(QFont.Weight.Medium)
    path.addText(0, 0, font, name[:2])
    bounds = path.boundingRect()
    side = max(bounds.height(), bounds.width(), 1.0)
    move = QTransform().scale(1 / side, 1 / side).translate(-bounds.center().x(), -bounds.center().y())
    return move.map(path)
