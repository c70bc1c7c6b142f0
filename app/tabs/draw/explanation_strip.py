"""Explains the answer to an image of a data set; shown instead of the filmstrip, which needs strokes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.style.theme import GAP, GROUP_GAP
from app.widgets.elements import column_of, text_label, without_margins
from app.widgets.explanation import Explanation
from app.widgets.neighbour_row import NeighbourRow
from app.widgets.occlusion_view import OcclusionView


class ExplanationStrip(QWidget):
    """The image with its occlusion map, and the most similar training digits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image_view, self.neighbours = OcclusionView(), NeighbourRow()
        self.caption = text_label(style="group", wraps=False)
        self.occlusion_text, self.neighbours_text = text_label(style="quiet"), text_label(style="quiet")
        heading = text_label("Most similar training digits", "group", wraps=False)
        self.image_view.setFixedSize(self.image_view.minimumSizeHint())
        row = without_margins(QHBoxLayout(self), GROUP_GAP)
        row.addWidget(self.image_view, 0, Qt.AlignmentFlag.AlignTop)
        for stretch, widgets in (
            (1, (self.caption, self.occlusion_text)),
            (2, (heading, self.neighbours, self.neighbours_text)),
        ):
            column = column_of(*widgets, spacing=GAP // 2)
            column.addStretch()
            row.addLayout(column, stretch)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Explanation of the answer")

    def show_explanation(self, explanation: Explanation) -> None:
        """Show `explanation`."""
        self.image_view.show_image(explanation.image, explanation.occlusion)
        self.image_view.setAccessibleDescription(explanation.occlusion_text)
        self.caption.setText(explanation.caption)
        self.occlusion_text.setText(explanation.occlusion_text)
        self.neighbours.show_neighbours(explanation.neighbours, explanation.expected, explanation.neighbours_text)
        self.neighbours_text.setText(explanation.neighbours_text if explanation.neighbours is not None else "")
