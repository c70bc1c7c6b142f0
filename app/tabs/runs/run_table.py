"""The table of runs as Qt's models: one that holds the runs, and one that sorts and filters them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor

from app.storage.run_store import KnownRun
from app.style.theme import Colours
from app.tabs.runs.run_columns import COLUMNS
from app.widgets.plain_text import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
KEY_ROLE = int(Qt.ItemDataRole.UserRole)
"""What a cell is sorted by."""

RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

FIXED = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
EDITABLE = FIXED | Qt.ItemFlag.ItemIsEditable
"""Made once: Qt asks for them tens of thousands of times when a thousand runs are chosen."""


class RunTable(QAbstractTableModel):
    """Runs, a row each; `edited` asks for another name or note: the run, "name" or "note", and the text."""

    edited = Signal(int, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: list[KnownRun] = []
        self._texts: list[tuple[str, ...]] = []
        self._keys: list[tuple[str | float, ...]] = []
        self._trouble = self._quiet = QColor()

    def set_colours(self, colours: Colours) -> None:
        """Show runs in trouble in their colour, and values that are none in a quiet one."""
        self._trouble, self._quiet = QColor(colours.trouble), QColor(colours.quiet_text)

    def set_runs(self, runs: Sequence[KnownRun]) -> None:
        """Show `runs`; if they are the same as before, but further on, rows stay where they are."""
        same = [known.run.id for known in runs] == [known.run.id for known in self._runs]
        rows = zip(self._runs, self._texts, self._keys, strict=True)
        before = {known.run.id: (known, text, key) for known, text, key in rows}
        texts, keys = [], []
        for known in runs:
            was, text, key = before.get(known.run.id, (None, (), ()))
            if was != known:
                text = tuple(column.text(known) for column in COLUMNS)
                key = tuple(column.key(known, each) for column, each in zip(COLUMNS, text, strict=True))
            texts.append(text)
            keys.append(key)
        if not same:
            self.beginResetModel()
            self._runs, self._texts, self._keys = list(runs), texts, keys
            self.endResetModel()
            return
        changed = [row for row, pair in enumerate(zip(runs, self._runs, strict=True)) if pair[0] != pair[1]]
        self._runs, self._texts, self._keys = list(runs), texts, keys
        for row in changed:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def known(self, row: int) -> KnownRun:
        """The run in a row."""
        return self._runs[row]

    def haystack(self, row: int) -> str:
        """All that is shown of a run, to search in."""
        return "\n".join(self._texts[row]).casefold()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """How many runs there are."""
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names and notes can be edited."""
        return EDITABLE if COLUMNS[index.column()].edits else FIXED

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What a cell shows, or is sorted by."""
        row, column = index.row(), index.column()
        if role == KEY_ROLE:
            return self._keys[row][column]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return " ".join(self._texts[row][column].split())
            case Qt.ItemDataRole.EditRole:
                return self._texts[row][column]
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if COLUMNS[column].is_number else LEFT
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(self._texts[row][column])
        return None

    def _colour(self, row: int, column: int) -> QColor | None:
        text = self._texts[row][column]
        in_trouble = COLUMNS[column].title == "State" and text in ("broken off", "diverged")
        return self._trouble if in_trouble else self._quiet if text == "–" else None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Ask for another name or note; shown once it is in the log."""
        column, text = COLUMNS[index.column()], str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not column.edits or (column.edits == "name" and not text):
            return False
        if text != self._texts[index.row()][index.column()]:
            self.edited.emit(self._runs[index.row()].run.id, column.edits, text)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """Titles, and what they mean."""
        if orientation == Qt.Orientation.Horizontal:
            match role:
                case Qt.ItemDataRole.DisplayRole:
                    return COLUMNS[section].title
                case Qt.ItemDataRole.ToolTipRole:
                    return f"{COLUMNS[section].explained} Click to sort."
                case Qt.ItemDataRole.TextAlignmentRole:
                    return RIGHT if COLUMNS[section].is_number else LEFT
        return None


class RunFilter(QSortFilterProxyModel):
    """The runs in which every word of a text occurs, sorted by a column."""

    def __init__(self, table: RunTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._words: list[str] = []
        self.setSortRole(KEY_ROLE)
        self.setSourceModel(table)

    def set_text(self, text: str) -> None:
        """Show the runs with every word of `text`, wherever it stands; upper or lower case is the same."""
        self._words = text.casefold().split()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Whether a run has all the words."""
        if not self._words:
            return True
        haystack = self._table.haystack(row)
        return all(word in haystack for word in self._words)
