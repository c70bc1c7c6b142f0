"""Headings that show and hide settings: that of a group, and "More settings" in projector mode."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.style.icons import set_icon
from app.style.theme import GAP, appearance
from app.widgets.elements import without_margins
from app.widgets.form import Form

FIRST_LESSON = frozenset({"layers", "function", "learning_rate", "epochs"})
"""The settings that projector mode always shows."""


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


class MoreSettings(QToolButton):
    """A heading that shows and hides the settings of `forms` that a first lesson does not need.

    It is hidden, and all settings are shown, unless projector mode is on.
    """

    fields_changed = Signal()
    """Other settings are shown."""

    def __init__(self, forms: Sequence[Form]) -> None:
        super().__init__()
        self._forms = tuple(forms)
        self._is_reduced: bool | None = None
        self.setProperty("group", True)
        self.setText("More settings")
        self.setToolTip(
            "Show or hide the settings that a first lesson does not need. Hidden settings keep their values."
        )
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._update)
        self._update()

    @property
    def shown_fields(self) -> Collection[str] | None:
        """The settings that are shown; None for all."""
        return FIRST_LESSON if self._is_reduced else None

    def shows(self, form: Form) -> bool:
        """Whether any setting of a form is shown."""
        return not self._is_reduced or not FIRST_LESSON.isdisjoint(form.rows)

    def changeEvent(self, event: QEvent) -> None:
        """Follow projector mode."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._update()

    @Slot()
    def _update(self) -> None:
        projector = appearance(QApplication.instance()).projector
        self.setVisible(projector)
        set_icon(self, "chevron-down" if self.isChecked() else "chevron-right")
        reduced = projector and not self.isChecked()
        if reduced != self._is_reduced:
            self._is_reduced = reduced
            for form in self._forms:
                form.show_only(self.shown_fields)
            self.fields_changed.emit()

    def reveal(self, fields: Iterable[str]) -> None:
        """Show all settings if one of these is not shown."""
        if self._is_reduced and not FIRST_LESSON.issuperset(fields):
            self.setChecked(True)
