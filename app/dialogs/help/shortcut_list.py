"""The list of shortcuts, made from the actions, buttons and shortcuts that the window has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.help.help_keys import add_help_keys
from app.style.theme import GROUP_GAP


@dataclass(frozen=True)
class Shortcut:
    """What a key does, and the keys: "Undo", ("Ctrl+Z",)."""

    purpose: str
    keys: tuple[str, ...]


def shortcuts_of(root: QWidget, parts: Sequence[QWidget] = ()) -> list[Shortcut]:
    """The shortcuts of `root` and all that it contains, without those of its `parts`; each purpose once."""
    found: dict[str, tuple[str, ...]] = {}
    for owner, purpose, keys in _all_shortcuts(root):
        is_elsewhere = any(part is owner or part.isAncestorOf(owner) for part in (*parts, *_dialogs_of(root)))
        if keys and purpose and not is_elsewhere:
            found[purpose] = tuple(dict.fromkeys((*found.get(purpose, ()), *map(_key_text, keys))))
    return [Shortcut(*each) for each in found.items()]


def _dialogs_of(root: QWidget) -> list[QDialog]:
    """The dialogs that belong to `root`, such as the guide: their keys work in them only."""
    return [dialog for dialog in root.findChildren(QDialog) if dialog.isWindow()]


def _all_shortcuts(root: QWidget) -> Iterator[tuple[QWidget, str, list[QKeySequence]]]:
    """The widget, purpose and keys of all actions, then of the shortcuts, then of the buttons."""
    for action in root.findChildren(QAction):
        yield _widget_of(action, root), _purpose(action.text()), action.shortcuts()
    for shortcut in root.findChildren(QShortcut):
        yield _widget_of(shortcut, root), shortcut.whatsThis(), shortcut.keys()
    for button in root.findChildren(QAbstractButton):
        key = button.shortcut()
        if key != QKeySequence.mnemonic(button.text()):  # the letter that is underlined shows itself
            yield button, button.accessibleName() or _purpose(button.text()), [key] if not key.isEmpty() else []


def _widget_of(part: QAction | QShortcut, root: QWidget) -> QWidget:
    parent = part.parent()
    while parent is not None and not isinstance(parent, QWidget):
        parent = parent.parent()
    return parent or root


def _purpose(text: str) -> str:
    return text.replace("&", "").removesuffix("…")


def _key_text(key: QKeySequence) -> str:
    return key.toString(QKeySequence.SequenceFormat.NativeText)


class ShortcutList(QDialog):
    """Shows the shortcuts in groups, such as those of the whole window and those of each tab."""

    def __init__(self, groups: Sequence[tuple[str, Sequence[Shortcut]]], parent: QWidget | None = None) -> None:
        """groups: the title of each group, and its shortcuts; a group without shortcuts is left out."""
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_help_keys(self, "keyboard")
        self.rows = QTreeWidget()
        self.rows.setAccessibleName("Keyboard shortcuts")
        self.rows.setToolTip("The keys that work in Digit Lab, and where they work.")
        self.rows.setHeaderLabels(["Action", "Keys"])
        for title, shortcuts in groups:
            self._add_group(title, shortcuts)
        self.rows.expandAll()
        self.rows.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.rows.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.rows.header().setStretchLastSection(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setToolTip("Close the list (Esc).")
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GROUP_GAP, GROUP_GAP, GROUP_GAP, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addWidget(self.rows)
        layout.addWidget(buttons)
        self.resize(560, 560)

    def _add_group(self, title: str, shortcuts: Sequence[Shortcut]) -> None:
        if not shortcuts:
            return
        group = QTreeWidgetItem(self.rows, [title])
        font = self.font()
        font.setBold(True)
        group.setFont(0, font)
        for each in shortcuts:
            QTreeWidgetItem(group, [each.purpose, ", ".join(each.keys)])
