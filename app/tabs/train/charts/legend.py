"""A legend that is also the readout: a sample of each line, its name, and its value in a fixed place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.style.theme import GAP, GROUP_GAP, Colours, colours_of

FAINT = 0.4
"""Opacity of what lies behind the firm lines."""


@dataclass(frozen=True)
class Series:
    """How one curve is named and drawn; told apart by markers too, not by colour alone."""

    name: str
    role: Literal["training", "validation"]
    faint: bool = False
    marked: bool = False

    def colour(self, colours: Colours) -> QColor:
        """Its colour in the theme `colours`."""
        colour = QColor(colours.training if self.role == "training" else colours.validation)
        colour.setAlphaF(FAINT if self.faint else 1.0)
        return colour

    def pen(self, colours: Colours) -> QPen:
        """Its pen: one pixel wide, because Qt takes many times as long for wider curves."""
        pen = QPen(self.colour(colours), 1)
        pen.setCosmetic(True)
        return pen


class LineSample(QWidget):
    """A short piece of a series' line, with its marker."""

    def __init__(self, series: Series) -> None:
        super().__init__()
        self._series = series
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as the text, and half as much again wide."""
        return QSize(3 * self.fontMetrics().height() // 2, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line as the chart does."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._series.marked)
        colours = colours_of(self)
        painter.setPen(self._series.pen(colours))
        middle = self.height() // 2
        painter.drawLine(0, middle, self.width() - 1, middle)
        if self._series.marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._series.colour(colours))
            painter.drawEllipse(QPointF(self.width() / 2, middle), 3.5, 3.5)


class Legend(QWidget):
    """One entry a series, left to right. Each value has room for `widest`, so that nothing moves when it changes."""

    def __init__(self, series: Sequence[Series], widest: str) -> None:
        super().__init__()
        self._widest = widest
        self._values: list[QLabel] = []
        self._entries: list[tuple[QWidget, ...]] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for each in series:
            if self._values:
                layout.addSpacing(GROUP_GAP - GAP)
            name, value = QLabel(each.name), QLabel("–")
            name.setProperty("quiet", True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setAccessibleName(each.name)
            self._entries.append((LineSample(each), name, value))
            for part in self._entries[-1]:
                layout.addWidget(part)
            self._values.append(value)

    def event(self, event: QEvent) -> bool:
        """Make room for the widest value in the font that the values have now."""
        if event.type() == QEvent.Type.LayoutRequest:
            for value in self._values:
                value.setMinimumWidth(value.fontMetrics().horizontalAdvance(self._widest))
        return super().event(event)

    def set_shown(self, number: int, shown: bool) -> None:
        """Show the entry of a series, or leave it out where there never is anything to read."""
        for part in self._entries[number]:
            part.setVisible(shown)

    def show_values(self, values: Sequence[str]) -> None:
        """Show one value for each series."""
        for label, value in zip(self._values, values, strict=True):
            label.setText(value)

    def values(self) -> list[str]:
        """What is shown now."""
        return [label.text() for label in self._values]
