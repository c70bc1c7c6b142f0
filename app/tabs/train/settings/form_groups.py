"""The forms of the settings, one below the other, each in a group that can be closed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.train.settings.collapsible_group import CollapsibleGroup, MoreSettings
from app.widgets.form import Form
from nncore.errors import SettingError


class FormGroups(QWidget):
    """The groups, and above them the button that shows the settings which a first lesson does not need."""

    def __init__(self, *forms: tuple[str, Form, bool]) -> None:
        """forms: the title of each group, its form, and whether it is open at first."""
        super().__init__()
        self._forms = tuple(form for _, form, _ in forms)
        self._unused: Form | None = None
        self.groups = tuple(CollapsibleGroup(title, form, is_open=is_open) for title, form, is_open in forms)
        self.more_settings = MoreSettings(self._forms)
        self.more_settings.fields_changed.connect(self._show_groups)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.more_settings)
        for group in self.groups:
            layout.addWidget(group)
        layout.addStretch()

    def mark(self, changed: Mapping[str, str]) -> QWidget | None:
        """Mark these settings with their texts, and no others; returns the control of the first, now in view."""
        self.more_settings.reveal(changed)
        for form in self._forms:
            for field, row in form.rows.items():
                row.mark(changed.get(field, ""))
        self._open_groups_with(changed)
        rows = [row for form in self._forms for field, row in form.rows.items() if field in changed]
        if not rows:
            return None
        self.adjustSize()  # the group may have been opened just now
        return rows[0].control

    def show_problems(self, problems: dict[str, SettingError], unused: Form) -> None:
        """Show the error of each invalid setting, and open its group. unused: the form that is hidden now."""
        self._unused = unused
        self.more_settings.reveal(problems)
        self._show_groups()
        for form in self._forms:
            form.show_problems(problems)
        self._open_groups_with(problems)

    def align_names(self) -> None:
        """Give the names of the settings the same width in all forms."""
        width = max(form.label_width for form in self._forms)
        for form in self._forms:
            form.set_label_width(width)

    def _open_groups_with(self, fields: Mapping[str, object]) -> None:
        for form, group in zip(self._forms, self.groups, strict=True):
            if not group.is_open and any(field in fields for field in form.rows):
                group.open()

    @Slot()
    def _show_groups(self) -> None:
        for form, group in zip(self._forms, self.groups, strict=True):
            group.setVisible(self.more_settings.shows(form) and form is not self._unused)
