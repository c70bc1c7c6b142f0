"""The pages at the right of the list: the selected model, and two models compared on one drawing and on test images."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.storage.models.model_library import KeptModel
from app.style.theme import GAP
from app.tabs.models.details_page import DetailsPage
from app.tabs.models.differences_page import DifferencesPage
from app.tabs.models.image_page import ImagePage
from app.tabs.models.library_work import LibraryWork, ReadingModel
from app.tabs.models.model_actions import USED_ALREADY
from app.widgets.elements import enable, push_button, row_of, text_label
from app.widgets.layouts.scroll_page import ScrollPage

IS_IN_USE = "This model is in use. Select another one to compare it with the model in use."
NONE_IN_USE = "No model is in use to compare with. Select two models."
USE_TIP = "Use this model to read; the comparison stays."
SELECT_PAIR = "Select one model to compare it with the model in use, or two (Ctrl and click) to compare them."
LOADING_PAIR = "Loading …"
BOTH_UNTAUGHT = "Both as in their files, without your drawings."
NO_FILE = "This model is in no file of the list."


class ModelPages(QWidget):
    """A single selected model is compared with the model in use; of two selected ones, A is the upper one.

    The comparison stays when one of its two models is used. use_requested: the path of that model.
    """

    use_requested = Signal(Path)

    def __init__(self, work: LibraryWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._selected: Sequence[KeptModel] = ()
        self._selected_is_in_use = False
        self._in_use: ReadingModel | None = None
        self._compared: tuple[object, ...] = ()
        self._models: Sequence[ReadingModel] = ()
        self._compared_selection: list[Path] = []
        self.details = DetailsPage(work)
        self.image_page = ImagePage()
        self.differences = DifferencesPage(work)
        self.pages, self.pair = QTabWidget(), text_label(style="quiet")
        self.use_buttons = tuple(push_button(f"Use {letter}", USE_TIP, partial(self._use, letter)) for letter in "AB")
        self._details_scroll, self._image_scroll = ScrollPage(self.details), ScrollPage(self.image_page)
        differences_scroll = ScrollPage(self.differences)
        self.pages.setDocumentMode(True)
        for page, title, tooltip in (
            (self._details_scroll, "Model", "Name, note, origin and first layer of the selected model"),
            (self._image_scroll, "One drawing", "Two models read the same drawing side by side"),
            (differences_scroll, "Test images", "Which test images one model reads better than the other"),
        ):
            self.pages.setTabToolTip(self.pages.addTab(page, title), tooltip)
        self._pair_row = QWidget()
        row = row_of(self.pair, *self.use_buttons)
        row.setStretchFactor(self.pair, 1)
        self._pair_row.setLayout(row)
        side = QVBoxLayout(self)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(GAP // 2)
        side.addWidget(self.pages, 1)
        side.addWidget(self._pair_row)
        work.networks_loaded.connect(self._show_networks)
        work.networks_failed.connect(self._fail_networks)
        self.pages.currentChanged.connect(self._load_networks)
        self.differences.example_opened.connect(self._show_example)

    def show_models(self, selected: Sequence[KeptModel], is_in_use: bool) -> None:
        """Show the selected models; is_in_use: the only one is the model in use."""
        self._selected, self._selected_is_in_use = selected, is_in_use
        self.details.show_model(selected[0] if len(selected) == 1 else None)
        self._load_networks()

    def set_model_in_use(self, model: ReadingModel, is_selected: bool) -> None:
        """Compare a single selected model with this one; is_selected: it is the only selected one."""
        self._in_use, self._selected_is_in_use = model, is_selected
        self._load_networks()

    def edit_name(self) -> None:
        """Let the user type another name."""
        self.pages.setCurrentWidget(self._details_scroll)
        self.details.name.setFocus()
        self.details.name.selectAll()

    def _pair(self) -> tuple[list[ReadingModel | tuple[str, Path]], str]:
        """The two models to compare, or none and a sentence why."""
        readable = [model for model in self._selected if model.header is not None]
        others = [self._in_use.name] if len(readable) == 1 and self._in_use is not None else []
        names = [*others, *(model.name for model in readable)]
        chosen: list[ReadingModel | tuple[str, Path]] = [
            (f"{model.name} of {model.created}" if names.count(model.name) > 1 else model.name, model.path)
            for model in readable
        ]
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
        self._pair_row.setVisible(is_needed)
        chosen, sentence = self._pair()
        key = tuple(each.key if isinstance(each, ReadingModel) else each for each in chosen)
        if not is_needed:
            return
        if (key == self._compared and chosen) or self._was_used:
            if self._models:
                self._name_pair()
            return
        self._compared, self._compared_selection = key, [model.path for model in self._selected]
        self._use_pair([], sentence)
        if chosen:
            self._work.load_networks(chosen)

    @property
    def _was_used(self) -> bool:
        """Whether one of the models that are compared was the only selected one, and has been used."""
        is_same = self._compared_selection == [model.path for model in self._selected]
        return bool(self._models) and self._selected_is_in_use and is_same

    @Slot(object)
    def _show_networks(self, models: Sequence[ReadingModel]) -> None:
        self._use_pair(models, "")
        self._name_pair()

    @Slot(str)
    def _fail_networks(self, sentence: str) -> None:
        self._use_pair([], sentence)

    def _use_pair(self, models: Sequence[ReadingModel], sentence: str) -> None:
        """Compare these two models; or none, for the reason `sentence`."""
        self._models = models
        self.pair.setText(sentence)
        for button in self.use_buttons:
            enable(button, "", sentence)
        if models or sentence != LOADING_PAIR:
            self.image_page.set_models(models)
            self.differences.set_models(models)

    def _name_pair(self) -> None:
        """Say which models are compared, and which of them is in use."""
        texts = []
        for letter, button, model in zip("AB", self.use_buttons, self._models, strict=True):
            is_in_use = self._is_in_use(model)
            enable(button, f"Use {model.name} to read; the comparison stays.", USED_ALREADY if is_in_use else "")
            if not is_in_use and model.path is None:
                enable(button, "", NO_FILE)
            texts.append(f"{letter}: {model.name}{' (in use)' if is_in_use else ''}")
        used = self._in_use
        is_untaught = used is not None and used.is_taught and used not in self._models
        self.pair.setText("    ".join([*texts, *([BOTH_UNTAUGHT] if is_untaught else [])]))

    def _is_in_use(self, model: ReadingModel) -> bool:
        used = self._in_use
        return model is used or (used is not None and model.path is not None and model.path == used.path)

    def _use(self, letter: str) -> None:
        model = self._models["AB".index(letter)]
        if model.path is not None:
            self.use_requested.emit(model.path)

    @Slot(object, str)
    def _show_example(self, image: NDArray[np.uint8], caption: str) -> None:
        self.image_page.show_example(image, caption)
        self.pages.setCurrentWidget(self._image_scroll)
