"""The digits of a number as buttons; the selected one's bars are shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QIcon, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from app.style.theme import GAP, GROUP_GAP, TITLE_SCALE, colours_of, scaled
from app.widgets.elements import without_margins
from app.widgets.focus_order import visit_in_order
from app.widgets.grey_image import ink_image
from nncore.evaluation.recognition import Prediction
from nncore.reporting.number_text import percent_text

UNREAD_DIGIT = "?"


class NumberRow(QWidget):
    """Shows the predictions of a drawing's digits, left to right; hidden unless there are two or more.

    `chosen` carries the index, from 0, of the digit that the user selects by click or arrow keys. Until then the last
    digit is selected.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected: int | None = None
        self.setAccessibleName("Digits of the number")
        self.setToolTip("Your strokes form several digits; each is read separately, left to right.")
        self.chips: list[Chip] = []
        self.control_before: QWidget | None = None
        """The control that Tab visits before the chips."""
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._select)
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP // 2)
        without_margins(QHBoxLayout(self), GROUP_GAP).addLayout(self._grid, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        """The number, with "?" for a rejected digit; "" unless there are several digits."""
        return "".join(chip.digit for chip in self.chips)

    @property
    def choice(self) -> int:
        """The index, from 0, of the digit whose bars are shown."""
        last = max(0, len(self.chips) - 1)
        return last if self._selected is None else min(self._selected, last)

    def set_predictions(self, predictions: Sequence[Prediction]) -> None:
        """Show the digits, left to right; fewer than two hide the row and reset the selection."""
        shown = predictions if len(predictions) > 1 else ()
        if not shown:
            self._selected = None
        while len(self.chips) > len(shown):
            chip = self.chips.pop()
            self._group.removeButton(chip)
            self._grid.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        while len(self.chips) < len(shown):
            chip = Chip(self)
            self._group.addButton(chip, len(self.chips))
            if self.control_before is not None:
                visit_in_order(self.control_before, *self.chips, chip)
            self.chips.append(chip)
        for chip, prediction in zip(self.chips, shown, strict=True):
            chip.show_prediction(prediction)
        self._arrange()
        if self.chips:
            self.chips[self.choice].setChecked(True)
        if self.isHidden() == bool(shown):
            self.setVisible(bool(shown))

    @Slot(int)
    def _select(self, index: int) -> None:
        self._selected = index
        self.chosen.emit(index)

    def _arrange(self) -> None:
        """Arrange the chips in as many columns as fit."""
        if not self.chips:
            return
        widest = max(chip.sizeHint().width() for chip in self.chips) + self._grid.spacing()
        width = self.width() + self._grid.spacing()
        columns = max(1, width // widest)
        for index, chip in enumerate(self.chips):
            if chip.cell != divmod(index, columns):
                chip.cell = divmod(index, columns)
                self._grid.addWidget(chip, *chip.cell, Qt.AlignmentFlag.AlignLeft)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        self._grid.setColumnStretch(columns, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the chips for the new width."""
        super().resizeEvent(event)
        self._arrange()


class Chip(QToolButton):
    """One digit of the number: the network's input, the answer, and its confidence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._prediction: Prediction | None = None
        self.digit = UNREAD_DIGIT
        self.cell: tuple[int, int] | None = None
        """Row and column in the grid."""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setProperty("plain", True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setToolTip("Show the bars and steps of this digit; arrow keys select the next one.")

    def show_prediction(self, prediction: Prediction) -> None:
        """Show the answer for this digit."""
        self._prediction = prediction
        self.digit = str(prediction.digit) if prediction.is_accepted else UNREAD_DIGIT
        sure = percent_text(prediction.confidence, 0) if prediction.is_accepted else ""
        text = f"{self.digit}  {sure}".rstrip()
        if text != self.text():
            self.setText(text)
            certainty = f", {sure} sure" if sure else ""
            self.setAccessibleName(f"Digit {self.digit}{certainty}, {prediction.verdict}")
        self._show_picture()

    def sizeHint(self) -> QSize:
        """Wide enough for any percentage, so that the layout does not move."""
        figures = QFontMetricsF(self.font()).horizontalAdvance("0  100 %")
        return QSize(round(figures) + self.iconSize().width() + 4 * GAP, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._show_picture()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, and a line below the selected one."""
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
        picture = ink_image(self._prediction.image, colours_of(self))
        pixels = round(side * self.devicePixelRatioF())
        smooth = picture.scaled(pixels, pixels, mode=Qt.TransformationMode.SmoothTransformation)
        self.setIcon(QIcon(QPixmap.fromImage(smooth)))
