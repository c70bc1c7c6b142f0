"""Ten bars with the probability of each digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, TITLE_SCALE, Colours, colours_of, motion_milliseconds, scaled

GLIDE_MILLISECONDS = 120
STILL = 0.002
"""If all bars change less than this share, there is no animation."""
LEAST_MOTION = 0.1
"""Movement in pixels below which a bar is not repainted."""

ROWS = 10
ROOMY = 3.0
"""Rows higher than this number of text lines, as on a projector, have larger text."""

EMPTY = "The bars show the probability of each digit."

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

Probabilities = NDArray[np.floating]


class ProbabilityBars(QWidget):
    """Rows in the fixed order 0 to 9: digit, bar, percentage. The winner has its own colour and a bold font.

    Bars glide to new values; the figures change immediately.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target: Probabilities | None = None
        self._from = self._shown = self._painted = np.zeros(ROWS)
        self._glide = QVariantAnimation(self)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._glide_to)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Probability of each digit")
        self.setToolTip("The softmax output: the probability of each digit, 100 % in total.")
        self.set_probabilities(None)

    @property
    def probabilities(self) -> Probabilities | None:
        """The probabilities (10,) that are shown, or that the bars are gliding to; None in the empty state."""
        return self._target

    @property
    def winner(self) -> int | None:
        """The digit with the highest probability, the lower one if two are equal; None in the empty state."""
        return None if self._target is None else int(np.argmax(self._target))

    def set_probabilities(self, probabilities: Probabilities | None) -> None:
        """Show `probabilities` (10,), each 0 to 1, or the empty state for None. Raises ValueError for another shape."""
        if probabilities is not None and probabilities.shape != (ROWS,):
            raise ValueError(f"Probabilities must have the shape ({ROWS},); got {probabilities.shape}.")
        before = self._figures()
        self._target = None if probabilities is None else np.array(probabilities)
        self._from = self._shown
        self._glide.stop()
        self._update_rows([old != new for old, new in zip(before, self._figures(), strict=True)])
        moves = self.isVisible() and np.abs(self._goal() - self._shown).max() >= STILL
        duration = motion_milliseconds(self, GLIDE_MILLISECONDS) if moves else 0
        if duration:
            self._glide.setDuration(duration)
            self._glide.start()
        else:
            self._glide_to(1.0)
        self._describe()

    def _goal(self) -> Probabilities:
        return np.zeros(ROWS) if self._target is None else self._target

    def _figures(self) -> list[tuple[str, bool]]:
        """For each row its percentage ("" in the empty state), and whether it wins."""
        if self._target is None:
            return [("", False)] * ROWS
        return [(f"{100 * share:.1f}", digit == self.winner) for digit, share in enumerate(self._target)]

    def _update_rows(self, changed: Sequence[bool] | NDArray[np.bool_]) -> None:
        """Repaint only rows that changed; while a pen moves, most do not."""
        for digit in np.flatnonzero(changed):
            self.update(self.row_rect(int(digit)).toAlignedRect())

    def row_rect(self, digit: int) -> QRectF:
        """The rectangle of the row of `digit`, in the widget's pixels."""
        height = self.height() / ROWS
        return QRectF(0, digit * height, self.width(), height)

    def sizeHint(self) -> QSize:
        """Comfortable rows."""
        return QSize(360, ROWS * round(self.fontMetrics().height() * 1.75))

    def minimumSizeHint(self) -> QSize:
        """Rows as high as a line of text."""
        return QSize(220, ROWS * self.fontMetrics().height())

    @Slot(object)
    def _glide_to(self, share: float) -> None:
        self._shown = self._from + share * (self._goal() - self._from)
        moved = np.abs(self._shown - self._painted) * self.width() > LEAST_MOTION
        self._painted = np.where(moved, self._shown, self._painted)
        self._update_rows(moved)

    def _describe(self) -> None:
        """Set the two best digits as accessible description."""
        if self._target is None:
            described = EMPTY
        else:
            best, second = np.argsort(-self._target, kind="stable")[:2]
            described = f"{best}: {self._target[best]:.1%}, then {second}: {self._target[second]:.1%}"
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows; in the empty state, also a sentence over them."""
        colours, measures, figures = colours_of(self), _Measures.measure(self), self._figures()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for digit in range(ROWS):
                if event.region().intersects(self.row_rect(digit).toAlignedRect()):
                    self._paint_row(painter, digit, figures[digit][0], colours, measures)
            if self._target is None:
                self._paint_empty(painter, colours)

    def _paint_empty(self, painter: QPainter, colours: Colours) -> None:
        """Paint a box with the sentence in the middle of the empty bars."""
        font = scaled(self.font(), SMALL_SCALE)
        wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = QRectF(self.rect()).adjusted(2 * GAP, GAP, -2 * GAP, -GAP)
        text = QFontMetricsF(font).boundingRect(room, wrap, EMPTY)
        plate = text.adjusted(-2 * GAP, -GAP, 2 * GAP, GAP)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(plate, 6, 6)
        painter.setFont(font)
        painter.setPen(QColor(colours.quiet_text))
        painter.drawText(text.adjusted(-1, -1, 1, 1), wrap, EMPTY)

    def _paint_row(self, painter: QPainter, digit: int, percentage: str, colours: Colours, measures: _Measures) -> None:
        wins = digit == self.winner
        row = self.row_rect(digit)
        track = QRectF(measures.label_width, row.center().y() - measures.thickness / 2, 0, measures.thickness)
        track.setRight(row.right() - measures.figure_width - measures.unit_width)
        self._paint_bar(painter, track, float(self._shown[digit]), colours, wins)

        painter.setFont(measures.winner_font if wins else measures.font)
        painter.setPen(QColor(colours.quiet_text if self._target is None else colours.text))
        painter.drawText(row, LEFT, str(digit))
        if not percentage:
            return
        figure = QRectF(row.left(), row.top(), row.width() - measures.unit_width, row.height())
        painter.drawText(figure, RIGHT, percentage)
        painter.setFont(measures.unit_font)
        painter.setPen(QColor(colours.quiet_text))
        painter.drawText(row, RIGHT, " %")

    def _paint_bar(self, painter: QPainter, track: QRectF, share: float, colours: Colours, wins: bool) -> None:
        radius = min(4.0, track.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.grid))
        painter.drawRoundedRect(track, radius, radius)
        bar = QRectF(track)
        bar.setWidth(track.width() * min(max(share, 0.0), 1.0))
        if bar.width() >= 0.5:
            painter.setBrush(QColor(colours.winner if wins else colours.bar))
            painter.drawRoundedRect(bar, min(radius, bar.width() / 2), radius)


@dataclass(frozen=True)
class _Measures:
    """Fonts and widths that all rows share, in pixels."""

    font: QFont
    winner_font: QFont
    unit_font: QFont
    label_width: float
    figure_width: float
    unit_width: float
    thickness: float

    @classmethod
    def measure(cls, bars: ProbabilityBars) -> _Measures:
        """Measure the bars in their current size and font."""
        height = bars.row_rect(0).height()
        size = TITLE_SCALE if height > ROOMY * bars.fontMetrics().height() else 1.0
        font = scaled(bars.font(), size, QFont.Weight.Normal)
        winner_font = scaled(font, 1.0, QFont.Weight.DemiBold)
        unit_font = scaled(font, SMALL_SCALE)
        figures, units = QFontMetricsF(winner_font), QFontMetricsF(unit_font)
        return cls(
            font,
            winner_font,
            unit_font,
            label_width=figures.horizontalAdvance("0") + GAP * 1.5,
            figure_width=figures.horizontalAdvance("100.0") + GAP,
            unit_width=units.horizontalAdvance(" %"),
            thickness=min(height * 0.54, figures.height() * 1.6),
        )
