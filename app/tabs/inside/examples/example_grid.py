"""Images in lines, each with a number below it; one is chosen with the mouse or the keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled
from app.widgets.cell_grid import CellGrid
from app.widgets.grey_image import thumbnail
from app.widgets.pictures.picture_actions import PictureActions

EXAMPLE_SIDE_IN_LINES = 3
"""Side of an image in lines of text."""


CHOICE_TIP = "Click it, or press Enter, to look inside with it."


@dataclass(frozen=True, eq=False)
class ShownExample:
    """An image (height, width) with a line of text below it, and a sentence about it.

    row: the number of the example in its data set, from 0. frame: line, column, height and width, as shares of the
    image, of the part that a map's number stands for; None for the whole image.
    """

    row: int
    image: NDArray[np.uint8]
    text: str
    sentence: str
    frame: tuple[float, float, float, float] | None = None


class ExampleGrid(CellGrid):
    """As many images in a line as there is room for. The arrow keys go to an image, Enter or a click chooses it."""

    chosen = Signal(int)
    """The row of the example that was chosen."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.examples: tuple[ShownExample, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.pictures = PictureActions(self, name)

    def set_examples(self, examples: Sequence[ShownExample]) -> None:
        """Show these images, first to last; the current one stays as long as the images are the same."""
        if [each.row for each in examples] != [each.row for each in self.examples]:
            self.current = 0
        self.examples = tuple(examples)
        self._describe()
        self.updateGeometry()
        self.update()

    def _describe(self) -> None:
        count = len(self.examples)
        words = f"{self.current + 1} of {count}: {self.examples[self.current].sentence}" if count else "No images."
        self.setAccessibleDescription(words)

    # ----------------------------------------------------------------- places

    @property
    def _side(self) -> int:
        return EXAMPLE_SIDE_IN_LINES * self.fontMetrics().height()

    @property
    def _cell(self) -> QSize:
        return QSize(self._side + GAP, self._side + self.fontMetrics().height() + GAP)

    def _columns(self, width: int) -> int:
        return max(1, (width + GAP) // self._cell.width())

    def place(self, index: int) -> QRect:
        """The square of the image at `index`."""
        line, column = divmod(index, self._columns(self.width()))
        return QRect(column * self._cell.width(), line * self._cell.height() + 2, self._side, self._side)

    def hasHeightForWidth(self) -> bool:
        """The lines depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines."""
        return -(-len(self.examples) // self._columns(width)) * self._cell.height()

    def sizeHint(self) -> QSize:
        """Four images in a line."""
        width = 4 * self._cell.width() - GAP
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Four images in a line, as high as the present width needs."""
        width = self.sizeHint().width()
        return QSize(width, self.heightForWidth(max(self.width(), width)))

    def cell(self, index: int) -> QRect:
        """The area of the image at `index` with its text."""
        return QRect(self.place(index).topLeft(), self._cell)

    def count(self) -> int:
        """The number of images."""
        return len(self.examples)

    def columns(self) -> int:
        """The number of images in a line."""
        return self._columns(self.width())

    def cell_description(self, index: int) -> str:
        """The image at `index`, in sentences."""
        return f"{index + 1} of {len(self.examples)}: {self.examples[index].sentence} {CHOICE_TIP}"

    def choose(self, index: int) -> None:
        """Emit `chosen`."""
        self._describe()
        self.chosen.emit(self.examples[index].row)

    def _go_to(self, index: int) -> None:
        super()._go_to(index)
        self._describe()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the images, the texts, and the frames of the parts that excite a map."""
        colours, ratio = colours_of(self), self.devicePixelRatioF()
        with QPainter(self) as painter:
            painter.setFont(scaled(self.font(), SMALL_SCALE))
            for index, each in enumerate(self.examples):
                place = self.place(index)
                painter.drawPixmap(place, thumbnail(each.image, self._side, colours, ratio))
                is_current = index == self.current and self.hasFocus()
                painter.setPen(QPen(QColor(colours.accent if is_current else colours.edge), 3 if is_current else 1))
                painter.drawRect(place.adjusted(0, 0, -1, -1))
                if each.frame is not None:
                    line, column, height, width = (share * self._side for share in each.frame)
                    painter.setPen(QPen(QColor(colours.validation), 2))
                    painter.drawRect(round(place.x() + column), round(place.y() + line), round(width), round(height))
                painter.setPen(QColor(colours.text))
                below = QRect(place.x(), place.bottom() + 2, self._cell.width(), self.fontMetrics().height())
                painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, each.text)
