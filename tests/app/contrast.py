"""What is too faint in a window, measured on its pixels: texts, edges of controls, and selected rows (WCAG 2.1, AA)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QTabBar,
    QToolButton,
    QTreeView,
    QWidget,
)

from app.widgets.large_digit import LargeDigit
from tests.app.fitting import _name, shown_widgets

TEXT, CONTROL = 4.5, 3.0
"""The lowest contrasts: of texts; and of what identifies a control, of disabled and of very large texts."""

EDGE = 4
"""Pixels at the edge of a control in which its border must be."""

Pixels = NDArray[np.uint8]


def faint_parts(page: QWidget) -> list[str]:
    """All that is too faint in `page`, one sentence each."""
    picture = pixels_of(page.grab().toImage())
    return [
        f"{what} of {_name(widget)} has a contrast of {found:.2f}, needs {needed}"
        for widget, what, area, needed in _measured(page)
        if (found := strongest_contrast(_cut(picture, area))) < needed
    ]


def pixels_of(image: QImage) -> Pixels:
    """The colours (height, width, 3) of an image."""
    image = image.convertToFormat(QImage.Format.Format_RGBX8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)[..., :3].copy()


def luminances(colours: Pixels) -> NDArray[np.float64]:
    """Relative luminance of each colour, WCAG 2.1."""
    fraction = colours / 255
    linear = np.where(fraction <= 0.03928, fraction / 12.92, ((fraction + 0.055) / 1.055) ** 2.4)
    luminance: NDArray[np.float64] = linear @ np.array((0.2126, 0.7152, 0.0722))
    return luminance


def strongest_contrast(area: Pixels) -> float:
    """The contrast of an area's most frequent colour, its background, with the colour that differs most from it."""
    colours, counts = np.unique(area.reshape(-1, 3), axis=0, return_counts=True)
    if len(colours) < 2:
        return 1.0
    luminance = luminances(colours) + 0.05
    ground = luminance[counts.argmax()]
    return float(np.maximum(luminance / ground, ground / luminance).max())


def changed_contrast(before: Pixels, after: Pixels) -> float:
    """The strongest contrast of a pixel with the same pixel before; 1 if nothing has changed."""
    one, other = luminances(before) + 0.05, luminances(after) + 0.05
    return float(np.maximum(one / other, other / one).max(initial=1.0))


def _cut(picture: Pixels, area: QRect) -> Pixels:
    return picture[max(0, area.top()) : area.bottom() + 1, max(0, area.left()) : area.right() + 1]


def _measured(page: QWidget) -> Iterator[tuple[QWidget, str, QRect, float]]:
    """What to measure: the widget, the part of it, its area in `page`, and the lowest contrast."""
    for widget in shown_widgets(page):
        corner, visible = widget.mapTo(page, QPoint(0, 0)), widget.visibleRegion().boundingRect()
        for what, area, needed in _parts(widget):
            seen = area & visible
            is_whole = seen.height() >= min(area.height(), widget.fontMetrics().height()) and seen.width() >= EDGE
            if is_whole:
                yield widget, what, seen.translated(corner), needed
        if widget.isEnabled() and visible == widget.rect() and not _is_covered(widget, page):
            for what, area in _edges(widget):
                yield widget, what, area.translated(corner), CONTROL


def _is_covered(widget: QWidget, page: QWidget) -> bool:
    """Whether a notice lies over a part of the widget."""
    area = QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())
    notices = [each for each in shown_widgets(page) if each.property("notice") and not each.isAncestorOf(widget)]
    return any(area.intersects(QRect(each.mapTo(page, QPoint(0, 0)), each.size())) for each in notices)


def _parts(widget: QWidget) -> Iterator[tuple[str, QRect, float]]:
    """The parts of a widget: what it is, its area in the widget, and the lowest contrast."""
    is_large = isinstance(widget, LargeDigit)
    text = TEXT if widget.isEnabled() and not is_large else CONTROL
    inner = widget.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
    if isinstance(widget, QLabel) and widget.text().strip():
        yield "the text", widget.contentsRect(), text
    elif isinstance(widget, QLineEdit) and (widget.text() or widget.placeholderText()):
        yield "the text", inner, text
    elif isinstance(widget, QComboBox) and widget.currentText():
        yield "the text", inner.adjusted(0, 0, -2 * widget.fontMetrics().height(), 0), text
    elif isinstance(widget, QTabBar):
        for number in range(widget.count()):
            yield f"tab “{widget.tabText(number)}”", widget.tabRect(number).adjusted(0, 0, 0, -EDGE), text
    elif isinstance(widget, QAbstractButton) and widget.text():
        yield "the text", inner, text
    elif isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
        yield from _rows(widget)


def _edges(widget: QWidget) -> Iterator[tuple[str, QRect]]:
    """The left edge of a control with what is beside it: it shows where the control is."""
    height = widget.height()
    if isinstance(widget, QCheckBox):
        option = QStyleOptionButton()
        widget.initStyleOption(option)
        yield "the box", widget.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, widget)
    elif isinstance(widget, QLineEdit | QComboBox | QPushButton) or (
        isinstance(widget, QToolButton) and widget.property("plain")
    ):
        yield "the edge", QRect(-EDGE, height // 2 - 1, 2 * EDGE, 3)


def _rows(view: QAbstractItemView) -> Iterator[tuple[str, QRect, float]]:
    """The texts of the rows that are seen, and the mark of a selected row."""
    model, corner = view.model(), view.viewport().pos()
    if model is None:
        return
    for row in range(min(model.rowCount(), 50)):
        for column in range(model.columnCount() if not isinstance(view, QListView) else 1):
            index = model.index(row, column)
            place = view.visualRect(index)
            if not view.viewport().rect().contains(place):
                continue
            has_text = view.itemDelegateForColumn(column) is None or isinstance(view, QListView)
            if has_text and str(model.data(index, Qt.ItemDataRole.DisplayRole) or "").strip():
                text = place.adjusted(EDGE, 0, 0, 0).translated(corner)
                yield f"row {row}, column {column}", text, TEXT
            if _marks_rows(view) and column == 0 and view.selectionModel().isSelected(index):
                row_start = QRect(0, place.center().y() - 1, place.left() + EDGE, 3)
                yield f"the mark of row {row}", row_start.translated(corner), CONTROL
    if isinstance(view, QTreeView):
        for row in range(model.rowCount(QModelIndex())):
            parent = model.index(row, 0)
            for child in range(min(20, model.rowCount(parent))):
                place = view.visualRect(model.index(child, 0, parent)) & view.viewport().rect()
                if place.height() >= view.fontMetrics().height():
                    yield f"row {row}.{child}", place.translated(corner), TEXT


def _marks_rows(view: QAbstractItemView) -> bool:
    """Whether a selected row has a mark at its left edge, not a frame."""
    return view.selectionBehavior() == QAbstractItemView.SelectionBehavior.SelectRows or not (
        isinstance(view, QListView) and view.viewMode() == QListView.ViewMode.IconMode
    )
