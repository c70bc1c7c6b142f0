"""The list of earlier tests: date, model, accuracy and its 95 % interval."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from app.tabs.my_hand.formatting import date_in_words, interval_of
from app.widgets.plain_text import plain_tooltip
from nncore.handwriting.personal_test.history import Entry
from nncore.reporting.number_text import percent_text

TEST_COLUMNS = ("Written", "Read by", "Read correctly", "95 % interval", "Drawings")


class HistoryList(QTreeWidget):
    """Lists earlier tests, newest first.

    `opened` and `deleted` carry the path of a test; `undo_requested` asks to restore the test deleted last.
    """

    opened = Signal(Path)
    deleted = Signal(Path)
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(len(TEST_COLUMNS))
        self.setHeaderLabels(list(TEST_COLUMNS))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setAccessibleName("Earlier tests")
        self.setToolTip("Enter opens a test, Delete deletes it, Ctrl+Z restores it.")
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in range(2, len(TEST_COLUMNS)):
            self.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.itemActivated.connect(self._open)
        for key, slot, purpose in (
            (QKeySequence(Qt.Key.Key_Delete), self.delete_chosen, "Delete the selected test"),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo_requested, "Restore the deleted test"),
        ):
            shortcut = QShortcut(key, self)
            shortcut.setWhatsThis(purpose)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the second column what is left of the width; the list scrolls where that is too narrow for its title."""
        super().resizeEvent(event)
        header, mode = self.header(), QHeaderView.ResizeMode
        others = sum(header.sectionSizeHint(column) for column in range(len(TEST_COLUMNS)) if column != 1)
        contents = sum(self.sizeHintForColumn(column) for column in range(len(TEST_COLUMNS)) if column != 1)
        is_wide = self.viewport().width() - max(others, contents) >= header.sectionSizeHint(1)
        header.setSectionResizeMode(1, mode.Stretch if is_wide else mode.ResizeToContents)

    @property
    def chosen(self) -> Path | None:
        """The path of the selected row; None if no row is selected."""
        rows = self.selectedItems()
        path = rows[0].data(0, Qt.ItemDataRole.UserRole) if rows else None
        return path if isinstance(path, Path) else None

    def set_entries(self, entries: list[Entry]) -> None:
        """List `entries`; the selection stays at the same row."""
        row = self.currentIndex().row()
        self.clear()
        self.addTopLevelItems([_item(entry) for entry in entries])
        self.setCurrentIndex(self.model().index(min(max(row, 0), len(entries) - 1), 0))

    @Slot()
    def open_chosen(self) -> None:
        """Ask to open the selected test."""
        if self.chosen is not None:
            self.opened.emit(self.chosen)

    @Slot()
    def delete_chosen(self) -> None:
        """Ask to delete the selected test."""
        if self.chosen is not None:
            self.deleted.emit(self.chosen)

    @Slot(QTreeWidgetItem, int)
    def _open(self, item: QTreeWidgetItem, column: int) -> None:
        self.open_chosen()


def _item(entry: Entry) -> QTreeWidgetItem:
    summary = entry.summary
    correct = percent_text(summary.correct / summary.count, 0)
    interval, count = interval_of(summary.correct, summary.count), f"{summary.count:,}"
    item = QTreeWidgetItem([date_in_words(summary.date), summary.model, correct, interval, count])
    item.setData(0, Qt.ItemDataRole.UserRole, entry.path)
    item.setToolTip(1, plain_tooltip(summary.model))
    for column in range(2, len(TEST_COLUMNS)):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
