"""The page of one image that two models read side by side: the drawing on the Draw tab, or a test image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, colours_of
from app.tabs.models.library_work import ReadingModel
from app.widgets.elements import push_button, row_of, text_label
from app.widgets.grey_image import thumbnail
from app.widgets.plain_text import ElidedLabel
from app.widgets.probability_bars import ProbabilityBars
from nncore.errors import DataError
from nncore.evaluation.recognition import NOT_A_DIGIT, read_digit
from nncore.reporting.number_text import percent_text

IMAGE_SIDE = 84
DRAWING = "The drawing on the Draw tab"
"""The caption of the drawing."""

NO_DRAWING = "Nothing is drawn. Draw a digit to see how both models read it."
"""The caption if there is no drawing."""
VERDICT_TEXTS = {"digit": "", "unsure": ", unsure", NOT_A_DIGIT: ", but says that it is not a digit"}

Image = NDArray[np.uint8]


class ReadingColumn(QWidget):
    """What one model reads: its name, its answer, and the bars."""

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter = letter
        self.title = ElidedLabel()
        self.answer = text_label(style="value")
        self.bars = ProbabilityBars()
        self.title.setProperty("group", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.title)
        layout.addWidget(self.answer)
        layout.addWidget(self.bars, 1)

    def show_reading(self, model: ReadingModel | None, image: Image | None) -> None:
        """Show what `model` reads in `image`, or nothing if one of them is None."""
        self.title.set_full_text(f"{self._letter}: {model.name}" if model else f"{self._letter}:")
        self.bars.setAccessibleName(f"Probability of each digit, model {self._letter}")
        if model is None or image is None:
            self.answer.setText("")
            self.bars.set_probabilities(None)
            return
        try:
            prediction = read_digit(model.network, image)
        except DataError as problem:
            self.answer.setText(str(problem))
            self.bars.set_probabilities(None)
            return
        sure = percent_text(prediction.confidence, 1)
        self.answer.setText(f"{prediction.digit}  ({sure}{VERDICT_TEXTS[prediction.verdict]})")
        self.bars.set_probabilities(prediction.probabilities, has_answer=prediction.is_accepted)


class ImagePage(QWidget):
    """Two models read one image. Call `set_drawing` whenever the drawing changes; it is read while it is visible."""

    draw_requested = Signal()
    """Show the Draw tab."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: Sequence[ReadingModel] = ()
        self._drawing: Image | None = None
        self._example: tuple[Image, str] | None = None
        self.picture, self.source = QLabel(), text_label(style="quiet")
        self.picture.setAccessibleName("The image that both models read")
        self.columns = ReadingColumn("A"), ReadingColumn("B")
        self.draw_button = push_button("&Draw a digit", "Go to the Draw tab; both models read its canvas.", self._draw)
        self.drawing_button = push_button("&Show the drawing", "Read the drawing on the Draw tab again.", self._forget)
        head = row_of(self.picture, self.source, self.draw_button, self.drawing_button)
        head.setStretchFactor(self.source, 1)
        bars = QHBoxLayout()
        bars.setSpacing(2 * GROUP_GAP)
        for column in self.columns:
            bars.addWidget(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(head)
        layout.addLayout(bars, 1)
        self._show()

    def set_models(self, models: Sequence[ReadingModel]) -> None:
        """Read with these two models, or with none."""
        self._models = models
        self._show()

    def set_drawing(self, image: Image | None) -> None:
        """The drawing has changed: (28, 28) uint8, None if nothing is drawn."""
        self._drawing, self._example = image, None
        if self.isVisible():
            self._show()

    def show_example(self, image: Image, caption: str) -> None:
        """Read a test image (28, 28) instead of the drawing, until the drawing changes."""
        self._example = image, caption
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what has changed."""
        super().showEvent(event)
        self._show()

    @Slot()
    def _forget(self) -> None:
        self._example = None
        self._show()

    @Slot()
    def _draw(self) -> None:
        self._forget()
        self.draw_requested.emit()

    def _show(self) -> None:
        image, caption = self._example or (self._drawing, DRAWING if self._drawing is not None else NO_DRAWING)
        self.source.setText(caption)
        self.drawing_button.setVisible(self._example is not None)
        ratio = self.devicePixelRatioF()
        self.picture.setPixmap(QPixmap() if image is None else thumbnail(image, IMAGE_SIDE, colours_of(self), ratio))
        self.picture.setVisible(image is not None)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        models = [*self._models, None, None]
        for column, model in zip(self.columns, models, strict=False):
            column.show_reading(model, image)
