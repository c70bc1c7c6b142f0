"""The tests so far, one a row: when, which model, how much was read right and how far that can be trusted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from app.style.theme import GAP
from app.tabs.my_hand.texts import date_in_words, interval_of, percent
from app.widgets.plain_text import plain_tooltip
from nncore.handwriting.personal_test.history import Entry

COLUMNS = ("Written", "Read by", "Read right", "95 % interval", "Drawings")


class HistoryList(QTreeWidget):
    """Lists entries, the newest first.

    `opened` and `deleted` carry the path of one; `undone` asks for the one deleted last.
    """

    opened = Signal(object)
    deleted = Signal(object)
    undone = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(list(COLUMNS))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet(f"QTreeView::item, QHeaderView::section {{ padding: {GAP // 2}px {GAP}px; }}")
        self.setAccessibleName("Tests so far")
        self.setToolTip("Enter shows a test again, Delete deletes it, Ctrl+Z brings it back.")
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in range(2, len(COLUMNS)):
            self.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.itemActivated.connect(self._open)
        for key, slot in (
            (QKeySequence(Qt.Key.Key_Delete), self.delete_chosen),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undone),
        ):
            shortcut = QShortcut(key, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)

    @property
    def chosen(self) -> Path | None:
        """The path of the row selected."""
        rows = self.selectedItems()
        path = rows[0].data(0, Qt.ItemDataRole.UserRole) if rows else None
        return path if isinstance(path, Path) else None

    def set_entries(self, entries: list[Entry]) -> None:
        """List `entries`; the choice stays at its place."""
        row = self.currentIndex().row()
        self.clear()
        self.addTopLevelItems([_row(entry) for entry in entries])
        self.setCurrentIndex(self.model().index(min(max(row, 0), len(entries) - 1), 0))

    @Slot()
    def open_chosen(self) -> None:
        """Ask for the row selected to be shown."""
        if self.chosen is not None:
            self.opened.emit(self.chosen)

    @Slot()
    def delete_chosen(self) -> None:
        """Ask for the row selected to be deleted."""
        if self.chosen is not None:
            self.deleted.emit(self.chosen)

    @Slot(QTreeWidgetItem, int)
    def _open(self, item: QTreeWidgetItem, column: int) -> None:
        self.open_chosen()

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.doItemsLayout()


def _row(entry: Entry) -> QTreeWidgetItem:
    summary = entry.summary
    right = f"{percent(summary.right / summary.count)}"
    interval, count = interval_of(summary.right, summary.count), f"{summary.count:,}"
    item = QTreeWidgetItem([date_in_words(summary.date), summary.model, right, interval, count])
    item.setData(0, Qt.ItemDataRole.UserRole, entry.path)
    item.setToolTip(1, plain_tooltip(summary.model))
    for column in range(2, len(COLUMNS)):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
