"""A group of settings under a heading that opens and closes it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.style.icons import set_icon
from app.style.theme import GAP
from app.widgets.elements import without_margins


class CollapsibleGroup(QWidget):
    """Shows `content` below a heading, or the heading alone."""

    def __init__(self, title: str, content: QWidget, *, is_open: bool = True) -> None:
        super().__init__()
        self.content = content
        self.heading = QToolButton()
        self.heading.setProperty("group", True)
        self.heading.setText(title)
        self.heading.setToolTip(f"Show or hide the settings of {title.lower()}.")
        self.heading.setCheckable(True)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = without_margins(QVBoxLayout(self), GAP // 2)
        layout.addWidget(self.heading)
        layout.addWidget(content)
        self.heading.toggled.connect(self._show_content)
        self.heading.setChecked(is_open)
        self._show_content(is_open)

    @property
    def is_open(self) -> bool:
        """Whether the settings can be seen."""
        return self.heading.isChecked()

    def open(self) -> None:
        """Show the settings."""
        self.heading.setChecked(True)

    @Slot(bool)
    def _show_content(self, shown: bool) -> None:
        self.content.setVisible(shown)
        set_icon(self.heading, "chevron-down" if shown else "chevron-right")
