"""A small drawing of a network: the shape and the cost of each layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log2, prod

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, scaled
from app.widgets.pictures.picture_actions import PictureActions
from nncore.model.layers import Activation
from nncore.model.network import NetworkSpec

NO_NETWORK = "The network appears here when its layers are valid."
DIAGRAM_HEADINGS = ("layer", "output", "weights", "multiplies")


@dataclass(frozen=True)
class DiagramRow:
    """A layer, or the input: its name, output shape, number of weights, and multiplications per example.

    activations: the names of the activations that follow it.
    """

    name: str
    shape: tuple[int, ...]
    weights: int = 0
    multiplications: int = 0
    activations: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """The texts of the columns."""
        name = ", ".join((self.name, *self.activations))
        counts = (f"{count:,}" if count else "–" for count in (self.weights, self.multiplications))
        return name, shape_text(self.shape), *counts  # type: ignore[return-value]


def lines_of(spec: NetworkSpec) -> list[DiagramRow]:
    """The input and each layer; an activation is on the line of the layer before it."""
    lines = [DiagramRow("input", spec.shapes[0])]
    for layer, before, after in zip(spec.layers, spec.shapes, spec.shapes[1:], strict=False):
        if isinstance(layer, Activation):
            activations = (*lines[-1].activations, layer.full_label)
            lines[-1] = replace(lines[-1], activations=activations)
            continue
        shapes = layer.parameter_shapes(before)
        weights = sum(prod(shape) for shape in (*shapes.values(), *layer.state_shapes(before).values()))
        multiplications = prod(shapes["W"]) * prod(after[1:]) if "W" in shapes else 0
        lines.append(DiagramRow(layer.label, after, weights, multiplications))
    return lines


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as text: "128", "28×28", or "24 of 14×14" for 24 channels of 14×14."""
    if len(shape) == 3:
        return f"{shape[0]} of {shape[1]}×{shape[2]}" if shape[0] > 1 else f"{shape[1]}×{shape[2]}"
    return "×".join(map(str, shape))


class NetworkDiagram(QWidget):
    """One row per layer: a bar (logarithm of its number of outputs), output shape and counts; the sums below."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[DiagramRow] = []
        self.total = NO_NETWORK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("drawing of the network")
        self.pictures = PictureActions(self, "network")
        self.setToolTip(
            "One row per layer: a bar for its number of outputs, the output shape, the number of weights, and the "
            "number of multiplications per example."
        )

    def show_spec(self, spec: NetworkSpec | None) -> None:
        """Draw this network; for None, show a sentence instead."""
        self.lines = lines_of(spec) if spec else []
        self.total = NO_NETWORK
        if spec:
            self.total = f"{spec.parameter_count:,} weights, {spec.multiplications:,} multiplications per example"
        rows = "; ".join(f"{line.texts[0]}, output {line.texts[1]}" for line in self.lines)
        self.setAccessibleDescription(f"{rows}. {self.total}." if rows else NO_NETWORK)
        self.updateGeometry()
        self.update()

    # --------------------------------------------------------------- painting

    @property
    def _line_height(self) -> int:
        return self.fontMetrics().height()

    def sizeHint(self) -> QSize:
        """The height of all rows with headings and sums; the width adapts to the form."""
        return QSize(200, (len(self.lines) + 2) * self._line_height + GAP)

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the headings, the layers and the sums."""
        with QPainter(self) as painter:
            self._paint(painter, colours_of(self))

    def _paint(self, painter: QPainter, colours: Colours) -> None:
        painter.setFont(scaled(self.font(), SMALL_SCALE))
        painter.setPen(QColor(colours.quiet_text))
        if self.lines:
            self._write(painter, 0, DIAGRAM_HEADINGS)
        for number, line in enumerate(self.lines, start=1):
            self._draw_bar(painter, number, line)
            painter.setPen(QColor(colours.text))
            self._write(painter, number, line.texts)
        painter.setPen(QColor(colours.quiet_text))
        top = (len(self.lines) + 1) * self._line_height
        area = QRect(0, top, self.width(), self._line_height)
        total = painter.fontMetrics().elidedText(self.total, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, total)

    def _draw_bar(self, painter: QPainter, index: int, line: DiagramRow) -> None:
        """Draw a bar behind the text, half the row long for 1,024 numbers (a logarithmic scale)."""
        # log2(1024) = 10, so 1,024 outputs give 11 / 22 of the row.
        length = min(1.0, (1 + log2(max(1, prod(line.shape)))) / 22) * self.width()
        colour = QColor(colours_of(self).accent)
        colour.setAlphaF(0.22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(QRectF(0, index * self._line_height + 1, length, self._line_height - 2), 3, 3)

    def _write(self, painter: QPainter, index: int, texts: tuple[str, ...]) -> None:
        """Write the name at the left and the other texts in right-aligned columns."""
        width, top, metrics = self.width() - GAP, index * self._line_height, painter.fontMetrics()
        edges = (0.38, 0.60, 0.79, 1.0)
        left = GAP // 2
        for column, (text, edge) in enumerate(zip(texts, edges, strict=True)):
            area = QRect(left, top, round(edge * width) - left + GAP // 2, self._line_height)
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, text)
            left = area.right() + GAP // 2
