"""One image, enlarged: its answer, the part the answer depends on, and the most similar training digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.evaluate.evaluation_result import EvaluationResult, can_be_drawn
from app.tabs.evaluate.evaluation_runner import NeighbourResult, OcclusionResult
from app.widgets.elements import push_button, text_label
from app.widgets.explanation import Explanation, describe_occlusion, with_article
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.neighbour_row import NeighbourRow
from app.widgets.occlusion_view import OcclusionView
from app.widgets.probability_bars import ROWS, ProbabilityBars
from nncore.data.dataset import DIGITS
from nncore.reporting.number_text import percent_text

NO_IMAGE_SELECTED = "Select an image to see why it got its answer."
COMPUTING_OCCLUSION = "Computing which part the answer depends on …"
SEARCHING = "Searching the training digits …"
SIMILARITIES = ("by pixels", "by the last hidden layer")


class DetailView(QWidget):
    """Shows the image `row` of an EvaluationResult; occlusion map and neighbours are added when they are computed.

    `draw_requested` carries the Explanation of an image, (28, 28) uint8; `explanation_changed` carries it when more is
    known; `neighbours_requested` whether to compare by the last hidden layer.
    """

    draw_requested = Signal(Explanation)
    explanation_changed = Signal(object)
    neighbours_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: EvaluationResult | None = None
        self.row = -1
        self._image: NDArray[np.uint8] | None = None
        self.title, self.probabilities_text = text_label(style="group"), text_label(style="quiet")
        self.occlusion_text, self.neighbours_text = text_label(style="quiet"), text_label(style="quiet")
        self.image_view = OcclusionView()
        self.bars = ProbabilityBars()
        self.neighbours = NeighbourRow()
        self.similarity = QComboBox()
        self.similarity.addItems(SIMILARITIES)
        self.similarity.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.similarity.setMinimumContentsLength(8)
        self.similarity.setToolTip(
            "How similarity is measured: between pixels, or between the outputs of the last hidden layer."
        )
        self.similarity.setAccessibleName("How similarity is measured")
        self.similarity.currentIndexChanged.connect(self._request_neighbours)
        self.draw_button = push_button("Sho&w on the Draw tab", "", self._request_draw)
        self._compose()
        self.show_image(None, -1)

    @property
    def by_hidden_layer(self) -> bool:
        """Whether training digits are compared by the outputs of the last hidden layer."""
        return self.similarity.currentIndex() == 1

    def show_image(self, result: EvaluationResult | None, row: int) -> None:
        """Show the image `row`, without its explanation yet; nothing for None."""
        self.result, self.row = result, row
        self._image = result.image(row) if result else None
        self.image_view.show_image(self._image)
        self.occlusion_text.setText(COMPUTING_OCCLUSION if result else NO_IMAGE_SELECTED)
        for widget in self._result_widgets:
            widget.setVisible(result is not None)
        if result is None:
            return
        probabilities = result.predictions.probabilities[row]
        self.title.setText(result.caption(row))
        self.probabilities_text.setText(f"Image {row + 1:,}. {_probabilities_in_words(result, row)}")
        self.bars.setVisible(len(probabilities) == ROWS)
        is_wrong = result.predictions.answers[row] != result.predictions.labels[row]
        self.bars.set_probabilities(probabilities if len(probabilities) == ROWS else None, is_wrong=bool(is_wrong))
        self.draw_button.setEnabled(can_be_drawn(self._image))
        self.draw_button.setToolTip(
            "Show this image on the Draw tab with the output of every layer."
            if can_be_drawn(self._image)
            else "The Draw tab shows only images of 28 by 28 pixels."
        )
        self.show_no_neighbours(SEARCHING)

    def show_occlusion(self, occlusion: OcclusionResult) -> None:
        """Show the occlusion map, if it belongs to the image shown."""
        if self.result is None or (occlusion.result, occlusion.row) != (self.result, self.row):
            return
        self.image_view.show_image(self._image, occlusion.occlusion)
        predictions = self.result.predictions
        answer = int(predictions.answers[self.row])
        read = with_article(answer) if predictions.class_names == DIGITS else predictions.class_names[answer]
        self.occlusion_text.setText(
            occlusion.reason if occlusion.occlusion is None else describe_occlusion(occlusion.occlusion, read)
        )
        self.image_view.setAccessibleDescription(self.occlusion_text.text())
        self.explanation_changed.emit(self._explanation())

    def show_neighbours(self, neighbours: NeighbourResult | None) -> None:
        """Show the most similar training digits, if they belong to the image shown."""
        if self.result is None or neighbours is None:
            return
        if (neighbours.result, neighbours.row) != (self.result, self.row):
            return
        true, nearest = self.result.true_name(self.row), neighbours.neighbours
        self.neighbours.show_neighbours(nearest, true)
        others = sum(name != true for _, name, _ in nearest)
        summary = f"{others} of the {len(nearest)} nearest are not {true}" if others else f"All are {true}"
        self.neighbours_text.setText(f"{summary}; {neighbours.searched:,} training digits were compared.")
        self.explanation_changed.emit(self._explanation())

    @Slot(str)
    def show_no_neighbours(self, sentence: str) -> None:
        """Show why there are no neighbours yet."""
        self.neighbours.show_neighbours(None, "", sentence)
        self.neighbours_text.setText("")
        self.explanation_changed.emit(self._explanation())

    @Slot(float)
    def show_index_progress(self, fraction: float) -> None:
        """Show the progress of the index over the training digits."""
        if self.neighbours.neighbours is None:
            self.show_no_neighbours(f"Running the training digits through the network: {percent_text(fraction, 0)} …")

    @Slot()
    def _request_neighbours(self) -> None:
        if self.result is not None:
            self.show_no_neighbours(SEARCHING)
            self.neighbours_requested.emit(self.by_hidden_layer)

    @Slot()
    def _request_draw(self) -> None:
        explanation = self._explanation()
        if explanation is not None:
            self.draw_requested.emit(explanation)

    def _explanation(self) -> Explanation | None:
        """The known part of the explanation of the image shown; None without an image."""
        if self.result is None or self._image is None:
            return None
        alike, true = self.neighbours.neighbours, self.result.true_name(self.row)
        neighbours_text = self.neighbours.sentence if alike is None else self.neighbours_text.text()
        return Explanation(
            self._image,
            self.title.text(),
            true,
            self.image_view.map,
            self.occlusion_text.text(),
            alike,
            neighbours_text,
        )

    def _compose(self) -> None:
        nearest = text_label("Most similar", "group", wraps=False)
        nearest.setToolTip("The training digits nearest to this image.")
        self.similarity.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        heading = FlowLayout(nearest, self.similarity)
        side_by_side = QWidget()  # unlike a layout, it takes no space while it is hidden
        side_by_side.setLayout(FlowLayout(self.image_view, self.bars, spacing=2 * GAP))
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 2 * GAP, 0)  # space for a scroll bar
        page.setSpacing(GAP)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        page.addLayout(FlowLayout(self.title, self.draw_button))
        page.addWidget(self.probabilities_text)
        page.addWidget(side_by_side, 100)  # takes all the space while it is shown
        page.addWidget(self.occlusion_text)
        page.addLayout(heading)
        page.addWidget(self.neighbours)
        page.addWidget(self.neighbours_text)
        page.addStretch()
        self._result_widgets = (
            self.title, self.probabilities_text, side_by_side, self.image_view, self.bars, nearest, self.similarity,
            self.neighbours, self.neighbours_text, self.draw_button,
        )  # fmt: skip


def _probabilities_in_words(result: EvaluationResult, row: int) -> str:
    """The three most probable answers with their probabilities."""
    probabilities = result.predictions.probabilities[row]
    best = (-probabilities).argsort(kind="stable")[:3].tolist()
    named = (f"{percent_text(float(probabilities[number]), 1)} for {result.name_of(number)}" for number in best)
    return ", ".join(named) + "."
