"""The training examples nearest to an image, in a row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, scaled
from app.widgets.explanation import ShownNeighbour
from app.widgets.grey_image import thumbnail
from app.widgets.tool_tips import show_cell_tool_tip

NEIGHBOUR_SIDE = 42
NEIGHBOUR_COUNT = 8


class NeighbourRow(QWidget):
    """Thumbnails, nearest first, each with its class below; a class other than `expected` is orange."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.neighbours: tuple[ShownNeighbour, ...] | None = None
        self._expected, self.sentence = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Nearest training digits")

    def show_neighbours(
        self, neighbours: Sequence[ShownNeighbour] | None, expected: str = "", sentence: str = ""
    ) -> None:
        """Show `neighbours`, nearest first; for None show `sentence`."""
        self.neighbours = None if neighbours is None else tuple(neighbours)
        self._expected, self.sentence = expected, sentence
        found = ", ".join(f"a {name}" for _, name, _ in neighbours or ())
        self.setAccessibleDescription(f"Nearest first: {found}." if neighbours else sentence)
        self.update()

    def sizeHint(self) -> QSize:
        """COUNT pictures side by side."""
        return QSize(NEIGHBOUR_COUNT * (NEIGHBOUR_SIDE + GAP // 2), NEIGHBOUR_SIDE + self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        """Four pictures; those that do not fit are not shown."""
        return QSize(4 * (NEIGHBOUR_SIDE + GAP // 2), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Show class and distance of the picture under the pointer as a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.neighbours:
            for index, (_, name, distance) in enumerate(self.neighbours):
                if self._place(index).contains(event.pos()):
                    text = f"Training example: {name}, distance {distance:.2f}."
                    show_cell_tool_tip(self, self._place(index), text)
                    return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pictures, or the sentence."""
        colours = colours_of(self)
        with QPainter(self) as painter:
            if self.neighbours is None:
                painter.setFont(scaled(self.font(), SMALL_SCALE))
                painter.setPen(QColor(colours.quiet_text))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, self.sentence)
                return
            for index, (image, name, _) in enumerate(self.neighbours):
                place = self._place(index)
                if place.right() >= self.width():
                    return
                if image is not None:
                    picture = thumbnail(image, NEIGHBOUR_SIDE, colours, self.devicePixelRatioF())
                    painter.drawPixmap(QRect(place.topLeft(), QSize(NEIGHBOUR_SIDE, NEIGHBOUR_SIDE)), picture)
                painter.setPen(QColor(colours.text if name == self._expected else colours.error))
                painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, name)

    def _place(self, index: int) -> QRect:
        return QRect(QPoint(index * (NEIGHBOUR_SIDE + GAP // 2), 0), QSize(NEIGHBOUR_SIDE, self.sizeHint().height()))
