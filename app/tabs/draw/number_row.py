"""A number of several digits: a chip for each digit that chooses whose bars are shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QIcon, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from app.style.theme import GAP, GROUP_GAP, TITLE_SCALE, colours_of, scaled
from app.widgets.picture import coloured
from nncore.evaluation.recognition import Prediction

NO_DIGIT = "?"


class NumberRow(QWidget):
    """Shows the predictions of a drawing's digits, left to right; hidden unless there are two or more.

    `chosen` carries the place of the digit, from 0, that the user picks: by a click, or by the arrow keys. While the
    number grows, the last digit is chosen, until the user has picked one.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picked: int | None = None
        self.setAccessibleName("The number")
        self.setToolTip("Your strokes form several digits: each is read by itself, left to right.")
        self.chips: list[Chip] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._pick)
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP // 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GROUP_GAP)
        row.addLayout(self._grid, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        """The number, with "?" for what is no digit; "" unless there are several digits."""
        return "".join(chip.digit for chip in self.chips)

    @property
    def choice(self) -> int:
        """The place of the digit, from 0, whose bars are to be shown."""
        last = max(0, len(self.chips) - 1)
        return last if self._picked is None else min(self._picked, last)

    def set_predictions(self, predictions: Sequence[Prediction]) -> None:
        """Show the digits of a number, left to right; fewer than two hide the row and forget what was picked."""
        shown = predictions if len(predictions) > 1 else ()
        if not shown:
            self._picked = None
        while len(self.chips) > len(shown):
            chip = self.chips.pop()
            self._group.removeButton(chip)
            self._grid.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        while len(self.chips) < len(shown):
            chip = Chip(self)
            self._group.addButton(chip, len(self.chips))
            self.chips.append(chip)
        for chip, prediction in zip(self.chips, shown, strict=True):
            chip.show_prediction(prediction)
        self._arrange()
        if self.chips:
            self.chips[self.choice].setChecked(True)
        if self.isHidden() == bool(shown):
            self.setVisible(bool(shown))

    @Slot(int)
    def _pick(self, place: int) -> None:
        self._picked = place
        self.chosen.emit(place)

    def _arrange(self) -> None:
        """As many chips side by side as there is room for."""
        if not self.chips:
            return
        widest = max(chip.sizeHint().width() for chip in self.chips) + self._grid.spacing()
        room = self.width() + self._grid.spacing()
        columns = max(1, room // widest)
        for place, chip in enumerate(self.chips):
            if chip.cell != divmod(place, columns):
                chip.cell = divmod(place, columns)
                self._grid.addWidget(chip, *chip.cell, Qt.AlignmentFlag.AlignLeft)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        self._grid.setColumnStretch(columns, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the new room."""
        super().resizeEvent(event)
        self._arrange()


class Chip(QToolButton):
    """One digit of the number: its picture as the network sees it, what it reads, and how sure it is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._prediction: Prediction | None = None
        self.digit = NO_DIGIT
        self.cell: tuple[int, int] | None = None
        """Its row and column among the chips."""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setProperty("plain", True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setToolTip("Show the bars and the pictures of this digit; the arrow keys go from one to the next.")

    def show_prediction(self, prediction: Prediction) -> None:
        """Show what the network reads in this digit."""
        self._prediction = prediction
        self.digit = NO_DIGIT if prediction.verdict == "not a digit" else str(prediction.digit)
        says = f"{self.digit}  {prediction.confidence:.0%}".replace("%", " %")
        if says != self.text():
            self.setText(says)
            self.setAccessibleName(f"Digit {self.digit}, {prediction.confidence:.0%} sure, {prediction.verdict}")
        self._show_picture()

    def sizeHint(self) -> QSize:
        """Wide enough for any percentage, so that nothing moves."""
        figures = QFontMetricsF(self.font()).horizontalAdvance("0  100 %")
        return QSize(round(figures) + self.iconSize().width() + 4 * GAP, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._show_picture()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button; the chosen one is underlined."""
        super().paintEvent(event)
        if self.isChecked():
            with QPainter(self) as painter:
                line = QRectF(2 * GAP, self.height() - 5, self.width() - 4 * GAP, 3)
                painter.fillRect(line, QColor(colours_of(self).accent))

    def _show_picture(self) -> None:
        if self._prediction is None:
            return
        side = round(scaled(self.font(), TITLE_SCALE).pointSizeF() * self.logicalDpiY() / 72)
        if self.iconSize() != QSize(side, side):
            self.setIconSize(QSize(side, side))
        picture = coloured(self._prediction.image, colours_of(self))
        pixels = round(side * self.devicePixelRatioF())
        smooth = picture.scaled(pixels, pixels, mode=Qt.TransformationMode.SmoothTransformation)
        self.setIcon(QIcon(QPixmap.fromImage(smooth)))
