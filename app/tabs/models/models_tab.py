"""The Models tab: every kept model, to name, pin, use, compare, export and delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from app.storage.models.model_library import KeptModel
from app.storage.models.old_models import OLD_MODELS_RULE
from app.style.icons import set_icon
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.models.deleted_dialog import NONE_DELETED, DeletedModelsDialog
from app.tabs.models.library_work import LibraryWork, Moved, ReadingModel
from app.tabs.models.model_actions import ModelActions
from app.tabs.models.model_list import ModelList, data_text, network_text
from app.tabs.models.model_pages import ModelPages
from app.tabs.tab import Tab
from app.widgets.elements import enable, push_button, row_of, text_label
from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.experiments.run_log.logged_run import RunSettings
from nncore.experiments.run_log.model_settings import settings_of_model
from nncore.files.model_file import Model
from nncore.model.network import Network
from nncore.reporting.number_text import counted_text

NO_MODELS = "No models of your own yet. Train a network in the Train tab; its model is kept here."
NOTHING_TO_UNDO = "No model was deleted since the start. “Deleted …” lists those deleted before."
NO_MODEL_MATCHES = "No model contains all of these words."
LIST_CHECK_MILLISECONDS = 1000
LIST_ORDERS: tuple[tuple[str, Callable[[KeptModel], object]], ...] = (
    ("newest first", lambda model: model.created),
    ("most accurate first", lambda model: (_accuracy(model), model.created)),
    ("by name", lambda model: _reversed(model.name.casefold())),
)
"""The orders of the list, each with its key, the largest first; pinned models are always at the top."""


def _accuracy(model: KeptModel) -> float:
    accuracy = model.header.card.test_accuracy if model.header else None
    return -1.0 if accuracy is None else accuracy


def _reversed(text: str) -> tuple[int, ...]:
    """A key that is larger for texts that come earlier in the alphabet."""
    return (*(-ord(letter) for letter in text), 0)


class ModelsTab(Tab):
    """Shows the models in the user's folder; while visible, it checks once per second whether they have changed.

    use_requested: the path of a model. settings_requested: the RunSettings with which a model was trained.
    export_requested: a Model. open_requested: the user wants another file. draw_requested: the Draw tab is wanted.
    Call `finish` before the tab is destroyed.
    """

    use_requested = Signal(Path)
    settings_requested = Signal(RunSettings)
    export_requested = Signal(Model)
    open_requested, draw_requested = Signal(), Signal()
    status_message, error_message = Signal(str), Signal(str)
    models_listed = Signal(list)
    """All KeptModel, with their present names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = LibraryWork(self)
        self._all: list[KeptModel] = []
        self._stamp: tuple[object, ...] | None = None
        self._deleted: list[Moved] = []
        self.search, self.order = QLineEdit(), QComboBox()
        self.count = text_label(style="quiet", wraps=False)
        self.undo_button = push_button("&Undo", "", self.undo)
        self.deleted_button = push_button("Deleted …", "", self.open_deleted)
        self.deleted_dialog: DeletedModelsDialog | None = None
        self._deleted_models: list[KeptModel] = []
        open_tip = "Use a model from another folder: .digitnet, .npz, .onnx or .py (Ctrl+O)."
        self.open_button = push_button("&Open file …", open_tip, self.open_requested)
        self.list, self.empty_label = ModelList(self.work), text_label(NO_MODELS)
        self.actions_row = ModelActions()
        self.rule = text_label(OLD_MODELS_RULE, "quiet")
        self.pages = ModelPages(self.work)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self._connect()
        self._timer = QTimer(self, interval=LIST_CHECK_MILLISECONDS)
        self._timer.timeout.connect(self._check_folder)
        self._show_selection()
        self._show_deleted([])

    def focus(self) -> None:
        """Put the focus on the list."""
        self.list.setFocus()

    # ----------------------------------------------------------------- layout

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Find models …")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find models")
        self.search.setToolTip(
            "Show only the models that contain all of these words, in the name, the network or the note."
        )
        self.order.addItems([name for name, _ in LIST_ORDERS])
        self.order.setAccessibleName("Order of the models")
        self.order.setToolTip("The order of the list; pinned models are always at the top.")
        set_icon(self.undo_button, "undo")
        self.empty_label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty_label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        card = QFrame()
        card.setProperty("card", True)
        within = QGridLayout(card)
        within.setContentsMargins(GAP, GAP, GAP, GAP)
        within.addWidget(self.list, 0, 0)
        within.addWidget(self.empty_label, 0, 0)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(GROUP_GAP)
        self.split.addWidget(card)
        self.split.addWidget(self.pages)
        self.split.setSizes([560, 640])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, GROUP_GAP, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addLayout(
            row_of(self.search, self.order, self.count, self.undo_button, self.deleted_button, self.open_button)
        )
        layout.addWidget(self.split, 1)
        layout.addWidget(self.actions_row)
        layout.addWidget(self.rule)

    def _connect(self) -> None:
        work, models = self.work, self.list
        work.listed.connect(self._show_models)
        work.deleted_listed.connect(self._show_deleted)
        work.deleted.connect(self._on_deleted)
        work.restored.connect(self._on_restored)
        work.error_message.connect(self.error_message)
        work.loaded.connect(self.export_requested)
        self.search.textChanged.connect(self._list)
        self.order.currentIndexChanged.connect(self._list)
        models.models_selected.connect(self._show_selection)
        models.used.connect(self._use)
        models.rename_requested.connect(self._rename)
        actions = self.actions_row
        actions.use_requested.connect(self._use)
        actions.settings_requested.connect(self._open_settings)
        actions.pin_requested.connect(self._pin)
        actions.rename_requested.connect(self._rename)
        actions.export_requested.connect(self._export)
        actions.delete_requested.connect(self.delete)
        models.delete_requested.connect(self.delete)
        models.undo_requested.connect(self.undo)
        self.pages.details.label_edited.connect(self._edit)
        self.pages.use_requested.connect(self.use_requested)
        self.pages.image_page.draw_requested.connect(self.draw_requested)

    # --------------------------------------------------------------- the list

    def showEvent(self, event: QShowEvent) -> None:
        """Refresh, and check the folder regularly while the tab is visible."""
        super().showEvent(event)
        self._check_folder()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop checking the folder, and keep what is being typed."""
        super().hideEvent(event)
        self._timer.stop()
        self.pages.details.flush()

    @Slot()
    def _check_folder(self) -> None:
        stamp = self.work.library.modification_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            self.work.list_models()

    @Slot(list)
    def _show_models(self, models: Sequence[KeptModel]) -> None:
        self._all = list(models)
        self._list()
        self.models_listed.emit(list(models))

    @Slot()
    def _list(self) -> None:
        words = self.search.text().casefold().split()
        shown = [model for model in self._all if all(word in _search_text(model) for word in words)]
        key = LIST_ORDERS[max(0, self.order.currentIndex())][1]
        shown.sort(key=lambda model: (model.label.is_pinned, key(model)), reverse=True)
        self.list.set_models(shown)
        models = counted_text(len(self._all), "model")
        self.count.setText(f"{len(shown):,} of {models}" if len(shown) < len(self._all) else models)
        has_own = any(not model.is_bundled for model in self._all)
        self.empty_label.setText(NO_MODEL_MATCHES if self._all and not shown else NO_MODELS)
        self.empty_label.setVisible(not shown or not has_own)
        self._show_selection()

    # -------------------------------------------------------------- selection

    @Slot()
    def _show_selection(self) -> None:
        selected = self.list.selected()
        self.pages.show_models(selected, is_in_use=self._selects_model_in_use)
        self.actions_row.set_models(selected, is_in_use=self._selects_model_in_use)

    @property
    def _selects_model_in_use(self) -> bool:
        """Whether the only selected model is the model in use."""
        model = self._selected_one()
        return model is not None and self.list.is_in_use(model)

    # ------------------------------------------------------------ from outside

    def set_model_in_use(self, model: Model, network: Network, path: Path | None, name: str = "") -> None:
        """The window reads with `network` now, which is that of `model`, or a copy that has learned drawings.

        path: the file of the model, None for the model of a run. name: the name of such a copy.
        """
        self.list.set_in_use(path, model.card)
        name = name or model.card.name
        file = next((each.path for each in self._all if self.list.is_in_use(each)), path)
        reading = ReadingModel(name, network, is_taught=name != model.card.name, path=file)
        self.pages.set_model_in_use(reading, self._selects_model_in_use)
        self._show_selection()

    def set_data(self, data: Splits) -> None:
        """Compare on the test part of `data`, else on the validation part."""
        self.pages.differences.set_data(data.test or data.validation)

    def set_drawing(self, image: NDArray[np.uint8] | None) -> None:
        """The drawing on the Draw tab has changed."""
        self.pages.image_page.set_drawing(image)

    # ----------------------------------------------------------------- actions

    def _selected_one(self) -> KeptModel | None:
        selected = self.list.selected()
        return selected[0] if len(selected) == 1 else None

    @Slot()
    def _use(self) -> None:
        model = self._selected_one()
        if model is not None and model.header is not None:
            self.use_requested.emit(model.path)

    @Slot()
    def _open_settings(self) -> None:
        model = self._selected_one()
        if model is not None and model.header is not None:
            try:
                self.settings_requested.emit(settings_of_model(model.header.spec, model.header.card))
            except SettingError as problem:
                self.error_message.emit(str(problem))

    @Slot()
    def _export(self) -> None:
        model = self._selected_one()
        if model is not None:
            self.pages.details.flush()
            self.work.load(model.path)

    @Slot()
    def _pin(self) -> None:
        selected = self.list.selected()
        pinned = not all(model.label.is_pinned for model in selected)
        for model in selected:
            self.work.set_label(model.path, pinned=pinned)

    @Slot()
    def _rename(self) -> None:
        model = self._selected_one()
        if model is not None and not model.is_bundled:
            self.pages.edit_name()

    @Slot(Path, str, str)
    def _edit(self, path: Path, field: str, text: str) -> None:
        model = next((each for each in self._all if each.path == path), None)
        if model is None:
            return
        default = model.default_name if field == "name" else model.default_note
        text = "" if text == " ".join(default.split()) else text
        change = partial(self.work.set_label, path)
        if field == "name":
            change(name=text)
        else:
            change(note=text)

    @Slot()
    def delete(self) -> None:
        """Delete the selected models; one that is in use stays in use."""
        selected = self.list.selected()
        if selected and not any(model.is_bundled for model in selected):
            self.pages.details.flush()
            self.work.delete([model.path for model in selected])

    @Slot(list)
    def _on_deleted(self, moved: Moved) -> None:
        if moved:
            self._deleted.append(moved)
            self._update_undo()
            self.list.setFocus()  # the pressed button is about to be disabled, and Ctrl+Z works in the list

    @Slot()
    def undo(self) -> None:
        """Restore the models deleted last."""
        if self._deleted:
            self.work.restore(self._deleted.pop())
            self._update_undo()

    def _update_undo(self) -> None:
        nothing = "" if self._deleted else NOTHING_TO_UNDO
        enable(self.undo_button, "Restore the models deleted last (Ctrl+Z).", nothing)

    @Slot(list)
    def _show_deleted(self, models: list[KeptModel]) -> None:
        self._deleted_models = models
        # What was restored in the dialog or by another window cannot be restored again by Undo.
        present = {model.path for model in models}
        remaining = ([pair for pair in moved if pair[1] in present] for moved in self._deleted)
        self._deleted = [moved for moved in remaining if moved]
        self._update_undo()
        enable(
            self.deleted_button, "Restore deleted models, or delete them permanently.", "" if models else NONE_DELETED
        )

    @Slot()
    def open_deleted(self) -> None:
        """Open the list of the deleted models."""
        dialog = self.deleted_dialog = DeletedModelsDialog(self)
        dialog.set_models(self._deleted_models)
        self.work.deleted_listed.connect(dialog.set_models)
        dialog.restore_requested.connect(self.work.restore_models)
        dialog.delete_requested.connect(self.work.delete_for_good)
        dialog.open()

    @Slot(list)
    def _on_restored(self, paths: list[Path]) -> None:
        def select(_: object) -> None:
            self.list.select(set(paths))

        self.work.listed.connect(select, Qt.ConnectionType.SingleShotConnection)

    def finish(self) -> bool:
        """Keep what is being typed, and wait for the background work; False if that takes too long."""
        self._timer.stop()
        self.pages.details.flush()
        return self.work.finish()


def _search_text(model: KeptModel) -> str:
    return "\n".join((model.name, network_text(model), data_text(model), model.note, model.created)).casefold()
