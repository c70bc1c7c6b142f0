"""The tab Evaluate: how good a model is, where it errs, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.evaluate.classes_page import ClassesPage
from app.tabs.evaluate.examination import Examination
from app.tabs.evaluate.examiner import Examiner
from app.tabs.evaluate.map_page import MapPage
from app.tabs.evaluate.mistakes_page import MistakesPage
from app.tabs.evaluate.robustness_page import RobustnessPage
from app.tabs.evaluate.summary_header import Header
from app.widgets.neighbour_row import COUNT
from nncore.data.dataset import Dataset, Splits
from nncore.model.network import Network

NO_MODEL = "No model yet: train one, or open one, and it will be judged here."
NO_DATA = "The data is still being read."
JUDGING = "The model is being judged: how good it is, where it errs and why will appear here."
CANCELLED = "The evaluation was cancelled."
REST_MILLISECONDS = 2000
"""Between one judgement and the next while a model is being trained: the training needs the processor too."""


class EvaluateTab(QWidget):
    """Judges the model by itself while the tab is in view, whenever the model or the data has changed.

    `image_chosen` carries the Why of a picture for the Draw tab, (28, 28) uint8; `image_explained` what is found out
    later. Before the tab is destroyed, `finish` must have been called.
    """

    image_chosen = Signal(object)
    image_explained = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.examination: Examination | None = None
        self._network: Network | None = None
        self._model = ""
        self._data: Splits | None = None
        self._is_stale, self._refusal = False, ""
        self._mapped: Examination | None = None
        self.header, self.pages = Header(), QTabWidget()
        self.mistakes, self.classes, self.robustness, self.map = (
            MistakesPage(), ClassesPage(), RobustnessPage(), MapPage(),
        )  # fmt: skip
        self.examiner = Examiner(self)
        self.pages.setDocumentMode(True)
        for page, name, tooltip in (
            (self.mistakes, "Mistakes", "Which digit was read as which, and the images behind it"),
            (self.classes, "Classes", "Precision, recall and F1 of each class; calibration"),
            (self.robustness, "Robustness", "Accuracy on noisy, turned, moved, thicker and thinner images"),
            (self.map, "Map", "Each layer's view of the digits in two dimensions"),
        ):
            self.pages.setTabToolTip(self.pages.addTab(page, name), tooltip)
        self.empty, self.stack = QLabel(), QStackedWidget()
        self.empty.setProperty("quiet", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        for widget in (self.empty, self.pages):
            self.stack.addWidget(widget)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MILLISECONDS)
        self._rest.timeout.connect(self._judge_if_stale)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.header)
        layout.addWidget(self.stack, 1)
        self._connect()
        self.header.set_parts([])
        self.header.show_examination(None)
        self._tell_state()

    def _connect(self) -> None:
        header, examiner, detail = self.header, self.examiner, self.mistakes.detail
        header.part_chosen.connect(self._change_part)
        header.again_requested.connect(self._judge)
        header.cancel_requested.connect(examiner.stop_judging)
        examiner.judging_changed.connect(self._follow_judging)
        examiner.progressed.connect(self._show_progress)
        examiner.judged.connect(self._show)
        examiner.refused.connect(self._refuse)
        examiner.robustness_told.connect(self.robustness.add)
        examiner.robustness_ended.connect(self.robustness.end)
        examiner.mapped.connect(self.map.show_map)
        examiner.map_refused.connect(self.map.refuse)
        examiner.mapping_changed.connect(self.map.show_busy)
        self.map.stop_requested.connect(examiner.stop_mapping)
        examiner.looked.connect(detail.show_looked)
        examiner.neighbours_found.connect(detail.show_neighbours)
        examiner.neighbours_refused.connect(detail.await_neighbours)
        examiner.index_progressed.connect(detail.show_index_progress)
        self.mistakes.looked_for.connect(self._look)
        detail.neighbours_wanted.connect(self._find_neighbours)
        detail.draw_requested.connect(self.image_chosen)
        detail.why_changed.connect(self.image_explained)
        self.robustness.measure_requested.connect(self._measure)
        self.robustness.stop_requested.connect(examiner.stop_measuring)
        self.map.wanted.connect(self._map)
        self.map.picked.connect(self._show_image)
        self.pages.currentChanged.connect(self._show_page)

    # ------------------------------------------------------- what is judged

    def set_model(self, network: Network | None, name: str = "") -> None:
        """Judge `network`, called `name`, from now on; nobody may change its weights any more."""
        self._network, self._model = network, name or "not named"
        self._change()

    def set_data(self, data: Splits | None) -> None:
        """Judge on `data`: on its test part unless the user chooses another."""
        self._data = data
        self.examiner.stop_all()  # what is under way is about other images
        parts = ("test", "validation", "training")
        self.header.set_parts([part for part in parts if data is not None and getattr(data, part) is not None])
        self._rest.stop()
        self._change()

    def showEvent(self, event: QShowEvent) -> None:
        """Judge what has changed while the tab was out of sight."""
        super().showEvent(event)
        self._judge_if_stale()

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees need not be judged."""
        super().hideEvent(event)
        if self.examiner.is_judging:
            self._is_stale = True
            self.examiner.stop_judging()

    def finish(self) -> bool:
        """Stop what is under way and wait for it; False if that takes too long."""
        self._network, self._is_stale = None, False
        self._rest.stop()
        return self.examiner.finish()

    @Slot()
    def _change(self) -> None:
        self._is_stale = True
        self._tell_state()
        self._judge_if_stale()

    @Slot()
    def _change_part(self) -> None:
        self.examiner.stop_judging()
        self._rest.stop()
        self._change()

    def _dataset(self) -> Dataset | None:
        part = self.header.chosen_part
        return getattr(self._data, part) if self._data is not None and part else None

    @Slot()
    def _judge_if_stale(self) -> None:
        if self._is_stale and self.isVisible() and not self.examiner.is_judging and not self._rest.isActive():
            self._judge()

    @Slot()
    def _judge(self) -> None:
        dataset = self._dataset()
        if self._network is not None and dataset is not None and self._data is not None:
            self._is_stale, self._refusal = False, ""
            self.header.progress.setValue(0)
            self.examiner.judge(self._network, self._model, dataset, self._data.training)

    # -------------------------------------------------------- what is shown

    def _tell_state(self) -> None:
        missing = NO_MODEL if self._network is None else NO_DATA if self._dataset() is None else ""
        self.header.say(missing if self.examination is not None else "")
        self.empty.setText(missing or JUDGING)
        self.header.show_busy(self.examiner.is_judging, not missing)

    @Slot(float)
    def _show_progress(self, share: float) -> None:
        self.header.progress.setValue(round(100 * share))

    @Slot(object)
    def _show(self, examination: Examination | None) -> None:
        if examination is not None and examination.dataset is self._dataset():
            self.examination = examination
            self.stack.setCurrentWidget(self.pages)
            self.header.show_examination(examination)
            self.mistakes.show_examination(examination)
            self.classes.show_examination(examination)
            self.examiner.stop_measuring()
            self.robustness.forget(can_measure=True)
            self.map.show_examination(examination)
            self._show_page()
            self._rest.start()

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        self._refusal = sentence

    @Slot(bool)
    def _follow_judging(self, is_judging: bool) -> None:
        self._tell_state()
        if not is_judging:
            if self._refusal:
                self.header.say(self._refusal, is_trouble=True)
                self.empty.setText("")
            elif not self._is_stale and self.examination is None and self._network is not None:
                self.empty.setText(CANCELLED)
            self._judge_if_stale()

    @Slot()
    def _show_page(self) -> None:
        if self.pages.currentWidget() is self.map and self._map_is_old():
            self.map.request()

    def _map_is_old(self) -> bool:
        """Whether the map is of another examination; t-SNE, which takes seconds, is only drawn anew when asked for."""
        return self.examination is not None and self._mapped is not self.examination and not self.map.by_tsne

    # --------------------------------------------------------- what is asked

    @Slot(int)
    def _look(self, row: int) -> None:
        if self.examination is not None:
            self.examiner.look(self.examination, row)
            self._find_neighbours(self.mistakes.detail.by_hidden_layer)

    @Slot(bool)
    def _find_neighbours(self, hidden: bool) -> None:
        if self.examination is not None:
            self.examiner.find_neighbours(self.examination, self.mistakes.detail.row, hidden, COUNT)

    @Slot()
    def _measure(self) -> None:
        if self.examination is not None:
            self.examiner.measure_robustness(self.examination)

    @Slot(int, bool)
    def _map(self, number: int, by_tsne: bool) -> None:
        if self.examination is not None:
            self._mapped = self.examination
            self.examiner.map(self.examination, number, by_tsne)

    @Slot(int)
    def _show_image(self, row: int) -> None:
        self.pages.setCurrentWidget(self.mistakes)
        self.mistakes.show_image(row)
