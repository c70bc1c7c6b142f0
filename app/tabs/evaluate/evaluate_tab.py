"""The Evaluate tab: how good a model is, which images it misreads, and why."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.evaluate.classes_page import ClassesPage
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.tabs.evaluate.evaluation_runner import EvaluationRunner
from app.tabs.evaluate.map_page import MapPage
from app.tabs.evaluate.mistakes_page import MistakesPage
from app.tabs.evaluate.robustness_page import RobustnessPage
from app.tabs.evaluate.summary_header import SummaryHeader
from app.tabs.tab import Tab
from app.widgets.elements import text_label, without_margins
from app.widgets.explanation import Explanation
from app.widgets.layouts.page_stack import PageStack, TabStack
from app.widgets.layouts.scroll_page import ScrollPage
from app.widgets.neighbour_row import NEIGHBOUR_COUNT
from nncore.data.dataset import Dataset, Splits
from nncore.model.network import Network

NO_MODEL_TO_EVALUATE = "No model is open. Train or open one to evaluate it."
NO_DATA = "The data is still being read."
EVALUATING = "Evaluating the model …"
WITHOUT_DRAWINGS = "Without your drawings: "
CANCELLED = "The evaluation was cancelled."
PAUSE_MILLISECONDS = 2000
"""Pause between two evaluations during a training, so that the training gets the processor too."""


class EvaluateTab(Tab):
    """Evaluates the model automatically whenever model or data changed, while the tab is visible.

    `image_chosen` carries the Explanation of an image, (28, 28) uint8, for the Draw tab; `image_explained` carries it
    again when more is known. Call `finish` before the tab is destroyed.
    """

    image_chosen = Signal(Explanation)
    image_explained = Signal(object)

    def __init__(self, parent: QWidget | None = None, pause_milliseconds: int = PAUSE_MILLISECONDS) -> None:
        """pause_milliseconds: the time from an evaluation to the next one that starts by itself."""
        super().__init__(parent)
        self.result: EvaluationResult | None = None
        self.network: Network | None = None
        self._model = ""
        self.data: Splits | None = None
        self._is_stale, self._failure = False, ""
        self._mapped: EvaluationResult | None = None
        self.drawing: NDArray[np.uint8] | None = None
        self.header, self.pages = SummaryHeader(), TabStack()
        self.message_place = self.pages.tabBar()
        self.mistakes, self.classes, self.robustness, self.map = (
            MistakesPage(), ClassesPage(), RobustnessPage(), MapPage(),
        )  # fmt: skip
        self.runner = EvaluationRunner(self)
        for page, name, tooltip in (
            (self.mistakes, "Mistakes", "Confusion matrix, and the images of each cell"),
            (self.classes, "Classes", "Precision, recall and F1 of each class; calibration"),
            (self.robustness, "Robustness", "Accuracy on noisy, rotated, shifted, thicker and thinner images"),
            (self.map, "Map", "The digits in two dimensions, as each layer represents them"),
        ):
            self.pages.setTabToolTip(self.pages.addTab(page, name), tooltip)
        self.empty_label, self.stack = text_label(style="quiet"), PageStack()
        self.empty_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.empty_label, self.pages):
            self.stack.addWidget(widget)
        self._pause_timer = QTimer(self, singleShot=True, interval=pause_milliseconds)
        self._pause_timer.timeout.connect(self._evaluate_if_stale)
        whole = QWidget()
        without_margins(QVBoxLayout(self)).addWidget(ScrollPage(whole))
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.header)
        layout.addWidget(self.stack, 1)
        self._connect()
        self.header.set_parts([])
        self.header.show_result(None)
        self._show_state()

    @property
    def is_settled(self) -> bool:
        """Whether no evaluation runs, and none starts by itself before model or data change."""
        return not (self.runner.is_evaluating or self._is_stale or self._pause_timer.isActive())

    def focus(self) -> None:
        """Put the focus on the confusion matrix, for its arrow keys."""
        self.mistakes.matrix.setFocus()

    def _connect(self) -> None:
        header, runner, detail = self.header, self.runner, self.mistakes.detail
        header.part_chosen.connect(self._on_part_chosen)
        header.evaluate_requested.connect(self._evaluate)
        header.cancel_requested.connect(runner.stop_evaluating)
        runner.evaluating_changed.connect(self._on_evaluating_changed)
        runner.progressed.connect(self._show_progress)
        runner.evaluated.connect(self._show)
        runner.failed.connect(self._keep_failure)
        runner.robustness_measured.connect(self.robustness.add_point)
        runner.robustness_finished.connect(self.robustness.show_end)
        runner.mapped.connect(self.map.show_map)
        runner.mapping_failed.connect(self.map.show_error)
        runner.mapping_changed.connect(self.map.show_busy)
        self.map.stop_requested.connect(runner.stop_mapping)
        runner.occlusion.connect(detail.show_occlusion)
        runner.neighbours_found.connect(detail.show_neighbours)
        runner.neighbour_search_failed.connect(detail.show_no_neighbours)
        runner.index_progressed.connect(detail.show_index_progress)
        self.mistakes.explanation_requested.connect(self._explain)
        detail.neighbours_requested.connect(self._find_neighbours)
        detail.draw_requested.connect(self.image_chosen)
        detail.explanation_changed.connect(self.image_explained)
        self.robustness.measure_requested.connect(self._measure)
        self.robustness.stop_requested.connect(runner.stop_measuring)
        self.map.requested.connect(self._map)
        self.map.picked.connect(self._show_image)
        self.pages.currentChanged.connect(self._show_page)

    # ---------------------------------------------------- model and data

    def set_model(self, network: Network | None, name: str = "") -> None:
        """Evaluate `network`, called `name`; its weights must no longer change."""
        self.network, self._model = network, name or "unnamed model"
        self._mark_stale()

    def rename_model(self, name: str) -> None:
        """The model has this name now; its evaluation stays."""
        self._model = name or "unnamed model"
        self._show_name()

    def show_taught(self, *, is_taught: bool) -> None:
        """Say whether the model in use, as it is evaluated here, lacks drawings that Draw reads with."""
        self.header.show_note(WITHOUT_DRAWINGS if is_taught else "")

    def _show_name(self) -> None:
        if self.result is not None and self.result.network is self.network:
            self.header.show_name(self._model)

    def set_data(self, data: Splits | None) -> None:
        """Evaluate on `data`: on its test part unless the user selects another part."""
        self.data = data
        self.runner.stop_all()  # running work uses other images
        parts = ("test", "validation", "training")
        self.header.set_parts([part for part in parts if data is not None and getattr(data, part) is not None])
        self._pause_timer.stop()
        self._mark_stale()

    @Slot(object)
    def set_drawing(self, image: NDArray[np.uint8] | None) -> None:
        """Mark this drawing, (28, 28) uint8, on the map; None for none. A t-SNE map gets it when it is made again."""
        self.drawing = image
        self._mapped = None
        if self.map.by_tsne:
            self.map.offer_again()
        if self.isVisible():
            self._show_page()

    def showEvent(self, event: QShowEvent) -> None:
        """Evaluate what has changed while the tab was hidden."""
        super().showEvent(event)
        self._evaluate_if_stale()
        self._show_page()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the evaluation while nobody can see it."""
        super().hideEvent(event)
        if self.runner.is_evaluating:
            self._is_stale = True
            self.runner.stop_evaluating()

    def finish(self) -> bool:
        """Stop all work and wait for it; False if that takes too long."""
        self.network, self._is_stale = None, False
        self._pause_timer.stop()
        return self.runner.finish()

    @Slot()
    def _mark_stale(self) -> None:
        self._is_stale = True
        self._show_state()
        self._evaluate_if_stale()

    @Slot()
    def _on_part_chosen(self) -> None:
        self.runner.stop_evaluating()
        self._pause_timer.stop()
        self._mark_stale()

    def _dataset(self) -> Dataset | None:
        part = self.header.chosen_part
        return getattr(self.data, part) if self.data is not None and part else None

    @Slot()
    def _evaluate_if_stale(self) -> None:
        if self._is_stale and self.isVisible() and not self.runner.is_evaluating and not self._pause_timer.isActive():
            self._evaluate()

    @Slot()
    def _evaluate(self) -> None:
        dataset = self._dataset()
        if self.network is not None and dataset is not None and self.data is not None:
            self._is_stale, self._failure = False, ""
            self.header.progress.setValue(0)
            self.runner.evaluate(self.network, self._model, dataset, self.data.training)

    # ----------------------------------------------------------- display

    def _show_state(self) -> None:
        missing = ""
        if self.network is None:
            missing = NO_MODEL_TO_EVALUATE
        elif self._dataset() is None:
            missing = NO_DATA
        self.header.show_message(missing if self.result is not None else "")
        self.empty_label.setText(missing or EVALUATING)
        self.header.show_busy(self.runner.is_evaluating, not missing)

    @Slot(float)
    def _show_progress(self, fraction: float) -> None:
        self.header.progress.setValue(round(100 * fraction))

    @Slot(object)
    def _show(self, result: EvaluationResult | None) -> None:
        if result is not None and result.dataset is self._dataset():
            self.result = result
            self.stack.setCurrentWidget(self.pages)
            self.header.show_result(result)
            self._show_name()  # it may have been renamed during the evaluation
            self.mistakes.show_result(result)
            self.classes.show_result(result)
            self.runner.stop_measuring()
            self.robustness.reset(can_measure=True)
            with_class = (result.predictions.labels >= 0).nonzero()[0]
            self.robustness.set_sample(result.image(int(with_class[0])) if len(with_class) else None)
            self.map.show_result(result)
            self._show_page()
            self._pause_timer.start()

    @Slot(str)
    def _keep_failure(self, sentence: str) -> None:
        self._failure = sentence

    @Slot(bool)
    def _on_evaluating_changed(self, is_evaluating: bool) -> None:
        self._show_state()
        if not is_evaluating:
            if self._failure:
                self.header.show_message(self._failure, is_error=True)
                self.empty_label.setText("")
            elif not self._is_stale and self.result is None and self.network is not None:
                self.empty_label.setText(CANCELLED)
            self._evaluate_if_stale()

    @Slot()
    def _show_page(self) -> None:
        if self.pages.currentWidget() is self.map and self._is_map_outdated():
            self.map.request()

    def _is_map_outdated(self) -> bool:
        """Whether the map shows an older result; t-SNE takes seconds, so it is redrawn only on request."""
        return self.result is not None and self._mapped is not self.result and not self.map.by_tsne

    # ---------------------------------------------------------- requests

    @Slot(int)
    def _explain(self, row: int) -> None:
        if self.result is not None:
            self.runner.explain(self.result, row)
            self._find_neighbours(self.mistakes.detail.by_hidden_layer)

    @Slot(bool)
    def _find_neighbours(self, by_hidden_layer: bool) -> None:
        if self.result is not None:
            self.runner.find_neighbours(self.result, self.mistakes.detail.row, by_hidden_layer, NEIGHBOUR_COUNT)

    @Slot()
    def _measure(self) -> None:
        if self.result is not None:
            self.runner.measure_robustness(self.result)

    @Slot(int, bool)
    def _map(self, layer_number: int, by_tsne: bool) -> None:
        if self.result is not None:
            self._mapped = self.result
            self.runner.map(self.result, layer_number, by_tsne, self.drawing)

    @Slot(int)
    def _show_image(self, row: int) -> None:
        self.pages.setCurrentWidget(self.mistakes)
        self.mistakes.show_image(row)
