"""The health of the layers during training: figures, their history, and the histogram of the weights."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import isfinite, log10

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, line_width, scaled
from app.widgets.pictures.picture_actions import PictureActions
from nncore.model.layers import LAYER_SPECS
from nncore.reporting.number_text import decimal_or_tiny_text, percent_text
from nncore.training.diagnosis.advice import EXPLODING_NORM, MAX_HEALTHY_DEAD_FRACTION
from nncore.training.health import LayerHealth, block_numbers

SPARKLINE_LENGTH = 60
"""Number of values in a sparkline."""

VISIBLE_LAYERS = 4

NO_HEALTH = "Press Train to see the gradients, dead units and weights of each layer."
HEALTH_AFTER_EPOCH = "The gradients, dead units and weights of each layer appear after the first epoch."
HEALTH_HEADINGS = ("layer", "gradient norm", "step / weights", "dead units", "weights")
COLUMN_ENDS = (0.22, 0.44, 0.66, 0.80, 1.0)
"""Ends of the columns as fractions of the width."""

MAX_UPDATE_RATIO = 0.5
"""A step of this fraction of the weights is too long; short steps are normal at the end of a schedule."""


class LayerFigures:
    """The figures of one layer: the newest, and the logarithms of earlier ones."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.newest: LayerHealth | None = None
        self.dead_fraction: float | None = None
        self.norms: deque[float] = deque(maxlen=SPARKLINE_LENGTH)
        self.ratios: deque[float] = deque(maxlen=SPARKLINE_LENGTH)

    def add(self, health: LayerHealth) -> None:
        """Add newer figures of this layer."""
        self.newest = health
        for history, value in ((self.norms, health.gradient_norm), (self.ratios, health.update_ratio)):
            if value is not None:
                history.append(log10(max(value, 1e-12)) if isfinite(value) else history[-1] if history else 0.0)

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """Name, gradient norm, update ratio and fraction of dead units as text."""
        health = self.newest
        norm, ratio = (health.gradient_norm, health.update_ratio) if health else (None, None)
        dead = percent_text(self.dead_fraction, 0)
        return self.name, health_text(norm), health_text(ratio), dead

    @property
    def is_unusual(self) -> tuple[bool, bool, bool]:
        """Whether gradient, step and dead units are outside their usual ranges."""
        health = self.newest
        norm, ratio = (health.gradient_norm, health.update_ratio) if health else (None, None)
        return (
            norm is not None and not 0 < norm <= EXPLODING_NORM,
            ratio is not None and not ratio < MAX_UPDATE_RATIO,
            self.dead_fraction is not None and self.dead_fraction >= MAX_HEALTHY_DEAD_FRACTION,
        )


def health_text(value: float | None) -> str:
    """A figure with two significant digits: "0.013", "0.000025"; "almost 0" below 0.00001."""
    if value is None:
        return "–"
    if not isfinite(value):
        return "∞"
    return decimal_or_tiny_text(value, 2)


def figures_by_layer(health: Sequence[LayerHealth]) -> list[tuple[LayerHealth, float | None]]:
    """The layers with weights, each with the fraction of dead units of the following ReLU."""
    rows: list[tuple[LayerHealth, float | None]] = []
    for layer in health:
        if layer.gradient_norm is not None:
            rows.append((layer, None))
        elif layer.dead_fraction is not None and rows:
            rows[-1] = rows[-1][0], layer.dead_fraction
    return rows


class HealthView(QWidget):
    """One row per layer with weights; unusual figures have the error colour."""

    def __init__(self) -> None:
        super().__init__()
        self.layers: list[LayerFigures] = []
        self._empty_text = NO_HEALTH
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Health of the layers")
        self.pictures = PictureActions(self, "health of the layers")
        self.setToolTip(
            "For each layer: gradient norm, step length as a fraction of the weights (usually about 0.001), fraction "
            "of dead ReLU units, and histogram of the weights."
        )
        self._tell_screen_readers()

    def clear(self) -> None:
        """Remove all figures, because a run begins."""
        self.layers, self._empty_text = [], HEALTH_AFTER_EPOCH
        self._tell_screen_readers()
        self.updateGeometry()
        self.update()

    def end_run(self) -> None:
        """The run has ended; if it had no epoch, the next one is needed to see figures."""
        self._empty_text = NO_HEALTH
        self._tell_screen_readers()
        self.update()

    def show_health(self, health: Sequence[LayerHealth] | None) -> None:
        """Show the figures of an epoch; without figures the last ones stay."""
        if not health:
            return
        rows = figures_by_layer(health)
        numbers = dict(zip((layer.layer for layer in health), block_numbers(health), strict=True))
        names = [f"{numbers[layer.layer]} {LAYER_SPECS[layer.kind].label}" for layer, _ in rows]
        if names != [layer.name for layer in self.layers]:
            self.layers = [LayerFigures(name) for name in names]
            self.updateGeometry()
        for figures, (layer, dead) in zip(self.layers, rows, strict=True):
            figures.add(layer)
            figures.dead_fraction = dead
        self._tell_screen_readers()
        self.update()

    def _tell_screen_readers(self) -> None:
        rows = (
            f"Layer {name}: gradient norm {norm}, step to weights {ratio}, dead units {dead}"
            for name, norm, ratio, dead in (layer.texts for layer in self.layers)
        )
        self.setAccessibleDescription(". ".join(rows) or self._empty_text)

    # --------------------------------------------------------------- painting

    @property
    def row_height(self) -> int:
        """Height of a row in pixels."""
        return self.fontMetrics().height() + GAP // 2

    def sizeHint(self) -> QSize:
        """Space for headings and all rows."""
        return QSize(400, (1 + len(self.layers)) * self.row_height)

    def minimumSizeHint(self) -> QSize:
        """As high as `sizeHint`."""
        return QSize(200, (1 + len(self.layers)) * self.row_height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint headings and rows, or the hint of the empty state."""
        with QPainter(self) as painter:
            self._paint(painter, colours_of(self))

    def _paint(self, painter: QPainter, colours: Colours) -> None:
        painter.setFont(scaled(self.font(), SMALL_SCALE))
        painter.setPen(QColor(colours.quiet_text))
        if not self.layers:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._empty_text)
            return
        for column, heading in enumerate(HEALTH_HEADINGS):
            self._write(painter, 0, column, heading)
        for row, layer in enumerate(self.layers, start=1):
            self._draw_row(painter, row, layer)

    def _draw_row(self, painter: QPainter, row: int, layer: LayerFigures) -> None:
        colours = colours_of(self)
        unusual = (False, *layer.is_unusual)
        for column, (text, is_bad) in enumerate(zip(layer.texts, unusual, strict=True)):
            painter.setPen(QColor(colours.error if is_bad else colours.text))
            self._write(painter, row, column, text)
        pen = QPen(QColor(colours.training), line_width())
        painter.setPen(pen)
        for column, history in ((1, layer.norms), (2, layer.ratios)):
            painter.drawPolyline(_sparkline(list(history), self._sparkline_area(row, column)))
        self._draw_histogram(painter, self._cell_rect(row, 4), layer.newest)

    def _draw_histogram(self, painter: QPainter, cell: QRect, health: LayerHealth | None) -> None:
        if health is None or health.histogram is None or not health.histogram.any():
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours_of(self).training))
        # The square root makes bins with few weights visible.
        heights = np.sqrt(health.histogram / health.histogram.max()) * (cell.height() - 2)
        width = cell.width() / len(heights)
        bars = [
            QRectF(cell.left() + index * width, cell.bottom() - height, width, height)
            for index, height in enumerate(heights.tolist())
            if height > 0
        ]
        painter.drawRects(bars)

    def _cell_rect(self, row: int, column: int) -> QRect:
        left = round((COLUMN_ENDS[column - 1] if column else 0) * self.width()) + (GAP if column else 0)
        right = round(COLUMN_ENDS[column] * self.width())
        return QRect(left, row * self.row_height, right - left, self.row_height)

    def _sparkline_area(self, row: int, column: int) -> QRectF:
        """The part of a cell beside the figure, for the sparkline."""
        cell = self._cell_rect(row, column)
        figures = min(cell.width() // 2, self.fontMetrics().horizontalAdvance("8.8e-88"))
        return QRectF(cell.adjusted(figures + GAP, 3, 0, -3))

    def _write(self, painter: QPainter, row: int, column: int, text: str) -> None:
        cell = self._cell_rect(row, column)
        side = Qt.AlignmentFlag.AlignLeft
        if row and column in (1, 2):
            side, cell = Qt.AlignmentFlag.AlignRight, QRect(cell)
            cell.setRight(round(self._sparkline_area(row, column).left()) - GAP // 2)
        painter.drawText(cell, side | Qt.AlignmentFlag.AlignVCenter, text)


class HealthScroll(QScrollArea):
    """Scrolls a HealthView; the height is fixed, so that the layout does not move."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Health of the layers, scrollable")

    def sizeHint(self) -> QSize:
        """Space for headings and VISIBLE_LAYERS layers."""
        row = self.fontMetrics().height() + GAP // 2
        return QSize(400, (1 + VISIBLE_LAYERS) * row)

    def minimumSizeHint(self) -> QSize:
        """As high as `sizeHint`."""
        return QSize(200, self.sizeHint().height())


def _sparkline(values: list[float], area: QRectF) -> QPolygonF:
    """The line of `values` in `area`; the scale spans at least a factor of ten, so that noise stays small."""
    if len(values) < 2 or area.width() <= 0:
        return QPolygonF()
    # The values are logarithms of base 10, so half a unit on both sides of the middle is a factor of ten.
    low, high = min(values), max(values)
    middle, half = (low + high) / 2, max(0.5, (high - low) / 2)
    step = area.width() / (len(values) - 1)
    return QPolygonF(
        [
            QPointF(area.left() + index * step, area.center().y() - (value - middle) / half * area.height() / 2)
            for index, value in enumerate(values)
        ]
    )
