"""The table view of runs."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.background.throttle import SAVE_MILLISECONDS, Throttle
from app.storage.run_store import StoredRun
from app.style.theme import GAP, SMALL_SCALE, colours_of
from app.tabs.runs.run_columns import RUN_COLUMNS, SPARKLINE_COLUMN
from app.tabs.runs.run_table import RunFilter, RunTable
from app.tabs.runs.sparklines import SparklineDelegate, Sparklines
from app.widgets.pictures.focus_border import FocusBorder
from app.widgets.selection_mark import mark_selected
from app.widgets.table_style import TEXT_MARGIN, table_style
from nncore.experiments.run_log.logged_run import LoggedRun

_TITLES = [column.title for column in RUN_COLUMNS]

STARTED_COLUMN = _TITLES.index("Started")
"""The index of the column with the start of a run."""

COURSE_COLUMN = _TITLES.index(SPARKLINE_COLUMN)
"""The index of the column with a small curve of the run."""


class DraftDelegate(QStyledItemDelegate):
    """Edits a cell; `throttle` is due while something is typed, and then `draft` is what the cell contains."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self.throttle = Throttle(SAVE_MILLISECONDS, self)
        self._index = QPersistentModelIndex()
        self._text = ""

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """The usual editor of a text, whose changes are noted."""
        editor = super().createEditor(parent, option, index)
        if isinstance(editor, QLineEdit):
            self._index, self._text = QPersistentModelIndex(index), str(index.data(Qt.ItemDataRole.EditRole))
            editor.textEdited.connect(self._note)
        return editor

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the cell, and in the first column the mark of a selected row."""
        super().paint(painter, option, index)
        is_first = self._view.horizontalHeader().visualIndex(index.column()) == 0
        if is_first and option.state & QStyle.StateFlag.State_Selected:
            mark_selected(painter, option.rect, colours_of(self._view))

    @property
    def draft(self) -> tuple[QPersistentModelIndex, str]:
        """The cell that is edited, and its text so far."""
        return self._index, self._text

    @Slot(str)
    def _note(self, text: str) -> None:
        self._text = text
        self.throttle.request()


class RunView(QTableView):
    """Sorts by a clicked title, selects several rows, edits names and notes in place."""

    runs_selected = Signal()
    """The selection has changed."""
    delete_requested = Signal()
    """Delete the selected runs."""
    undo_requested = Signal()
    """Restore the runs that were deleted last."""

    def __init__(self, table: RunTable, sparklines: Sparklines, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table, self.filter = table, RunFilter(table, self)
        self.setModel(self.filter)
        self.drafts = DraftDelegate(self)
        self.drafts.throttle.due.connect(self._keep_draft)
        self.setItemDelegate(self.drafts)
        self.sparklines = sparklines
        self.setItemDelegateForColumn(COURSE_COLUMN, SparklineDelegate(sparklines, self, self._run_at))
        sparklines.loaded.connect(self.viewport().update)
        self.setSortingEnabled(True)
        self.sortByColumn(STARTED_COLUMN, Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Runs")
        FocusBorder(self)
        self.setAccessibleDescription("One run per row. F2 edits a name or note, Delete deletes, Ctrl+Z restores.")
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setStretchLastSection(True)
        for key, signal, purpose in (
            (QKeySequence(Qt.Key.Key_Delete), self.delete_requested, "Delete the selected runs"),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo_requested, "Restore the deleted runs"),
        ):
            shortcut = QShortcut(key, self)
            shortcut.setWhatsThis(purpose)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(signal)
        self._apply_style()

    # --------------------------------------------------------------- selection

    def _run_at(self, index: QModelIndex | QPersistentModelIndex) -> LoggedRun:
        return self.table.run_at(self.filter.mapToSource(index).row()).run

    def selected_runs(self) -> list[StoredRun]:
        """The runs whose rows are selected, in the order shown."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.table.run_at(self.filter.mapToSource(self.filter.index(row, 0)).row()) for row in rows]

    def select_runs(self, runs: set[int]) -> None:
        """Select the runs with these numbers, if they are shown."""
        wanted = QItemSelection()
        for row in range(self.filter.rowCount()):
            index = self.filter.index(row, 0)
            if self.table.run_at(self.filter.mapToSource(index).row()).run.id in runs:
                wanted.select(index, index)
        how = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(wanted, how)

    @property
    def is_editing(self) -> bool:
        """Whether a name or note is being edited."""
        return self.state() == QAbstractItemView.State.EditingState

    @Slot(QItemSelection, QItemSelection)
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Emit `runs_selected`."""
        super().selectionChanged(selected, deselected)
        self.runs_selected.emit()

    # ----------------------------------------------------------------- editing

    @Slot()
    def _keep_draft(self) -> None:
        index, text = self.drafts.draft
        if self.is_editing and index.isValid():
            self.table.draft(self.filter.mapToSource(index), text)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Close the editor; if its text was not accepted, as after Esc, restore the text from before."""
        super().closeEditor(editor, hint)
        self.table.end_edit()

    # ------------------------------------------------------------------- style

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._apply_style()

    def _apply_style(self) -> None:
        colours, metrics, header = colours_of(self), self.fontMetrics(), self.horizontalHeader()
        self.table.set_colours(colours)
        style = table_style(self)
        if style != self.styleSheet():  # setting it sends another style change
            self.setStyleSheet(style)
        self.verticalHeader().setDefaultSectionSize(metrics.height() + GAP)
        self.verticalHeader().setMinimumSectionSize(metrics.height() + GAP)
        for index, column in enumerate(RUN_COLUMNS):
            title = round(metrics.horizontalAdvance(f"{column.title} ▾") * SMALL_SCALE)
            widest = max(metrics.horizontalAdvance(column.sample), title)
            header.resizeSection(index, widest + 2 * (GAP + TEXT_MARGIN))
        self.viewport().update()
