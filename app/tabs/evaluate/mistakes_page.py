"""The Mistakes page: confusion matrix, images of a cell, and one enlarged image."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.style.theme import GAP, GROUP_GAP
from app.tabs.evaluate.confusion_view import ConfusionView
from app.tabs.evaluate.detail_view import DetailView
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.tabs.evaluate.gallery import Gallery

ALL_RIGHT = "No image was misread. Open a cell of the table to see its images."
NONE_SUCH = "This cell has no images."
ORDERS = ("most certain first", "least certain first")


class MistakesPage(QWidget):
    """Shows an EvaluationResult; `explanation_requested` carries the row of the image to explain."""

    explanation_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: EvaluationResult | None = None
        self._cell: tuple[int, int] | None = None
        self.matrix, self.gallery, self.detail = ConfusionView(), Gallery(), DetailView()
        self.list_title, self.empty = QLabel(), QLabel()
        self.list_title.setProperty("group", True)
        self.list_title.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setProperty("quiet", True)
        self.empty.setWordWrap(True)
        self.order = QComboBox()
        self.order.addItems(ORDERS)
        self.order.setToolTip("Sort by the confidence of the answer.")
        self.order.setAccessibleName("Order of the images")
        self.misread_button = QPushButton("All &misread")
        self.misread_button.setToolTip("Show all misread images, not only those of one cell.")
        self.counts_button, self.shares_button = self._toggle("Counts", "Shares")
        self.matrix.cell_opened.connect(self.open_cell)
        self.misread_button.clicked.connect(self.show_misread)
        self.order.currentIndexChanged.connect(self._list)
        self.gallery.chosen.connect(self.show_image)
        self.gallery.doubleClicked.connect(self.detail.draw_button.click)
        self._compose()
        self._list()

    def show_result(self, result: EvaluationResult) -> None:
        """Show `result`; an open cell and, for the same data, the image stay."""
        before, row = self.result, self.detail.row
        same_data = before is not None and before.dataset is result.dataset
        self.result = result
        if not same_data:
            self._cell = None
            self.matrix.clearSelection()
            self.detail.show_image(None, -1)
        self.matrix.set_counts(result.predictions.confusion, result.predictions.class_names)
        self._list()
        if not same_data or row < 0:
            row = int(self.gallery.rows[0]) if len(self.gallery.rows) else -1
        if row >= 0:
            self.gallery.choose(row)
            if self.detail.result is not result:  # it is no longer listed, but stays open
                self.show_image(row)

    @Slot(int, int)
    def open_cell(self, true: int, read: int) -> None:
        """List the images of class `true` that were read as `read`, and enlarge the first."""
        self._cell = (true, read)
        self.matrix.select_cell(true, read)
        self._list()
        if len(self.gallery.rows):
            self.gallery.choose(int(self.gallery.rows[0]))

    @Slot()
    def show_misread(self) -> None:
        """List all misread images."""
        self._cell = None
        self.matrix.clearSelection()
        self._list()

    @Slot(int)
    def show_image(self, row: int) -> None:
        """Enlarge an image of the data, listed or not."""
        self.detail.show_image(self.result, row)
        self.explanation_requested.emit(row)

    @Slot()
    def _list(self) -> None:
        rows = np.empty(0, np.intp)
        title, empty = "Images", "No evaluation yet."
        if self.result is not None:
            predictions, names = self.result.predictions, self.result.predictions.class_names
            if self._cell is None:
                rows, title, empty = predictions.misread(), "Misread", ALL_RIGHT
            else:
                true, read = self._cell
                rows, empty = predictions.rows_of(true, read), NONE_SUCH
                title = f"{names[true]} read as {names[read]}"
            title = f"{title} ({len(rows):,})"
        self.list_title.setText(title)
        self.empty.setText(empty)
        self.empty.setVisible(not len(rows))
        self.gallery.setVisible(bool(len(rows)))
        self.misread_button.setVisible(self._cell is not None)
        self.gallery.show_rows(self.result, rows[::-1] if self.order.currentIndex() else rows)

    def _toggle(self, *words: str) -> list[QToolButton]:
        self._group = QButtonGroup(self)
        buttons = []
        for word, tooltip in zip(
            words,
            ("Show the number of images in each cell.", "Show each cell in per cent of its row."),
            strict=True,
        ):
            button = QToolButton()
            button.setText(word)
            button.setCheckable(True)
            button.setToolTip(tooltip)
            self._group.addButton(button)
            buttons.append(button)
        buttons[0].setChecked(True)
        buttons[1].toggled.connect(self.matrix.show_shares)
        return buttons

    def _compose(self) -> None:
        head, list_head = QHBoxLayout(), QHBoxLayout()
        axes = QLabel("Rows: true. Columns: read as.")
        axes.setProperty("quiet", True)
        head.addWidget(axes, 1)
        head.addWidget(self.counts_button)
        head.addWidget(self.shares_button)
        list_head.addWidget(self.order)
        list_head.addWidget(self.misread_button)
        list_head.addStretch()
        left, middle = QVBoxLayout(), QVBoxLayout()
        left.addLayout(head)
        left.addWidget(self.matrix, 1)
        middle.addWidget(self.list_title)
        middle.addLayout(list_head)
        middle.addWidget(self.gallery, 100)
        middle.addWidget(self.empty)
        middle.addStretch(1)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GROUP_GAP)
        for column in (head, list_head, left, middle):
            column.setSpacing(GAP)
        page.addLayout(left, 10)
        page.addLayout(middle, 9)
        page.addWidget(_VerticalScroll(self.detail), 10)


class _VerticalScroll(QScrollArea):
    """Scrolls a widget vertically: large fonts need more height than a small screen has."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(widget)
        self._inside = widget

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Update the layout when the inner widget needs another width, which Qt does not."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        """As wide as the inner widget, at any height."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._inside.minimumSizeHint().width() + bar, super().minimumSizeHint().height())
