"""A drawing that is pinned in the Train tab, and what the network reads in it while it learns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.session.run_events import PinnedReading
from app.style.theme import GAP
from app.widgets.elements import close_button, row_of, text_label, without_margins
from app.widgets.layouts.overlay import Overlay
from app.widgets.layouts.scroll_page import ScrollPage
from app.widgets.network_input_view import NetworkInputView
from app.widgets.plain_text import ElidedLabel
from app.widgets.probability_bars import ProbabilityBars

WIDEST_READER = "after step 1,000,000 "
"""The widest text that says which network has read the drawing."""


class PinnedDrawing(QFrame):
    """The drawing, small, with ten bars below it; a button removes it."""

    removed = Signal()
    """The user removed the drawing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setAccessibleName("Pinned drawing")
        heading = text_label("Pinned drawing", style="quiet", wraps=False)
        self.close_button = close_button("Remove the pinned drawing", self.removed)
        self.picture = NetworkInputView()
        self.picture.setToolTip("The drawing that the network reads while it learns. Draw pins another one.")
        self.picture.setAccessibleName("Pinned drawing")
        self.picture.set_pixel_size(4)
        self.model_label = ElidedLabel()
        self.model_label.setProperty("quiet", True)
        shown, self.bars = QWidget(), ProbabilityBars()
        self._scroll = ScrollPage(shown)
        self.problem, self.problem_notice = text_label(style="error"), Overlay(self.bars, self.bars, Qt.Edge.TopEdge)
        without_margins(QVBoxLayout(self.problem_notice)).addWidget(self.problem)
        self.bars.setToolTip(
            "The probability of each digit. The bars follow the training, beginning with its first step."
        )
        heading_row = row_of(heading, self.close_button)
        heading_row.setStretch(0, 1)
        picture_row = row_of(self.picture)
        picture_row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP // 2)
        column.addLayout(heading_row)
        content = without_margins(QVBoxLayout(shown), GAP // 2)
        content.addLayout(picture_row)
        content.addWidget(self.model_label)
        content.addWidget(self.bars, 1)
        column.addWidget(self._scroll, 1)
        self._set_width()
        self.clear()

    def changeEvent(self, event: QEvent) -> None:
        """Fit the width to a new font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._set_width()

    def _set_width(self) -> None:
        content = max(self.bars.minimumSizeHint().width(), self.fontMetrics().horizontalAdvance(WIDEST_READER))
        self.setFixedWidth(content + self._scroll.verticalScrollBar().sizeHint().width() + 2 * GAP + 2)

    def set_drawing(self, image: NDArray[np.uint8]) -> None:
        """Show this drawing (28, 28), which has not been read yet."""
        self.picture.set_image(image)
        self.clear()

    def clear(self) -> None:
        """Show no answer."""
        self._show(None, "not read yet", "")

    def show_reading(self, reading: PinnedReading) -> None:
        """Show what the network of the run in progress reads."""
        when = f"after step {reading.steps:,}" if reading.steps else "before step 1, untrained"
        self._show(reading, when, reading.problem)

    def show_model(self, reading: PinnedReading, name: str) -> None:
        """Show what the model in use reads, while no run is in progress."""
        self._show(reading, f"read by {name}", reading.problem)

    def _show(self, reading: PinnedReading | None, model: str, problem: str) -> None:
        self.model_label.set_full_text(model)
        self.problem.setText(problem)
        self.problem_notice.setVisible(bool(problem))
        prediction = reading.prediction if reading is not None else None
        if prediction is None:
            self.bars.set_probabilities(None)
        else:
            self.bars.set_probabilities(prediction.probabilities, has_answer=prediction.is_accepted)
