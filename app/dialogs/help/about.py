"""The dialog about the program: its version, and the licences of all that ships with it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app.dialogs.help.help_keys import add_help_keys
from app.dialogs.help.licences import licences_text
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.widgets.elements import text_label
from nncore import __version__


class AboutDialog(QDialog):
    """Names the version, the licence of the program, and those of the packages, the data and the fonts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Digit Lab")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_help_keys(self, "first_steps")
        self.licences = QTextBrowser()
        self.licences.setAccessibleName("Licences")
        self.licences.setToolTip("The licences of the packages, the data and the fonts that come with Digit Lab.")
        self.licences.setOpenLinks(False)  # the program opens no page of the internet
        self.licences.document().setDocumentMargin(GROUP_GAP)
        self.licences.setMarkdown(licences_text())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setToolTip("Close this dialog (Esc).")
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, GROUP_GAP)
        layout.setSpacing(GAP)
        layout.addWidget(text_label(f"Digit Lab {__version__}", "title"))
        layout.addWidget(text_label("See a neural network learn to read handwriting."))
        layout.addWidget(text_label("Free software under the MIT licence. It ships with:", "quiet"))
        layout.addWidget(self.licences, 1)
        layout.addWidget(buttons)
        self.resize(640, 560)
