"""What is written on the canvas: the hint on a blank one, and the name of the eraser while it is selected."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QVariantAnimation, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from app.style.theme import GAP, SMALL_SCALE, TITLE_SCALE, Colours, colours_of, motion_milliseconds, scaled

FADE_MILLISECONDS = 220
HINT = "Draw a digit here"
ERASER_HINT = "The eraser is selected. Press E to draw."
ERASER_MODE = "Eraser"
KEYBOARD_HINT = "Arrow keys move the pen, Space puts it down or lifts it"


class FadingHint(QVariantAnimation):
    """Shows what to do on `canvas`; fades out and in. `erases`: whether the eraser is selected instead of the pen."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._opacity = 1.0
        self.erases = False
        self.valueChanged.connect(self._set_opacity)

    def fade(self, opacity: float) -> None:
        """Fade to `opacity`, 0 to 1; immediately if the platform asks for no animation."""
        duration = motion_milliseconds(self._canvas, FADE_MILLISECONDS)
        self.stop()
        if duration == 0:
            self._set_opacity(opacity)
        elif opacity != self._opacity:
            self.setDuration(duration)
            self.setStartValue(self._opacity)
            self.setEndValue(opacity)
            self.start()

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the hint in the middle of `area`."""
        if self._opacity == 0:
            return
        painter.save()
        painter.setOpacity(self._opacity)
        painter.setPen(QColor(colours_of(self._canvas).quiet_text))
        painter.setFont(scaled(self._canvas.font(), TITLE_SCALE, QFont.Weight.Normal))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, ERASER_HINT if self.erases else HINT)
        if self._canvas.hasFocus():
            painter.setFont(scaled(self._canvas.font(), SMALL_SCALE, QFont.Weight.Normal))
            below = area.adjusted(0, 2 * painter.fontMetrics().height(), 0, 2 * painter.fontMetrics().height())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, KEYBOARD_HINT)
        painter.restore()

    @Slot(object)
    def _set_opacity(self, opacity: float) -> None:
        self._opacity = opacity
        self._canvas.update()


def paint_mode(painter: QPainter, area: QRectF, font: QFont, colours: Colours) -> None:
    """Paint the name of the eraser in the upper left corner of `area`, where it is read before the pen touches."""
    small = scaled(font, SMALL_SCALE, QFont.Weight.DemiBold)
    metrics = QFontMetricsF(small)
    width, height = metrics.horizontalAdvance(ERASER_MODE) + 2 * GAP, metrics.height() + GAP
    plate = QRectF(area.x() + GAP, area.y() + GAP, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(plate, GAP / 2, GAP / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(small)
    painter.setPen(QColor(colours.on_accent))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, ERASER_MODE)
