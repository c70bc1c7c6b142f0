"""The dialog that asks for a name under which the model of a run is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.dialogs.help.help_keys import add_help_keys
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.widgets.elements import enable, text_label

WHY_A_NAME = (
    "The Models tab lists this model. With a name of your own it stays there until you delete it; without one it is "
    "deleted when it is old."
)
NO_NAME = "Enter a name first."


class KeepModelDialog(QDialog):
    """Asks for a name. `named` carries it when the user confirms it."""

    named = Signal(str)

    def __init__(self, proposed: str, parent: QWidget | None = None) -> None:
        """proposed: the name of the model now."""
        super().__init__(parent)
        self.setWindowTitle("Keep the model")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_help_keys(self, "models")
        self.name = QLineEdit(proposed)
        self.name.setAccessibleName("Name of the model")
        self.name.setToolTip("The name under which the window shows the model everywhere.")
        self.name.selectAll()
        self.name.textChanged.connect(self._update)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.keep_button = buttons.button(QDialogButtonBox.StandardButton.Save)
        self.keep_button.setText("&Keep")
        self.keep_button.setProperty("primary", True)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setToolTip("Change nothing.")
        buttons.accepted.connect(self._keep)
        buttons.rejected.connect(self.reject)
        label = text_label("&Name", "group", wraps=False)
        label.setBuddy(self.name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        for widget in (text_label(WHY_A_NAME), label, self.name):
            layout.addWidget(widget)
        layout.addSpacing(GAP)
        layout.addWidget(buttons)
        self.setMinimumWidth(25 * self.fontMetrics().height())
        self._update()

    @Slot()
    def _update(self) -> None:
        enable(self.keep_button, "Keep the model under this name.", "" if self.name.text().strip() else NO_NAME)

    @Slot()
    def _keep(self) -> None:
        self.named.emit(" ".join(self.name.text().split()))
        self.accept()
