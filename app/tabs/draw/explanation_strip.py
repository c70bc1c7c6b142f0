"""Explains the answer to an image of a data set; shown instead of the filmstrip, which needs strokes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP
from app.widgets.explanation import Explanation
from app.widgets.neighbour_row import NeighbourRow
from app.widgets.occlusion_view import OcclusionView


class ExplanationStrip(QWidget):
    """The image with its occlusion map, and the most similar training digits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.neighbours = OcclusionView(), NeighbourRow()
        self.caption, self.occlusion_text, self.neighbours_text = QLabel(), QLabel(), QLabel()
        heading = QLabel("Most similar training digits")
        for label in (self.caption, heading):
            label.setProperty("group", True)
        for label in (self.occlusion_text, self.neighbours_text):
            label.setProperty("quiet", True)
            label.setWordWrap(True)
        for label in (self.caption, self.occlusion_text, self.neighbours_text):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.picture.setFixedSize(self.picture.minimumSizeHint())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GROUP_GAP)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        for stretch, widgets in (
            (1, (self.caption, self.occlusion_text)),
            (2, (heading, self.neighbours, self.neighbours_text)),
        ):
            column = QVBoxLayout()
            column.setSpacing(GAP // 2)
            for widget in widgets:
                column.addWidget(widget)
            column.addStretch()
            row.addLayout(column, stretch)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Explanation of the answer")

    def show_explanation(self, explanation: Explanation) -> None:
        """Show `explanation`."""
        self.picture.show_image(explanation.image, explanation.occlusion)
        self.picture.setAccessibleDescription(explanation.occlusion_text)
        self.caption.setText(explanation.caption)
        self.occlusion_text.setText(explanation.occlusion_text)
        self.neighbours.show_neighbours(explanation.neighbours, explanation.expected, explanation.neighbours_text)
        self.neighbours_text.setText(explanation.neighbours_text if explanation.neighbours is not None else "")
