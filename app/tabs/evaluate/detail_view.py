"""One image in large: how it was read, what that hung on, and which training digits are most like it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.evaluate.examination import Examination, as_percent, can_be_drawn
from app.tabs.evaluate.examiner import Looked, Neighbours
from app.widgets.explanation import Why, a_digit, what_mattered
from app.widgets.neighbour_row import NeighbourRow
from app.widgets.occlusion_view import LookedAt
from app.widgets.probability_bars import ROWS, ProbabilityBars
from nncore.data.dataset import DIGITS

NOTHING = "Choose an image, and why it was read so will appear here."
LOOKING = "Finding out what the answer hangs on …"
SEARCHING = "Searching the training digits …"
SPACES = ("by their pixels", "as the last hidden layer sees them")


class DetailView(QWidget):
    """Shows the image `row` of an Examination; the Looked and the Neighbours come later.

    `draw_requested` carries the Why of a picture, (28, 28) uint8, and `why_changed` what else is found out about it;
    `neighbours_wanted` whether to compare by the hidden layer.
    """

    draw_requested = Signal(object)
    why_changed = Signal(object)
    neighbours_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.examination: Examination | None = None
        self.row = -1
        self._image: NDArray[np.uint8] | None = None
        self.title, self.sure, self.why, self.found = QLabel(), QLabel(), QLabel(), QLabel()
        self.title.setProperty("group", True)
        for label in (self.sure, self.why, self.found):
            label.setProperty("quiet", True)
        for label in (self.title, self.sure, self.why, self.found):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.picture, self.bars, self.neighbours = LookedAt(), ProbabilityBars(), NeighbourRow()
        self.space = QComboBox()
        self.space.addItems(SPACES)
        self.space.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.space.setMinimumContentsLength(8)
        self.space.setToolTip(
            "What “alike” means: the same pixels, or nearly the same to the network, just before it decides."
        )
        self.space.setAccessibleName("How training digits are compared")
        self.space.currentIndexChanged.connect(self._want_neighbours)
        self.draw_button = QPushButton("Sho&w on the Draw tab")
        self.draw_button.clicked.connect(self._draw)
        self._compose()
        self.show_image(None, -1)

    @property
    def by_hidden_layer(self) -> bool:
        """Whether training digits are compared as the last hidden layer sees them."""
        return self.space.currentIndex() == 1

    def show_image(self, examination: Examination | None, row: int) -> None:
        """Show the image `row`, still without its reasons; nothing for None."""
        self.examination, self.row = examination, row
        self._image = examination.image(row) if examination else None
        self.picture.show_picture(self._image)
        self.why.setText(LOOKING if examination else NOTHING)
        for widget in self._parts:
            widget.setVisible(examination is not None)
        if examination is None:
            return
        probabilities = examination.judgement.probabilities[row]
        self.title.setText(examination.caption(row))
        self.sure.setText(f"Image {row + 1:,}. {_how_sure(examination, row)}")
        self.bars.setVisible(len(probabilities) == ROWS)
        self.bars.set_probabilities(probabilities if len(probabilities) == ROWS else None)
        self.draw_button.setEnabled(can_be_drawn(self._image))
        self.draw_button.setToolTip(
            "Put this image on the Draw tab, to see every layer at work on it."
            if can_be_drawn(self._image)
            else "Only pictures of 28 by 28 pixels can be shown there."
        )
        self.await_neighbours(SEARCHING)

    def show_looked(self, looked: Looked) -> None:
        """Show what the answer hangs on, if it is about the image on show."""
        if self.examination is None or (looked.examination, looked.row) != (self.examination, self.row):
            return
        self.picture.show_picture(self._image, looked.looked)
        judgement = self.examination.judgement
        answer = int(judgement.answers[self.row])
        read = a_digit(answer) if judgement.class_names == DIGITS else judgement.class_names[answer]
        self.why.setText(looked.reason if looked.looked is None else what_mattered(looked.looked, read))
        self.picture.setAccessibleDescription(self.why.text())
        self.why_changed.emit(self._explained())

    def show_neighbours(self, neighbours: Neighbours | None) -> None:
        """Show the training digits most like it, if they are those of the image on show."""
        if self.examination is None or neighbours is None:
            return
        if (neighbours.examination, neighbours.row) != (self.examination, self.row):
            return
        true = self.examination.true_name(self.row)
        self.neighbours.show_neighbours(neighbours.found, true)
        others = sum(name != true for _, name, _ in neighbours.found)
        alike = f"{others} of the {len(neighbours.found)} nearest are no {true}" if others else f"All are {true}"
        self.found.setText(f"{alike}; {neighbours.searched:,} training digits were compared.")
        self.why_changed.emit(self._explained())

    @Slot(str)
    def await_neighbours(self, sentence: str) -> None:
        """Say why there are no neighbours yet."""
        self.neighbours.show_neighbours(None, "", sentence)
        self.found.setText("")
        self.why_changed.emit(self._explained())

    @Slot(float)
    def show_index_progress(self, share: float) -> None:
        """Say how far the network is in looking at the training digits."""
        if self.neighbours.neighbours is None:
            self.await_neighbours(f"The network looks at the training digits: {share:.0%} …")

    @Slot()
    def _want_neighbours(self) -> None:
        if self.examination is not None:
            self.await_neighbours(SEARCHING)
            self.neighbours_wanted.emit(self.by_hidden_layer)

    @Slot()
    def _draw(self) -> None:
        self.draw_requested.emit(self._explained())

    def _explained(self) -> Why | None:
        """What is known of the image on show; None if there is none."""
        if self.examination is None or self._image is None:
            return None
        alike, true = self.neighbours.neighbours, self.examination.true_name(self.row)
        found = self.neighbours.sentence if alike is None else self.found.text()
        return Why(self._image, self.title.text(), true, self.picture.map, self.why.text(), alike, found)

    def _compose(self) -> None:
        nearest = QLabel("Most alike")
        nearest.setProperty("group", True)
        nearest.setToolTip("The digits of the training data that are nearest to this one.")
        heading = QHBoxLayout()
        heading.setSpacing(GAP)
        heading.addWidget(nearest)
        heading.addWidget(self.space, 1)
        side_by_side = QWidget()  # which, unlike a layout, takes no room while it is hidden
        pictures = QHBoxLayout(side_by_side)
        pictures.setContentsMargins(0, 0, 0, 0)
        pictures.setSpacing(2 * GAP)
        pictures.addWidget(self.picture, 5)
        pictures.addWidget(self.bars, 4)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 2 * GAP, 0)  # beside a scroll bar, if there is one
        page.setSpacing(GAP)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.draw_button)
        page.addLayout(head)
        page.addWidget(self.sure)
        page.addWidget(side_by_side, 100)  # all the room while it is shown
        page.addWidget(self.why)
        page.addLayout(heading)
        page.addWidget(self.neighbours)
        page.addWidget(self.found)
        page.addStretch()
        self._parts = (
            self.title, self.sure, side_by_side, self.picture, self.bars, nearest, self.space, self.neighbours,
            self.found, self.draw_button,
        )  # fmt: skip


def _how_sure(examination: Examination, row: int) -> str:
    """The three best answers with their probabilities."""
    shares = examination.judgement.probabilities[row]
    best = (-shares).argsort(kind="stable")[:3].tolist()
    return ", ".join(f"{as_percent(float(shares[number]))} for {examination.name_of(number)}" for number in best) + "."
