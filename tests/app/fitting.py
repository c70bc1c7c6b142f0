"""What does not fit in a window: cut texts, and widgets that overlap. Scrolled content counts as visible."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionHeader,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.widgets.layouts.overlay import Overlay
from app.widgets.plain_text import ElidedLabel, ReservedLabel
from app.window.message_bar import MessageBar

SLACK = 1
"""Pixels that rounding may take."""


def problems(page: QWidget) -> list[str]:
    """All that does not fit in `page`, one sentence each."""
    return [*cut_texts(page), *outside_their_parents(page), *overlaps(page), *too_wide(page)]


def shown_widgets(page: QWidget) -> list[QWidget]:
    """`page` and all widgets in it that are shown, in the order of their creation."""
    inside = [
        each for each in page.findChildren(QWidget) if each.isVisibleTo(page) and not _is_of_another_window(each, page)
    ]
    return [page, *inside]


def cut_texts(page: QWidget) -> list[str]:
    """The widgets whose text needs more space than they have."""
    return [
        f"{_name(widget)} has {widget.width()} x {widget.height()} pixels, needs {needed}"
        for widget in shown_widgets(page)
        if (needed := _lack(widget))
    ]


def outside_their_parents(page: QWidget) -> list[str]:
    """The widgets that reach beyond their parent, which cuts them, unless the parent scrolls."""
    found = []
    for widget in shown_widgets(page)[1:]:
        parent = widget.parentWidget()
        if parent is None or isinstance(parent.parentWidget(), QAbstractScrollArea) or not _is_content(widget):
            continue
        if not parent.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(widget.geometry()):
            found.append(
                f"{_name(widget)} at {_numbers(widget.geometry())} is outside {_name(parent)} {_numbers(parent.rect())}"
            )
    return found


def too_wide(page: QWidget) -> list[str]:
    """The scrolled pages that are wider than the place for them: reading them would need two scroll bars."""
    return [
        f"{_name(content)} is {content.width()} pixels wide, its place {area.viewport().width()}"
        for area in shown_widgets(page)
        if isinstance(area, QScrollArea)
        and (content := area.widget()) is not None
        and content.width() > area.viewport().width() + SLACK
    ]


def overlaps(page: QWidget) -> list[str]:
    """The pairs of widgets with the same parent that cover each other."""
    return [
        f"{_name(one)} at {_numbers(one.geometry())} overlaps {_name(other)} at {_numbers(other.geometry())}"
        for parent in shown_widgets(page)
        for one, other in _pairs(
            [each for each in parent.children() if isinstance(each, QWidget) and _is_content(each)]
        )
        if one.isVisibleTo(page) and other.isVisibleTo(page) and one.geometry().intersects(other.geometry())
    ]


def _pairs(widgets: list[QWidget]) -> Iterator[tuple[QWidget, QWidget]]:
    for number, one in enumerate(widgets):
        for other in widgets[number + 1 :]:
            yield one, other


def _is_of_another_window(widget: QWidget, page: QWidget) -> bool:
    return widget.window() is not page.window() or (widget.isWindow() and widget is not page)


def _is_content(widget: QWidget) -> bool:
    """Whether it is placed by us: not a part of Qt's own widgets, nor laid over others on purpose."""
    parent = widget.parentWidget()
    overlay = widget.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents) or widget.property("notice")
    overlay = overlay or isinstance(widget, MessageBar | Overlay)
    is_part = isinstance(parent, QAbstractScrollArea | QComboBox | QLineEdit | QTabBar | QHeaderView)
    return not (overlay or is_part or widget.isWindow() or widget.objectName().startswith("qt_"))


def _lack(widget: QWidget) -> str:
    """What a widget would need to show its whole text; "" if it does."""
    if isinstance(widget, ElidedLabel | ReservedLabel):
        return ""  # its tool tip has the whole text
    if isinstance(widget, QLabel):
        return _lack_of_label(widget)
    if isinstance(widget, QComboBox):
        return _lack_of_combo(widget)
    if isinstance(widget, QTabBar):
        return _lack_of_tabs(widget)
    if isinstance(widget, QHeaderView):
        return _lack_of_header(widget)
    if isinstance(widget, QLineEdit):
        return _lack_of_edit(widget)
    if isinstance(widget, QAbstractButton) and widget.text() and not isinstance(widget.parentWidget(), QTabBar):
        needed = widget.sizeHint() if isinstance(widget, QPushButton | QToolButton) else widget.minimumSizeHint()
        if widget.width() < needed.width() - SLACK or widget.height() < needed.height() - SLACK:
            return f"{needed.width()} x {needed.height()}"
    return ""


def _lack_of_label(label: QLabel) -> str:
    if not label.text():
        return ""
    if not label.wordWrap():
        needed = label.sizeHint()
        fits = label.width() >= needed.width() - SLACK and label.height() >= needed.height() - SLACK
        return "" if fits else f"{needed.width()} x {needed.height()}"
    area = label.contentsRect()
    if area.width() <= 0:
        return "more than nothing"
    used = label.fontMetrics().boundingRect(
        QRect(0, 0, area.width(), 10_000), int(Qt.TextFlag.TextWordWrap | label.alignment()), label.text()
    )
    fits = used.width() <= area.width() + SLACK and used.height() <= area.height() + SLACK
    return "" if fits else f"{used.width()} x {used.height()}"


def _lack_of_combo(combo: QComboBox) -> str:
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    field = combo.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
    )
    needed = combo.fontMetrics().horizontalAdvance(combo.currentText())
    return "" if needed <= field.width() + SLACK else f"{needed} for “{combo.currentText()}”, not {field.width()}"


def _lack_of_edit(edit: QLineEdit) -> str:
    """A field scrolls, so only short texts and hints must be visible as a whole."""
    text = edit.text() or edit.placeholderText()
    needed = edit.fontMetrics().horizontalAdvance(text)
    room = edit.contentsRect().width() - 2 * (edit.width() - edit.contentsRect().width())
    if len(text) > 10 and edit.text():
        return ""
    return "" if needed <= edit.width() - 12 or room >= needed else f"{needed} for “{text}”"


def _lack_of_tabs(bar: QTabBar) -> str:
    hidden = [
        bar.tabText(number)
        for number in range(bar.count())
        if bar.isTabVisible(number) and not bar.rect().adjusted(0, 0, SLACK, SLACK).contains(bar.tabRect(number))
    ]
    return f"space for {', '.join(hidden)}" if hidden else ""


def _lack_of_header(header: QHeaderView) -> str:
    if header.orientation() is not Qt.Orientation.Horizontal:
        return ""
    narrow = [
        str(header.model().headerData(number, header.orientation()))
        for number in range(header.count())
        if not header.isSectionHidden(number) and _is_narrow(header, number)
    ]
    return f"wider columns for {', '.join(narrow)}" if narrow else ""


def _is_narrow(header: QHeaderView, number: int) -> bool:
    """Whether the title of a column does not fit beside the arrow that shows the order."""
    option = QStyleOptionHeader()
    header.initStyleOption(option)
    option.section = number
    option.rect = QRect(0, 0, header.sectionSize(number), header.height())
    if header.isSortIndicatorShown() and header.sortIndicatorSection() == number:
        option.sortIndicator = QStyleOptionHeader.SortIndicator.SortDown
    room = header.style().subElementRect(QStyle.SubElement.SE_HeaderLabel, option, header).width()
    title = str(header.model().headerData(number, header.orientation()))
    return header.fontMetrics().horizontalAdvance(title) > room + SLACK


def _name(widget: QWidget) -> str:
    read = getattr(widget, "text", "")
    text = read() if callable(read) else read
    named = widget.accessibleName() or widget.objectName() or (text if isinstance(text, str) else "")
    place = widget.mapTo(widget.window(), QPoint(0, 0))
    return f"{type(widget).__name__} “{named[:40]}” at {place.x()}, {place.y()}"


def _numbers(area: QRect) -> str:
    return f"({area.x()}, {area.y()}, {area.width()} x {area.height()})"
