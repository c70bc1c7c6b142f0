"""Why an image of a data set was read so, in place of the steps that its strokes would have gone through."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP
from app.widgets.explanation import Why
from app.widgets.neighbour_row import NeighbourRow
from app.widgets.occlusion_view import LookedAt


class WhyStrip(QWidget):
    """What the answer hangs on, laid over the image; beside it the training digits most like it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.neighbours = LookedAt(), NeighbourRow()
        self.caption, self.reason, self.found = QLabel(), QLabel(), QLabel()
        alike = QLabel("Most alike among the training digits")
        for label in (self.caption, alike):
            label.setProperty("group", True)
        for label in (self.reason, self.found):
            label.setProperty("quiet", True)
            label.setWordWrap(True)
        for label in (self.caption, self.reason, self.found):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.picture.setFixedSize(self.picture.minimumSizeHint())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GROUP_GAP)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        for stretch, widgets in ((1, (self.caption, self.reason)), (2, (alike, self.neighbours, self.found))):
            column = QVBoxLayout()
            column.setSpacing(GAP // 2)
            for widget in widgets:
                column.addWidget(widget)
            column.addStretch()
            row.addLayout(column, stretch)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Why the image was read so")

    def show_why(self, why: Why) -> None:
        """Show these reasons."""
        self.picture.show_picture(why.image, why.looked)
        self.picture.setAccessibleDescription(why.reason)
        self.caption.setText(why.caption)
        self.reason.setText(why.reason)
        self.neighbours.show_neighbours(why.alike, why.expected, why.found)
        self.found.setText(why.found if why.alike is not None else "")
