"""The way of the Tab key through a window: what it visits, in which order, and whether the focus can be seen."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLayout, QTabBar, QTextBrowser, QWidget

from app.widgets.layouts.overlay import Overlay
from app.window.message_bar import MessageBar
from tests.app.contrast import CONTROL, changed_contrast, pixels_of
from tests.app.fitting import _name, shown_widgets

SLACK = 6
"""Pixels by which two neighbours may overlap, or two widgets of a row differ in height."""

MAX_WIDGETS, MAX_LINKS = 400, 200

MARGIN = 3
"""Pixels around a widget in which its focus may be shown."""


def visited(window: QWidget, first: QWidget) -> list[QWidget]:
    """The widgets that Tab visits, from `first` on, until it comes back."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
    found = [first]
    while len(found) < MAX_WIDGETS:
        present = window.focusWidget() or window
        QTest.keyClick(present, Qt.Key.Key_Tab)
        following = window.focusWidget()
        for _ in range(MAX_LINKS if isinstance(present, QTextBrowser) else 0):  # Tab goes through its links first
            if following is present:
                QTest.keyClick(present, Qt.Key.Key_Tab)
                following = window.focusWidget()
        assert following is not None
        assert following is not present, f"Tab stays in {_name(present)}"
        if following in found:
            return found
        found.append(following)
    raise AssertionError("Tab does not come back")


def not_visited(window: QWidget, way: list[QWidget]) -> list[str]:
    """The enabled controls that Tab should visit, and does not."""
    wanted = [
        widget
        for widget in shown_widgets(window)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled() and widget.focusProxy() is None
    ]
    return [_name(widget) for widget in wanted if widget not in way]


def steps_back(way: list[QWidget]) -> list[str]:
    """The steps of Tab that go up or to the left, one sentence each."""
    return [
        f"from {_name(one)} to {_name(other)}"
        for one, other in pairwise(way)
        if not (_is_overlay(one) or _is_overlay(other) or _comes_after(*_areas(one, other)))
    ]


def _is_overlay(widget: QWidget | None) -> bool:
    """Whether a widget is in a notice or message that lies over the page."""
    while widget is not None and not widget.isWindow():
        if widget.property("notice") or isinstance(widget, MessageBar | Overlay):
            return True
        widget = widget.parentWidget()
    return False


def _comes_after(one: QRect, other: QRect) -> bool:
    """Whether the eye reads `other` after `one`: it is below it, or to the right of it and not above it."""
    if one == other:
        return True
    is_below = other.top() >= one.bottom() - SLACK
    is_right = other.left() >= one.right() - SLACK and other.bottom() > one.top() + SLACK
    return is_below or is_right


def _areas(one: QWidget, other: QWidget) -> tuple[QRect, QRect]:
    """The areas of the two largest parts of the window that contain one of the widgets and not the other.

    So a column is left as a whole before the next one begins, wherever that one begins.
    """
    if one.isAncestorOf(other) or other.isAncestorOf(one):
        return QRect(), QRect()
    parent = one.parentWidget()
    while parent is not None and not parent.isAncestorOf(other):
        parent = parent.parentWidget()
    assert parent is not None
    children = [_child_of(parent, each) for each in (one, other)]
    areas = tuple(_filled(child).translated(child.mapTo(parent, QPoint(0, 0))) for child in children)
    layout = parent.layout()
    if layout is not None:
        layouts = [_layouts_to(layout, child) for child in children]
        for first, second in zip(*layouts, strict=False):
            if first is not second:
                return first.geometry(), second.geometry()
        return tuple(  # type: ignore[return-value]
            way[len(min(layouts, key=len))].geometry() if len(way) > len(min(layouts, key=len)) else area
            for way, area in zip(layouts, areas, strict=True)
        )
    return areas[0], areas[1]


def _filled(widget: QWidget) -> QRect:
    """The part of a widget that is not blank."""
    if isinstance(widget, QTabBar):
        return widget.tabRect(0) | widget.tabRect(widget.count() - 1)
    return widget.rect()


def _child_of(parent: QWidget, widget: QWidget) -> QWidget:
    """The child of `parent` that is or contains `widget`."""
    while (above := widget.parentWidget()) is not None and above is not parent:
        widget = above
    return widget


def _layouts_to(layout: QLayout, widget: QWidget) -> list[QLayout]:
    """The layouts from `layout` down to the one that has the widget."""
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        if item.widget() is widget:
            return [layout]
        inner = item.layout()
        if inner is not None and (found := _layouts_to(inner, widget)):
            return [layout, *found]
    return []


def unseen_focus(window: QWidget, way: list[QWidget]) -> list[str]:
    """The widgets that do not show clearly that they have the focus."""
    found = []
    for widget, next_one in zip(way, [*way[1:], way[0]], strict=True):
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        area = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        area &= window.rect()
        if widget.visibleRegion().isEmpty():
            continue
        focused = pixels_of(window.grab(area).toImage())
        next_one.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        if (
            QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
            & (window.rect())
            != area
        ):
            continue  # the page has scrolled
        contrast = changed_contrast(pixels_of(window.grab(area).toImage()), focused)
        if contrast < CONTROL:
            found.append(f"{_name(widget)}: {contrast:.2f}")
    return found
