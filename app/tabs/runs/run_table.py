"""The Qt models of the table of runs: the table, and a proxy that sorts and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

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

from app.storage.run_store import StoredRun
from app.style.theme import Colours
from app.tabs.runs.run_columns import RUN_COLUMNS
from app.widgets.plain_text import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
KEY_ROLE = int(Qt.ItemDataRole.UserRole)
"""The role of a cell's sort key."""

RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

FIXED = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
EDITABLE = FIXED | Qt.ItemFlag.ItemIsEditable
"""Created once, because Qt requests them tens of thousands of times for a thousand runs."""


class _Text(NamedTuple):
    """A name or note of a run. run_id: its number in the log. field: "name" or "note"."""

    run_id: int
    field: str
    text: str


class RunTable(QAbstractTableModel):
    """One row per run; `edited` carries the run's number, "name" or "note", and the new text.

    Texts are emitted while they are typed, so that they survive the end of the program. While an editor is open, the
    table keeps the text from before, to which `end_edit` returns.
    """

    edited = Signal(int, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: list[StoredRun] = []
        self._texts: list[tuple[str, ...]] = []
        self._keys: list[tuple[str | float, ...]] = []
        self._error_colour = self._quiet = QColor()
        self._before_draft: _Text | None = None

    def set_colours(self, colours: Colours) -> None:
        """Set the colours of failed runs and of missing values."""
        self._error_colour, self._quiet = QColor(colours.error), QColor(colours.quiet_text)

    def set_runs(self, runs: Sequence[StoredRun]) -> None:
        """Show `runs`; rows and selection are kept if the list has the same runs as before."""
        # Formatting a row is slow for a thousand runs, so unchanged runs keep their texts and keys.
        old = {run.run.id: row for row, run in enumerate(self._runs)}
        texts, keys, changed = [], [], []
        for index, stored in enumerate(runs):
            row = old.get(stored.run.id)
            if row is not None and self._runs[row] == stored:
                text, key = self._texts[row], self._keys[row]
            else:
                text = tuple(column.text(stored) for column in RUN_COLUMNS)
                key = tuple(column.key(stored, each) for column, each in zip(RUN_COLUMNS, text, strict=True))
                changed.append(index)
            texts.append(text)
            keys.append(key)
        has_same_rows = list(old) == [stored.run.id for stored in runs]
        if not has_same_rows:
            self.beginResetModel()
        self._runs = list(runs)
        self._texts = texts
        self._keys = keys
        if not has_same_rows:
            self.endResetModel()
            return
        for row in changed:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(RUN_COLUMNS) - 1))

    def run_at(self, row: int) -> StoredRun:
        """The run in a row."""
        return self._runs[row]

    def search_text(self, row: int) -> str:
        """All texts of a row, its network and the name of its recipe, in lower case, for the search."""
        settings = self._runs[row].run.settings
        return "\n".join((*self._texts[row], settings.spec.summary, settings.recipe)).casefold()

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """The number of runs."""
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        """The number of columns."""
        return 0 if parent.isValid() else len(RUN_COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names and notes can be edited."""
        return EDITABLE if RUN_COLUMNS[index.column()].edited_field else FIXED

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """The text, colour, alignment, tooltip or sort key of a cell."""
        row, column = index.row(), index.column()
        if role == KEY_ROLE:
            return self._keys[row][column]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return " ".join(self._texts[row][column].split())
            case Qt.ItemDataRole.EditRole:
                return self._texts[row][column]
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if RUN_COLUMNS[column].is_number else LEFT
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(self._texts[row][column])
        return None

    def _colour(self, row: int, column: int) -> QColor | None:
        text = self._texts[row][column]
        is_error = RUN_COLUMNS[column].title == "State" and text in ("interrupted", "diverged")
        return self._error_colour if is_error else self._quiet if text == "–" else None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Emit `edited` for a new name or note; the table shows it after it was written to the log."""
        field, text = RUN_COLUMNS[index.column()].edited_field, str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not _is_valid(field, text):
            return False
        before, self._before_draft = self._before_draft, None
        if before is not None or text != self._texts[index.row()][index.column()]:
            self.edited.emit(self._runs[index.row()].run.id, field, text)
        return True

    def draft(self, index: Index, text: str) -> None:
        """Emit `edited` for a name or note that is still being typed."""
        field, text = RUN_COLUMNS[index.column()].edited_field, text.strip()
        if _is_valid(field, text):
            run = self._runs[index.row()].run.id
            self._before_draft = self._before_draft or _Text(run, field, self._texts[index.row()][index.column()])
            self.edited.emit(run, field, text)

    def end_edit(self) -> None:
        """Emit `edited` with the text from before, if the editor was closed without `setData`."""
        before, self._before_draft = self._before_draft, None
        if before is not None:
            self.edited.emit(*before)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """Titles and their tooltips."""
        if orientation == Qt.Orientation.Horizontal:
            match role:
                case Qt.ItemDataRole.DisplayRole:
                    return RUN_COLUMNS[section].title
                case Qt.ItemDataRole.ToolTipRole:
                    return f"{RUN_COLUMNS[section].tooltip} Click to sort."
                case Qt.ItemDataRole.TextAlignmentRole:
                    return RIGHT if RUN_COLUMNS[section].is_number else LEFT
        return None


def _is_valid(field: str, text: str) -> bool:
    """Whether a field of a run can be edited, and may have this text: a name is not empty."""
    return bool(field) and (field != "name" or bool(text))


class RunFilter(QSortFilterProxyModel):
    """Shows the runs that contain every word of a text, sorted by a column."""

    def __init__(self, table: RunTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._words: list[str] = []
        self.setSortRole(KEY_ROLE)
        self.setSourceModel(table)

    def set_text(self, text: str) -> None:
        """Show the runs that contain every word of `text`, in any column, ignoring case."""
        self._words = text.casefold().split()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Whether a run contains all words."""
        if not self._words:
            return True
        text = self._table.search_text(row)
        return all(word in text for word in self._words)
