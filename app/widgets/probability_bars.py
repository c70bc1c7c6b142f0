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
from app.widgets.pictures.picture_actions import PictureActions
from nncore.reporting.number_text import percent_text

ANIMATION_MILLISECONDS = 120
MIN_ANIMATED_CHANGE = 0.002
"""There is no animation if all probabilities change by less than this."""
MIN_REPAINTED_PIXELS = 0.1
"""A bar is not repainted while it has moved by fewer pixels."""

ROWS = 10
LARGE_TEXT_ROW_HEIGHT = 3.0
"""Rows higher than this multiple of a text line have larger text, as on a projector."""

NO_PROBABILITIES_HINT = "The bars show the probability of each digit."

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

Probabilities = NDArray[np.floating]


class ProbabilityBars(QWidget):
    """Rows in the fixed order 0 to 9: digit, bar, percentage. The answer has its own colour and a bold font.

    Without an answer, as for a scribble, no row is emphasised.

    The bars move to new values in an animation; the figures change immediately.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target: Probabilities | None = None
        self._has_answer, self.is_wrong = True, False
        self._start_values = self._shown = self._last_painted = np.zeros(ROWS)
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._show_fraction)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Probability of each digit")
        self.pictures = PictureActions(self, "probabilities")
        self.setToolTip("The softmax output: the probability of each digit, 100 % in total.")
        self.set_probabilities(None)

    @property
    def probabilities(self) -> Probabilities | None:
        """The probabilities (10,) that are shown, or that the bars move to; None in the empty state."""
        return self._target

    @property
    def winner(self) -> int | None:
        """The digit that is emphasised: the one with the highest probability, the lower one if two are equal.

        None in the empty state, and without an answer.
        """
        return None if self._target is None or not self._has_answer else int(np.argmax(self._target))

    def set_probabilities(
        self, probabilities: Probabilities | None, *, has_answer: bool = True, is_wrong: bool = False
    ) -> None:
        """Show `probabilities` (10,), each 0 to 1, or the empty state for None. Raises ValueError for any other shape.

        has_answer: whether the most probable digit is the answer; False for the verdict "not a digit".
        is_wrong: whether this answer is known to be wrong; it has the colour of errors then.
        """
        if probabilities is not None and probabilities.shape != (ROWS,):
            raise ValueError(f"Probabilities must have the shape ({ROWS},); got {probabilities.shape}.")
        before = self._row_texts()
        if is_wrong != self.is_wrong:
            self.is_wrong = is_wrong
            self.update()
        self._has_answer = has_answer
        self._target = None if probabilities is None else np.array(probabilities)
        self._start_values = self._shown
        self._animation.stop()
        self._update_rows([old != new for old, new in zip(before, self._row_texts(), strict=True)])
        moves = self.isVisible() and np.abs(self._target_values() - self._shown).max() >= MIN_ANIMATED_CHANGE
        duration = motion_milliseconds(self, ANIMATION_MILLISECONDS) if moves else 0
        if duration:
            self._animation.setDuration(duration)
            self._animation.start()
        else:
            self._show_fraction(1.0)
        self._describe()

    def _target_values(self) -> Probabilities:
        return np.zeros(ROWS) if self._target is None else self._target

    def _row_texts(self) -> list[tuple[str, bool]]:
        """For each row its percentage ("" in the empty state), and whether it is the answer."""
        if self._target is None:
            return [("", False)] * ROWS
        return [(f"{100 * fraction:.1f}", digit == self.winner) for digit, fraction in enumerate(self._target)]

    def _update_rows(self, changed: Sequence[bool] | NDArray[np.bool_]) -> None:
        """Repaint only rows that changed; while a pen moves, most do not."""
        for digit in np.flatnonzero(changed):
            self.update(self.row_rect(int(digit)).toAlignedRect())

    def row_rect(self, digit: int) -> QRectF:
        """The rectangle of the row of `digit`, in the widget's pixels."""
        height = self.height() / ROWS
        return QRectF(0, digit * height, self.width(), height)

    def sizeHint(self) -> QSize:
        """The preferred size."""
        return QSize(360, ROWS * round(self.fontMetrics().height() * 1.75))

    def minimumSizeHint(self) -> QSize:
        """Rows as high as a line of text."""
        return QSize(220, ROWS * self.fontMetrics().height())

    @Slot(object)
    def _show_fraction(self, fraction: float) -> None:
        self._shown = self._start_values + fraction * (self._target_values() - self._start_values)
        moved = np.abs(self._shown - self._last_painted) * self.width() > MIN_REPAINTED_PIXELS
        self._last_painted = np.where(moved, self._shown, self._last_painted)
        self._update_rows(moved)

    def _describe(self) -> None:
        """Set the two best digits as accessible description."""
        if self._target is None:
            described = NO_PROBABILITIES_HINT
        else:
            best, second = np.argsort(-self._target, kind="stable")[:2]
            described = (
                f"{best}: {percent_text(self._target[best], 1)}, then {second}: {percent_text(self._target[second], 1)}"
            )
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows; in the empty state, a sentence over them too."""
        colours, geometry, figures = colours_of(self), _RowGeometry.measure(self), self._row_texts()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for digit in range(ROWS):
                if event.region().intersects(self.row_rect(digit).toAlignedRect()):
                    self._paint_row(painter, digit, figures[digit][0], colours, geometry)
            if self._target is None:
                self._paint_empty(painter, colours)

    def _paint_empty(self, painter: QPainter, colours: Colours) -> None:
        """Paint a box with the sentence in the middle of the empty bars."""
        font = scaled(self.font(), SMALL_SCALE)
        wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = QRectF(self.rect()).adjusted(2 * GAP, GAP, -2 * GAP, -GAP)
        text = QFontMetricsF(font).boundingRect(room, wrap, NO_PROBABILITIES_HINT)
        plate = text.adjusted(-2 * GAP, -GAP, 2 * GAP, GAP)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(plate, 6, 6)
        painter.setFont(font)
        painter.setPen(QColor(colours.quiet_text))
        painter.drawText(text.adjusted(-1, -1, 1, 1), wrap, NO_PROBABILITIES_HINT)

    def _paint_row(
        self, painter: QPainter, digit: int, percentage: str, colours: Colours, geometry: _RowGeometry
    ) -> None:
        wins = digit == self.winner
        row = self.row_rect(digit)
        track = QRectF(geometry.label_width, row.center().y() - geometry.thickness / 2, 0, geometry.thickness)
        track.setRight(row.right() - geometry.figure_width - geometry.unit_width)
        self._paint_bar(painter, track, float(self._shown[digit]), colours, wins)

        painter.setFont(geometry.winner_font if wins else geometry.font)
        painter.setPen(QColor(colours.quiet_text if self._target is None else colours.text))
        painter.drawText(row, LEFT, str(digit))
        if not percentage:
            return
        figure = QRectF(row.left(), row.top(), row.width() - geometry.unit_width, row.height())
        painter.drawText(figure, RIGHT, percentage)
        painter.setFont(geometry.unit_font)
        painter.setPen(QColor(colours.quiet_text))
        painter.drawText(row, RIGHT, " %")

    def _paint_bar(self, painter: QPainter, track: QRectF, fraction: float, colours: Colours, wins: bool) -> None:
        radius = min(4.0, track.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.grid))
        painter.drawRoundedRect(track, radius, radius)
        bar = QRectF(track)
        bar.setWidth(track.width() * min(max(fraction, 0.0), 1.0))
        answer = colours.error if self.is_wrong else colours.winner
        if bar.width() >= 0.5:
            painter.setBrush(QColor(answer if wins else colours.bar))
            painter.drawRoundedRect(bar, min(radius, bar.width() / 2), radius)


@dataclass(frozen=True)
class _RowGeometry:
    """Fonts and widths that all rows share, in pixels."""

    font: QFont
    winner_font: QFont
    unit_font: QFont
    label_width: float
    figure_width: float
    unit_width: float
    thickness: float

    @classmethod
    def measure(cls, bars: ProbabilityBars) -> _RowGeometry:
        """Measure the bars in their current size and font."""
        height = bars.row_rect(0).height()
        size = TITLE_SCALE if height > LARGE_TEXT_ROW_HEIGHT * bars.fontMetrics().height() else 1.0
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
