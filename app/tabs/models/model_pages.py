"""The pages at the right of the list: the selected model, and two models compared on one drawing and on test images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.storage.models.model_library import KeptModel
from app.style.theme import GAP
from app.tabs.models.details_page import DetailsPage
from app.tabs.models.differences_page import DifferencesPage
from app.tabs.models.image_page import ImagePage
from app.tabs.models.library_work import LibraryWork, ReadingModel
from app.widgets.elements import text_label
from app.widgets.layouts.scroll_page import ScrollPage

IS_IN_USE = "This model is in use. Select another one to compare it with the model in use."
NONE_IN_USE = "No model is in use to compare with. Select two models."
SELECT_PAIR = "Select one model to compare it with the model in use, or two (Ctrl and click) to compare them."
LOADING_PAIR = "Loading …"
BOTH_UNTAUGHT = "Both as in their files, without your drawings."


class ModelPages(QWidget):
    """A single selected model is compared with the model in use; of two selected ones, A is the upper one."""

    def __init__(self, work: LibraryWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._selected: Sequence[KeptModel] = ()
        self._selected_is_in_use = False
        self._in_use: ReadingModel | None = None
        self._compared: tuple[object, ...] = ()
        self.details, self.image_page, self.differences = DetailsPage(work), ImagePage(), DifferencesPage(work)
        self.pages, self.pair = QTabWidget(), text_label(style="quiet")
        self._details_scroll, self._image_scroll = ScrollPage(self.details), ScrollPage(self.image_page)
        self.pages.setDocumentMode(True)
        for page, title, tooltip in (
            (self._details_scroll, "Model", "Name, note, origin and first layer of the selected model"),
            (self._image_scroll, "One drawing", "Two models read the same drawing side by side"),
            (self.differences, "Test images", "Which test images one model reads better than the other"),
        ):
            self.pages.setTabToolTip(self.pages.addTab(page, title), tooltip)
        side = QVBoxLayout(self)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(GAP // 2)
        side.addWidget(self.pages, 1)
        side.addWidget(self.pair)
        work.networks_loaded.connect(self._show_networks)
        work.networks_failed.connect(self._fail_networks)
        self.pages.currentChanged.connect(self._load_networks)
        self.differences.example_opened.connect(self._show_example)

    def show_models(self, selected: Sequence[KeptModel], is_in_use: bool) -> None:
        """Show the selected models; is_in_use: the only one is the model in use."""
        self._selected, self._selected_is_in_use = selected, is_in_use
        self.details.show_model(selected[0] if len(selected) == 1 else None)
        self._load_networks()

    def set_model_in_use(self, model: ReadingModel) -> None:
        """Compare a single selected model with this one."""
        self._in_use = model
        self._load_networks()

    def edit_name(self) -> None:
        """Let the user type another name."""
        self.pages.setCurrentWidget(self._details_scroll)
        self.details.name.setFocus()
        self.details.name.selectAll()

    def _pair(self) -> tuple[list[ReadingModel | tuple[str, Path]], str]:
        """The two models to compare, or none and a sentence why."""
        readable = [model for model in self._selected if model.header is not None]
        chosen: list[ReadingModel | tuple[str, Path]] = [(model.name, model.path) for model in readable]
        if len(chosen) == 1:
            if self._in_use is None:
                return [], NONE_IN_USE
            if self._selected_is_in_use:
                return [], IS_IN_USE
            chosen.insert(0, self._in_use)
        if len(chosen) != 2:
            return [], SELECT_PAIR
        return chosen, LOADING_PAIR

    @Slot()
    def _load_networks(self) -> None:
        """Load the networks of the models to compare, if a page that shows them is open."""
        is_needed = self.pages.currentWidget() is not self._details_scroll
        self.pair.setVisible(is_needed)
        chosen, sentence = self._pair()
        key = tuple(chosen)
        if not is_needed or (key == self._compared and chosen):
            return
        self._compared = key
        self.pair.setText(sentence)
        if chosen:
            self._work.load_networks(chosen)
        else:
            self._use_pair([])

    @Slot(object)
    def _show_networks(self, models: Sequence[ReadingModel]) -> None:
        names = (" (in use)" if model is self._in_use else "" for model in models)
        texts = (f"{letter}: {model.name}{used}" for letter, model, used in zip("AB", models, names, strict=True))
        untaught = [BOTH_UNTAUGHT] if self._in_use and self._in_use.is_taught and self._in_use not in models else []
        self.pair.setText("    ".join([*texts, *untaught]))
        self._use_pair(models)

    @Slot(str)
    def _fail_networks(self, sentence: str) -> None:
        self.pair.setText(sentence)
        self._use_pair([])

    def _use_pair(self, models: Sequence[ReadingModel]) -> None:
        self.image_page.set_models(models)
        self.differences.set_models(models)

    @Slot(object, str)
    def _show_example(self, image: NDArray[np.uint8], caption: str) -> None:
        self.image_page.show_example(image, caption)
        self.pages.setCurrentWidget(self._image_scroll)
