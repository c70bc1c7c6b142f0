"""The Mistakes page: confusion matrix, images of a cell, and one enlarged image."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.style.theme import GAP, GROUP_GAP
from app.tabs.evaluate.confusion_view import ConfusionView
from app.tabs.evaluate.detail_view import DetailView
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.widgets.elements import push_button, row_of, text_label
from app.widgets.gallery import Gallery
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.layouts.vertical_scroll import VerticalScroll

NO_MISREAD_IMAGE = "No image was misread. Open a cell of the table to see its images."
NO_IMAGES_IN_CELL = "This cell has no images."
MISTAKE_ORDERS = ("most certain first", "least certain first")


class MistakesPage(QWidget):
    """Shows an EvaluationResult; `explanation_requested` carries the row of the image to explain."""

    explanation_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: EvaluationResult | None = None
        self._cell: tuple[int, int] | None = None
        self.matrix = ConfusionView()
        self.gallery = Gallery()
        self.detail = DetailView()
        self.list_title, self.empty_label = text_label(style="group", wraps=False), text_label(style="quiet")
        self.order = QComboBox()
        self.order.addItems(MISTAKE_ORDERS)
        self.order.setToolTip("Sort by the confidence of the answer.")
        self.order.setAccessibleName("Order of the images")
        misread_tip = "Show all misread images, not only those of one cell."
        self.misread_button = push_button("All &misread", misread_tip, self.show_misread)
        self._group = QButtonGroup(self)
        self.counts_button, self.fractions_button = self._toggle_buttons("Counts", "Per cent")
        self.matrix.cell_opened.connect(self.open_cell)
        self.order.currentIndexChanged.connect(self._update_list)
        self.gallery.chosen.connect(self.show_image)
        self.gallery.doubleClicked.connect(self.detail.draw_button.click)
        self._compose()
        self._update_list()

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
        self._update_list()
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
        self._update_list()
        if len(self.gallery.rows):
            self.gallery.choose(int(self.gallery.rows[0]))

    @Slot()
    def show_misread(self) -> None:
        """List all misread images."""
        self._cell = None
        self.matrix.clearSelection()
        self._update_list()

    @Slot(int)
    def show_image(self, row: int) -> None:
        """Enlarge an image of the data, listed or not."""
        self.detail.show_image(self.result, row)
        self.explanation_requested.emit(row)

    @Slot()
    def _update_list(self) -> None:
        rows = np.empty(0, np.intp)
        title, empty = "Images", "No evaluation yet."
        if self.result is not None:
            predictions, names = self.result.predictions, self.result.predictions.class_names
            if self._cell is None:
                rows, title, empty = predictions.misread(), "Misread", NO_MISREAD_IMAGE
            else:
                true, read = self._cell
                rows, empty = predictions.rows_of(true, read), NO_IMAGES_IN_CELL
                title = f"{names[true]} read as {names[read]}"
            title = f"{title} ({len(rows):,})"
        self.list_title.setText(title)
        self.empty_label.setText(empty)
        self.empty_label.setVisible(not len(rows))
        self.gallery.setVisible(bool(len(rows)))
        self.misread_button.setVisible(self._cell is not None)
        self.gallery.show_rows(self.result, rows[::-1] if self.order.currentIndex() else rows)

    def _toggle_buttons(self, *texts: str) -> list[QToolButton]:
        buttons = []
        for text, tooltip in zip(
            texts,
            ("Show the number of images in each cell.", "Show each cell in per cent of its row."),
            strict=True,
        ):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setToolTip(tooltip)
            self._group.addButton(button)
            buttons.append(button)
        buttons[0].setChecked(True)
        buttons[1].toggled.connect(self.matrix.show_fractions)
        return buttons

    def _compose(self) -> None:
        axes = text_label("Rows: true. Columns: read as.", "quiet", wraps=False)
        axes.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        figures = QWidget()
        figures.setLayout(row_of(self.counts_button, self.fractions_button))
        head = FlowLayout(axes, figures)
        list_head = FlowLayout(self.order, self.misread_button)
        left, middle = QVBoxLayout(), QVBoxLayout()
        left.addLayout(head)
        left.addWidget(self.matrix, 1)
        middle.addWidget(self.list_title)
        middle.addLayout(list_head)
        middle.addWidget(self.gallery, 100)
        middle.addWidget(self.empty_label)
        middle.addStretch(1)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, GAP, 0, 0)
        page.setSpacing(GROUP_GAP)
        for column in (left, middle):
            column.setSpacing(GAP)
        page.addLayout(left, 10)
        page.addLayout(middle, 9)
        page.addWidget(VerticalScroll(self.detail), 10)
