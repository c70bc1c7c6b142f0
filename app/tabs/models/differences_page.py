"""The page of the test images that two models read differently: those that only one of them reads correctly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.models.library_work import LibraryWork, ReadingModel
from app.widgets.elements import row_of, text_label
from app.widgets.gallery import Gallery, image_of
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.start_stop import StartStopButtons
from nncore.data.dataset import Dataset
from nncore.evaluation.model_comparison import ModelComparison
from nncore.evaluation.predictions import Predictions
from nncore.reporting.number_text import percent_text

NOT_COMPARED = "Both models read all test images. Then this page lists the images that they read differently."
NO_TEST_IMAGES = "The data set in use has no images to test with."
COMPARED_ALREADY = "These two models have been compared; the result is below."
COMPARISON_CANCELLED = "The comparison was cancelled."
LIKELY_CHANCE = 0.05
"""A difference with this probability or a higher one may well be chance."""

NONE_LISTED = "There is no such image."
DIFFERENCE_GROUPS = (
    ("Only &B correct", "Images that only B reads correctly, its most certain answer first."),
    ("Only &A correct", "Images that only A reads correctly, the most certain mistake of B first."),
    ("Both mis&read", "Images that neither reads correctly."),
)


@dataclass(frozen=True, eq=False)
class ComparedExamples:
    """The examples of a comparison, for the gallery: each with the answers of both models."""

    dataset: Dataset
    comparison: ModelComparison

    def image(self, row: int) -> NDArray[np.uint8] | None:
        """The image of an example."""
        return image_of(self.dataset, row)

    def title_text(self, row: int) -> str:
        """The true class."""
        return f"is {self._name(int(self.comparison.first.labels[row]))}"

    def detail_text(self, row: int) -> str:
        """The answers of both."""
        return f"A {self._answer(self.comparison.first, row)}, B {self._answer(self.comparison.second, row)}"

    def spoken_text(self, row: int) -> str:
        """The example in one sentence."""
        parts = (
            f"{letter} reads {self._answer(each, row)} ({percent_text(float(each.confidence[row]), 1)})"
            for letter, each in (("A", self.comparison.first), ("B", self.comparison.second))
        )
        return f"Image {row + 1:,} is {self._name(int(self.comparison.first.labels[row]))}: {', '.join(parts)}."

    def _answer(self, predictions: Predictions, row: int) -> str:
        return self._name(int(predictions.answers[row]))

    def _name(self, number: int) -> str:
        return self.comparison.first.class_names[number]


class DifferencesPage(QWidget):
    """Compares two models on the test images, on a thread, and lists what differs.

    example_opened: the image (28, 28), and a sentence about it.
    """

    example_opened = Signal(np.ndarray, str)

    def __init__(self, work: LibraryWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._models: Sequence[ReadingModel] = ()
        self._data: Dataset | None = None
        self.examples: ComparedExamples | None = None
        self.sentence, self.chosen_sentence = text_label(NOT_COMPARED), text_label(style="quiet")
        self.buttons = _compare_and_cancel_buttons()
        self.buttons.start_requested.connect(self.compare)
        self.buttons.stop_requested.connect(work.stop_comparing)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the comparison")
        self.progress.setTextVisible(False)
        self.progress.hide()
        self._is_busy = False
        self.gallery, self.empty_label = Gallery(), text_label(NONE_LISTED, "quiet")
        self.gallery.setAccessibleName("Images that the models read differently")
        self.gallery.setToolTip("Double-click an image to see the bars of both models.")
        self._group = QButtonGroup(self)
        self.group_buttons = self._buttons()
        self.groups = QWidget()
        self._compose()
        self._connect()
        self._show_state()

    def _buttons(self) -> list[QPushButton]:
        buttons = []
        for number, (text, tooltip) in enumerate(DIFFERENCE_GROUPS):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setToolTip(tooltip)
            button.setAccessibleDescription(tooltip)
            self._group.addButton(button, number)
            buttons.append(button)
        buttons[0].setChecked(True)
        return buttons

    def _compose(self) -> None:
        head = row_of(self.buttons, self.progress)
        head.addStretch()
        self.groups.setLayout(FlowLayout(*self.group_buttons))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        for widget in (self.sentence, self.groups, self.gallery, self.empty_label, self.chosen_sentence):
            layout.addWidget(widget, 1 if widget is self.gallery else 0)
        layout.insertLayout(1, head)
        layout.addStretch()

    def _connect(self) -> None:
        work = self._work
        work.compared.connect(self._show)
        work.comparing_changed.connect(self._show_busy)
        work.comparison_progressed.connect(self._show_progress)
        work.comparison_failed.connect(self._fail)
        self._group.idClicked.connect(self._list_images)
        self.gallery.chosen.connect(self._describe)
        self.gallery.activated.connect(self._open)
        self.gallery.doubleClicked.connect(self._open)

    # ---------------------------------------------------------------- content

    def set_models(self, models: Sequence[ReadingModel]) -> None:
        """Compare these two models, or none; an earlier comparison is dropped."""
        if [each.network for each in models] != [each.network for each in self._models]:
            self._models = models
            self._forget()

    def set_data(self, data: Dataset | None) -> None:
        """Compare on these images."""
        self._data = data
        self._forget()

    def _forget(self) -> None:
        self._work.drop_comparison()
        self.examples = None
        self.sentence.setText(NOT_COMPARED)
        self._show_state()

    @Slot()
    def compare(self) -> None:
        """Start the comparison."""
        if len(self._models) == 2 and self._data is not None:
            first, second = self._models
            self.progress.setValue(0)
            self._work.compare(first.network, second.network, self._data)

    @Slot(object)
    def _show(self, comparison: ModelComparison | None) -> None:
        if comparison is None or self._data is None:
            self.sentence.setText(COMPARISON_CANCELLED)
            return
        self.examples = ComparedExamples(self._data, comparison)
        counts = (
            len(comparison.only_second),
            len(comparison.only_first),
            len(comparison.misread_by_both),
        )
        for button, (text, _), count in zip(self.group_buttons, DIFFERENCE_GROUPS, counts, strict=True):
            button.setText(f"{text}: {count:,}")
        self.sentence.setText(_summary(comparison))
        self._show_state()
        self._list_images()

    @Slot()
    def _list_images(self) -> None:
        if self.examples is None:
            return
        comparison = self.examples.comparison
        groups = comparison.only_second, comparison.only_first, comparison.misread_by_both
        rows = groups[max(0, self._group.checkedId())]
        self.gallery.show_rows(self.examples, rows)
        self.gallery.setVisible(bool(len(rows)))
        self.empty_label.setVisible(not len(rows))
        self.chosen_sentence.setText("")

    @Slot(int)
    def _describe(self, row: int) -> None:
        if self.examples is not None:
            self.chosen_sentence.setText(self.examples.spoken_text(row))

    @Slot()
    def _open(self) -> None:
        index = self.gallery.currentIndex()
        if self.examples is not None and index.isValid():
            row = int(self.gallery.rows[index.row()])
            image = self.examples.image(row)
            if image is not None:
                self.example_opened.emit(image, self.examples.spoken_text(row))

    # ------------------------------------------------------------------ state

    def _show_state(self) -> None:
        has_result = self.examples is not None
        self.groups.setVisible(has_result)
        self.gallery.setVisible(has_result)
        self.chosen_sentence.setVisible(has_result)
        self.empty_label.hide()
        obstacle = NO_TEST_IMAGES if self._data is None else "" if len(self._models) == 2 else "Select a model first."
        self.buttons.show_state(is_busy=self._is_busy, obstacle=obstacle or (COMPARED_ALREADY if has_result else ""))

    @Slot(bool)
    def _show_busy(self, busy: bool) -> None:
        self._is_busy = busy
        self.progress.setVisible(busy)
        self._show_state()

    @Slot(float)
    def _show_progress(self, fraction: float) -> None:
        self.progress.setValue(round(100 * fraction))

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self.sentence.setText(sentence)


def _compare_and_cancel_buttons() -> StartStopButtons:
    compare = QPushButton("&Compare on the test images")
    compare.setProperty("primary", True)
    purposes = "Let both models read all test images.", "Stop comparing."
    return StartStopButtons(
        compare, QPushButton("C&ancel"), purposes=purposes, idle="No comparison is running.",
        busy="The models are being compared.",
    )  # fmt: skip


def _summary(comparison: ModelComparison) -> str:
    first, second = comparison.first, comparison.second
    p_value = comparison.p_value
    if not len(comparison.only_second) + len(comparison.only_first):
        judged = "Both read the same images correctly."
    elif p_value < LIKELY_CHANCE:
        rarity = percent_text(p_value) if p_value >= 0.0001 else "less than 0.01 %"
        judged = f"Chance alone would give such a difference with a probability of {rarity} (McNemar)."
    else:
        judged = f"This difference may be chance: its probability is {percent_text(p_value, 0)} (McNemar)."
    return (
        f"A reads {percent_text(first.accuracy)} and B {percent_text(second.accuracy)} of {first.count:,} test images. "
        f"{judged}"
    )
