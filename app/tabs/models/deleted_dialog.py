"""The dialog of the deleted models, which can be restored, also after a restart, or deleted permanently."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.help.help_keys import add_help_keys
from app.storage.models.model_library import KeptModel
from app.storage.models.old_models import DELETED_DAYS
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.models.model_list import accuracy_text, network_text
from app.widgets.elements import enable, push_button, row_of, text_label
from app.widgets.plain_text import plain_tooltip

DELETED_RULE = f"A deleted model stays here for {DELETED_DAYS} days."
NONE_DELETED = "There is no deleted model."
NONE_SELECTED = "Select a model first."
MODEL_ROLE = Qt.ItemDataRole.UserRole


class DeletedModelsDialog(QDialog):
    """Lists deleted models. The signals carry the selected KeptModel."""

    restore_requested, delete_requested = Signal(list), Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Deleted models")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_help_keys(self, "models")
        self.list, self.sentence = QListWidget(), text_label(DELETED_RULE)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName("Deleted models")
        self.list.setToolTip("The model deleted last is at the top. Ctrl+A selects all.")
        self.list.itemSelectionChanged.connect(self._update)
        self.restore_button = push_button("&Restore", "", self._restore)
        self.restore_button.setProperty("primary", True)
        self.delete_button = push_button("&Delete permanently …", "", self._ask_to_delete)
        self.close_button = push_button("&Close", "Close this list (Esc).", self.reject)
        buttons = row_of(self.restore_button, self.delete_button)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.sentence)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        line = self.fontMetrics().height()
        self.resize(min(40 * line, self.screen().availableGeometry().width()), 22 * line)
        self._update()

    @Slot(list)
    def set_models(self, models: Sequence[KeptModel]) -> None:
        """List these models; the selection stays."""
        selected = {model.path for model in self.selected()}
        self.list.clear()
        for model in models:
            day = datetime.fromtimestamp(model.changed).isoformat(" ", "minutes")
            item = QListWidgetItem(f"{model.name}   {network_text(model)}   {accuracy_text(model)}   deleted {day}")
            item.setData(MODEL_ROLE, model)
            item.setToolTip(plain_tooltip(model.problem or f"{model.name}. {model.note}".strip()))
            self.list.addItem(item)
            item.setSelected(model.path in selected)
        self.sentence.setText(DELETED_RULE if models else NONE_DELETED)
        self._update()

    def selected(self) -> list[KeptModel]:
        """The selected models, from top to bottom."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(MODEL_ROLE) for item in items if item.isSelected()]

    @Slot()
    def _update(self) -> None:
        obstacle = "" if self.list.selectedItems() else NONE_SELECTED if self.list.count() else NONE_DELETED
        enable(self.restore_button, "Put the selected models back into the list of models.", obstacle)
        enable(self.delete_button, "Delete the selected models now; they cannot be restored any more.", obstacle)

    @Slot()
    def _restore(self) -> None:
        self.restore_requested.emit(self.selected())

    @Slot()
    def _ask_to_delete(self) -> None:
        selected = self.selected()
        what = f"“{selected[0].name}”" if len(selected) == 1 else f"{len(selected):,} models"
        buttons = QMessageBox.StandardButton
        question = f"Delete {what} permanently? This cannot be undone."
        box = QMessageBox(QMessageBox.Icon.Warning, "Deleted models", question, buttons.Yes | buttons.Cancel, self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.button(buttons.Yes).setText("&Delete permanently")
        box.button(buttons.Yes).setToolTip("Delete the files now.")
        box.button(buttons.Cancel).setToolTip("Keep the models in this list.")
        add_help_keys(box, "models")
        box.accepted.connect(lambda: self.delete_requested.emit(selected))
        box.open()
