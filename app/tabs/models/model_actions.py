"""The buttons below the list of models, for the selected models."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.storage.models.model_library import KeptModel
from app.widgets.elements import push_button
from app.widgets.layouts.flow_layout import FlowLayout

USED_ALREADY = "This model is in use."
BUNDLED_STAYS = "The bundled model belongs to Digit Lab: it cannot be renamed, pinned or deleted."


class ModelActions(QWidget):
    """Buttons for the selected models. The tooltip of a button says what it does, or why it is disabled."""

    use_requested, settings_requested, pin_requested = Signal(), Signal(), Signal()
    rename_requested, export_requested, delete_requested = Signal(), Signal(), Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.use = push_button("&Use this model", "", self.use_requested)
        self.use.setProperty("primary", True)
        self.settings = push_button("Open settings in &Train", "", self.settings_requested)
        self.pin = push_button("&Pin", "", self.pin_requested)
        self.pin.setCheckable(True)
        self.rename = push_button("Re&name", "", self.rename_requested)
        self.export = push_button("&Export …", "", self.export_requested)
        self.delete = push_button("De&lete", "", self.delete_requested)
        self.setLayout(FlowLayout(self.use, self.settings, self.pin, self.rename, self.export, self.delete))
        self.set_models([])

    def set_models(self, selected: Sequence[KeptModel], *, is_in_use: bool = False) -> None:
        """Enable the buttons that are possible for the selected models; is_in_use: the only one is the model in use."""
        none = "" if selected else "Select a model first."
        not_one = none or ("" if len(selected) == 1 else "Select exactly one model first.")
        unreadable = not_one or selected[0].problem
        bundled = BUNDLED_STAYS if any(model.is_bundled for model in selected) else ""
        pinned = bool(selected) and all(model.label.is_pinned for model in selected)
        self.pin.setChecked(pinned)
        for button, obstacle, purpose in (
            (self.use, unreadable or (USED_ALREADY if is_in_use else ""), "Use this model to read (Enter)."),
            (self.settings, unreadable, "Show its training settings, to change them and train again."),
            (
                self.pin,
                none or bundled,
                "A pinned model is at the top of the list, and is never deleted automatically.",
            ),
            (self.rename, not_one or bundled, "Change its name (F2)."),
            (self.export, unreadable, "Save a copy: for Digit Lab, as ONNX, or as a Python script."),
            (self.delete, none or bundled, "Delete the selected models; Undo restores them (Delete)."),
        ):
            button.setEnabled(not obstacle)
            button.setToolTip(obstacle or purpose)
            button.setAccessibleDescription(obstacle or purpose)
