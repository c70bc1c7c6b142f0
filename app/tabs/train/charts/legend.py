"""A legend with values: line sample, name, and current value of each series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.style.theme import GROUP_GAP, Colours, colours_of, line_width
from app.widgets.elements import row_of, text_label
from app.widgets.layouts.flow_layout import FlowLayout

ROLES = {"training": "training", "validation": "validation", "rate": "winner"}
"""The colour of the theme for each role."""

BAND = 0.5
"""Opacity of the band of the values of single batches."""


@dataclass(frozen=True)
class Series:
    """Name and style of one curve; markers distinguish curves in addition to colour."""

    name: str
    role: Literal["training", "validation", "rate"]
    is_faint: bool = False
    is_marked: bool = False

    def colour(self, colours: Colours) -> QColor:
        """Its colour in the theme `colours`."""
        return QColor(colours.batch if self.is_faint else getattr(colours, ROLES[self.role]))

    def fill(self, colours: Colours) -> QColor:
        """The colour of the band of its values in the theme `colours`."""
        colour = self.colour(colours)
        colour.setAlphaF(BAND)
        return colour

    def pen(self, colours: Colours) -> QPen:
        """Its pen; the curve of single batches stays thin, so that the others can be seen before it."""
        pen = QPen(self.colour(colours), 1 if self.is_faint else line_width())
        pen.setCosmetic(True)
        return pen


class LineSample(QWidget):
    """A sample of a series' line with its marker."""

    def __init__(self, series: Series) -> None:
        super().__init__()
        self._series = series
        self.is_band = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as the text, and 1.5 times as wide."""
        return QSize(3 * self.fontMetrics().height() // 2, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line as the chart does."""
        colours, middle = colours_of(self), self.height() // 2
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._series.is_marked)
            painter.setPen(self._series.pen(colours))
            if self.is_band:
                painter.setBrush(self._series.fill(colours))
                painter.drawRect(0, middle - 4, self.width() - 1, 8)
                return
            painter.drawLine(0, middle, self.width() - 1, middle)
            if self._series.is_marked:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._series.colour(colours))
                painter.drawEllipse(QPointF(self.width() / 2, middle), 3.5, 3.5)


class Legend(QWidget):
    """One entry per series. Each value has room for `widest`, so that the layout does not move."""

    def __init__(self, series: Sequence[Series], widest: str) -> None:
        super().__init__()
        self._widest = widest
        self._values: list[QLabel] = []
        self._samples = {each: LineSample(each) for each in series}
        self._entries: dict[Series, QWidget] = {}
        layout = FlowLayout(spacing=GROUP_GAP)
        self.setLayout(layout)
        for each, sample in self._samples.items():
            name, value = text_label(each.name, "quiet", wraps=False), QLabel("–")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setAccessibleName(each.name)
            entry = QWidget()
            entry.setLayout(row_of(sample, name, value))
            layout.addWidget(entry)
            self._entries[each] = entry
            self._values.append(value)

    def event(self, event: QEvent) -> bool:
        """Adapt the width of the values to the font."""
        if event.type() == QEvent.Type.LayoutRequest:
            for value in self._values:
                # Of fixed size: a new value must not start a new layout, ten times a second.
                value.setFixedSize(value.fontMetrics().horizontalAdvance(self._widest), value.fontMetrics().height())
        return super().event(event)

    def set_shown(self, series: Series, shown: bool) -> None:
        """Show or hide the entry of a series."""
        self._entries[series].setVisible(shown)

    def set_banded(self, series: Series, banded: bool) -> None:
        """Show the sample of a series as a band of values, or as a line."""
        sample = self._samples[series]
        if sample.is_band != banded:
            sample.is_band = banded
            sample.update()

    def show_values(self, values: Sequence[str]) -> None:
        """Show one value for each series."""
        for label, value in zip(self._values, values, strict=True):
            label.setText(value)

    def values(self) -> list[str]:
        """The values shown."""
        return [label.text() for label in self._values]
