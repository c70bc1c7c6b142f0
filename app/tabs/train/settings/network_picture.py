"""A picture of a network: its images, feature maps and units from left to right, and how they are connected."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled
from app.tabs.train.settings.network_diagram import shape_text
from nncore.model.network import NetworkSpec

MAX_UNITS_DRAWN = 10
"""A layer with more units is drawn with this many, and with dots between them."""

MAX_MAPS_DRAWN = 4
"""A layer with more maps is drawn with this many."""
LINES_OF_TEXT = 7
"""The height of the picture in lines of text, without the line below it."""
IMAGES_WIDTH = 1.7
"""The width for a stage of images; 1 is that for a column of units."""
MAX_STAGES = 9
"""With more, those in the middle are left out."""


@dataclass(frozen=True)
class Stage:
    """What flows between two layers. shape: (units,), (height, width) or (channels, height, width)."""

    shape: tuple[int, ...]

    @property
    def is_vector(self) -> bool:
        """Whether it is drawn as a column of units instead of images."""
        return len(self.shape) == 1

    @property
    def count(self) -> int:
        """The number of units or of maps."""
        return self.shape[0] if len(self.shape) != 2 else 1

    @property
    def units_drawn(self) -> list[int | None]:
        """The units from top to bottom, counted from 0; None for dots that stand for the others."""
        if self.count <= MAX_UNITS_DRAWN:
            return list(range(self.count))
        half = MAX_UNITS_DRAWN // 2
        return [*range(half), None, *range(self.count - half, self.count)]


def stages_of(spec: NetworkSpec) -> list[Stage]:
    """The input and each output whose shape differs from the one before it, or that has weights of its own."""
    shapes = [spec.shapes[0]]
    for layer, before, after in zip(spec.layers, spec.shapes, spec.shapes[1:], strict=False):
        mixes = "W" in layer.parameter_shapes(before)
        if mixes or (after != before and len(after) > 1):
            shapes.append(after)
    return [Stage(shape) for shape in shapes]


class NetworkPicture(QWidget):
    """Draws the stages of a network; empty without a network."""

    def __init__(self) -> None:
        super().__init__()
        self.stages: list[Stage] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("picture of the network")
        self.setToolTip(
            "What flows through the network, from the input at the left to the outputs at the right: images, feature "
            "maps and units, with their numbers below. A small window in a map shows what a convolution sees at once."
        )

    def show_spec(self, spec: NetworkSpec | None) -> None:
        """Draw this network; nothing for None."""
        stages = stages_of(spec) if spec else []
        if len(stages) > MAX_STAGES:
            half = MAX_STAGES // 2
            stages = [*stages[: half + 1], *stages[-half:]]
        self.stages = stages
        self.setAccessibleDescription(", then ".join(shape_text(stage.shape) for stage in self.stages))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Some lines of text high; the width adapts to the form."""
        return QSize(200, (LINES_OF_TEXT + 1) * self.fontMetrics().height() if self.stages else 0)

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    # --------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw connections first, then stages, then their numbers."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for left, right in zip(range(len(self.stages)), range(1, len(self.stages)), strict=False):
                self._draw_connections(painter, left, right)
            for index in range(len(self.stages)):
                self._draw_stage(painter, index)
            self._write_shapes(painter)

    def _column(self, index: int) -> QRectF:
        """The area of a stage and of its numbers."""
        widths = [1.0 if stage.is_vector else IMAGES_WIDTH for stage in self.stages]
        unit = self.width() / sum(widths)
        return QRectF(sum(widths[:index]) * unit, 0, widths[index] * unit, self.height())

    def _centre(self, index: int) -> QPointF:
        return QPointF(self._column(index).center().x(), (self.height() - self.fontMetrics().height()) / 2)

    def _map_areas(self, index: int) -> list[QRectF]:
        """The squares of a stage of images, the one at the back first; the front one is the last."""
        stage, centre = self.stages[index], self._centre(index)
        available = min(0.9 * self._column(index).width(), self.height() - 2.0 * self.fontMetrics().height())
        largest = max(max(stage.shape[-2:]) for stage in self.stages if not stage.is_vector)
        side = max(6.0, 0.75 * available * max(stage.shape[-2:]) / largest)
        drawn = min(stage.count, MAX_MAPS_DRAWN)
        step = min(0.25 * available / MAX_MAPS_DRAWN, side / 3)
        corner = centre - QPointF(side + step * (drawn - 1), side - step * (drawn - 1)) / 2
        return [
            QRectF(corner + QPointF(step, -step) * back, QRectF(0, 0, side, side).size())
            for back in reversed(range(drawn))
        ]

    def _unit_centres(self, index: int) -> list[tuple[int | None, QPointF]]:
        """Each unit that is drawn, or None for the dots, and its centre."""
        units, centre = self.stages[index].units_drawn, self._centre(index)
        height = (self.height() - self.fontMetrics().height()) * 0.92
        pitch = height / (MAX_UNITS_DRAWN + 1)
        first = centre.y() - (len(units) - 1) * pitch / 2
        return [(unit, QPointF(centre.x(), first + row * pitch)) for row, unit in enumerate(units)]

    def _unit_radius(self) -> float:
        height = self.height() - self.fontMetrics().height()
        return min(0.36 * height / (MAX_UNITS_DRAWN + 1), 0.2 * self.width() / max(1, len(self.stages)))

    def _draw_connections(self, painter: QPainter, left: int, right: int) -> None:
        colour = QColor(colours_of(self).quiet_text)
        colour.setAlphaF(0.35)
        painter.setPen(QPen(colour, 0.7))
        sources, targets = self._ends(left), self._ends(right)
        if not self.stages[left].is_vector and not self.stages[right].is_vector:
            self._draw_window(painter, left, right)
            return
        painter.drawLines([QLineF(source, target) for source in sources for target in targets])

    def _ends(self, index: int) -> list[QPointF]:
        """Where the connections of a stage begin and end: its units, or corners of its front map."""
        if self.stages[index].is_vector:
            return [centre for unit, centre in self._unit_centres(index) if unit is not None]
        front = self._map_areas(index)[-1]
        return [front.topRight(), front.bottomRight()]

    def _draw_window(self, painter: QPainter, left: int, right: int) -> None:
        """Draw the part of a map that one pixel of the next map is computed from."""
        source, target = self._map_areas(left)[-1], self._map_areas(right)[-1]
        side = source.width() / 4
        window = QRectF(source.right() - 1.5 * side, source.center().y() - side / 2, side, side)
        painter.setPen(QPen(QColor(colours_of(self).accent), 1))
        painter.drawLine(QLineF(window.topRight(), target.center()))
        painter.drawLine(QLineF(window.bottomRight(), target.center()))

    def _draw_stage(self, painter: QPainter, index: int) -> None:
        colours, stage = colours_of(self), self.stages[index]
        if not stage.is_vector:
            painter.setPen(QPen(QColor(colours.edge), 1))
            painter.setBrush(QColor(colours.surface))
            painter.drawRects(self._map_areas(index))
            self._draw_window_frame(painter, index)
            return
        painter.setBrush(QColor(colours.accent))
        radius = self._unit_radius()
        for unit, centre in self._unit_centres(index):
            painter.setPen(Qt.PenStyle.NoPen)
            if unit is not None:
                painter.drawEllipse(centre, radius, radius)
                continue
            for row in (-1, 0, 1):
                painter.drawEllipse(centre + QPointF(0, row * radius), radius / 4, radius / 4)

    def _draw_window_frame(self, painter: QPainter, index: int) -> None:
        if index + 1 < len(self.stages) and not self.stages[index + 1].is_vector:
            source = self._map_areas(index)[-1]
            side = source.width() / 4
            painter.setPen(QPen(QColor(colours_of(self).accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(source.right() - 1.5 * side, source.center().y() - side / 2, side, side))

    def _write_shapes(self, painter: QPainter) -> None:
        painter.setFont(scaled(self.font(), SMALL_SCALE))
        painter.setPen(QColor(colours_of(self).quiet_text))
        metrics = painter.fontMetrics()
        for index, stage in enumerate(self.stages):
            text = shape_text(stage.shape)
            area = self._column(index)
            if metrics.horizontalAdvance(text) > area.width() - GAP // 2:
                text = f"{stage.count:,}"
            area.setTop(self.height() - metrics.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
