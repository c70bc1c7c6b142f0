"""Functions for labels, buttons, layouts and announcements, which most widgets of the app use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.style.icons import follow_font
from app.style.theme import GAP, PAGE_MARGIN
from app.widgets.plain_text import TextLabel, plain_tooltip

BoxLayout = TypeVar("BoxLayout", bound=QBoxLayout)


def text_label(text: str = "", style: str = "", *, wraps: bool = True) -> QLabel:
    """A label that shows its text literally, not as HTML; `style`: a property of the style sheet, such as "quiet"."""
    label = TextLabel(text)
    label.setWordWrap(wraps)
    if style:
        label.setProperty(style, True)
    return label


def set_style(widget: QWidget, style: str, *, enabled: bool) -> None:
    """Set a property of the style sheet, such as "error", and let the style sheet apply it."""
    if bool(widget.property(style)) != enabled:
        widget.setProperty(style, enabled)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def reserve_place(widget: QWidget, is_reserved: bool = True) -> None:
    """Let the layout keep the place of a widget while it is hidden, so that nothing moves when it appears, or not."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(is_reserved)
    widget.setSizePolicy(policy)


def push_button(text: str, tooltip: str, on_click: Callable[..., object] | SignalInstance) -> QPushButton:
    """A button with a tooltip; `on_click`: the slot or the signal that a click calls."""
    button = QPushButton(text)
    button.setToolTip(tooltip)
    button.clicked.connect(on_click)
    return button


def small_button(text: str, on_click: Callable[..., object]) -> QToolButton:
    """A button no higher than a line of text needs, beside a sentence; `enable` sets its tooltip."""
    button = QToolButton()
    button.setText(text)
    button.setProperty("plain", True)
    button.clicked.connect(on_click)
    return button


def enable(button: QAbstractButton, tooltip: str, obstacle: str) -> None:
    """Enable a button; if there is an `obstacle`, a sentence, disable it and show that as its tooltip instead."""
    button.setEnabled(not obstacle)
    button.setToolTip(plain_tooltip(obstacle or tooltip))


def close_button(purpose: str, on_click: Callable[..., object] | SignalInstance) -> QToolButton:
    """A small button with a cross; `purpose`: its tooltip and accessible name, such as "Close this message"."""
    button = QToolButton()
    button.setText("✕")
    button.setAutoRaise(True)
    button.setToolTip(purpose)
    button.setAccessibleName(purpose)
    button.clicked.connect(on_click)
    return button


def action_button(action: QAction, *, shows_text: bool = True) -> QToolButton:
    """A tool button for `action`; a click on it does not take the focus from the canvas."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    button.setProperty("plain", True)
    style = Qt.ToolButtonStyle
    button.setToolButtonStyle(style.ToolButtonTextBesideIcon if shows_text else style.ToolButtonIconOnly)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    follow_font(button)
    return button


def without_margins(layout: BoxLayout, spacing: int = GAP) -> BoxLayout:
    """Remove the margins of `layout`, set the spacing in pixels, and return it."""
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    return layout


def row_of(*widgets: QWidget, spacing: int = GAP) -> QHBoxLayout:
    """A layout with these widgets from left to right."""
    return _filled(QHBoxLayout(), widgets, spacing)


def column_of(*widgets: QWidget, spacing: int = GAP) -> QVBoxLayout:
    """A layout with these widgets from top to bottom."""
    return _filled(QVBoxLayout(), widgets, spacing)


def bar_layout(bar: QWidget, message: QWidget, *buttons: QWidget) -> None:
    """Lay out a notice: its message takes the space that the buttons at its right leave."""
    layout = row_of(message, *buttons)
    layout.setContentsMargins(PAGE_MARGIN, GAP // 2, PAGE_MARGIN, GAP // 2)
    layout.setStretchFactor(message, 1)
    bar.setLayout(layout)


def _filled(layout: BoxLayout, widgets: tuple[QWidget, ...], spacing: int) -> BoxLayout:
    for widget in widgets:
        layout.addWidget(widget)
    return without_margins(layout, spacing)


def announce(widget: QWidget, sentence: str, urgent: bool = False) -> None:
    """Let a screen reader speak `sentence` for `widget`; `urgent` interrupts what it is speaking."""
    event = QAccessibleAnnouncementEvent(widget, sentence)
    level = QAccessible.AnnouncementPoliteness
    event.setPoliteness(level.Assertive if urgent else level.Polite)
    QAccessible.updateAccessibility(event)
