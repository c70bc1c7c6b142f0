"""The keys F1 and Shift+F1: the guide at the page of what has the focus, and what the control with the focus does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWhatsThis, QWidget

from app.dialogs.help.guide_pages import FIRST_PAGE

if TYPE_CHECKING:  # the guide is imported when it is opened
    from app.dialogs.help.guide_window import GuideWindow

_PAGE = "guide_page"
_FROM_TOOL_TIP = "whats_this_from_tool_tip"


def set_guide_page(widget: QWidget, page: str) -> None:
    """Let F1 open `page`, one of `guide_pages.GUIDE_PAGES`, while the focus is in `widget`."""
    widget.setProperty(_PAGE, page)


def guide_page_of(widget: QWidget | None) -> str:
    """The page of the nearest widget that has one, from `widget` up to its window; the first page if none has."""
    while widget is not None:
        page = widget.property(_PAGE)
        if isinstance(page, str):
            return page
        widget = None if widget.isWindow() else widget.parentWidget()
    return FIRST_PAGE


def add_help_keys(dialog: QWidget, page: str) -> None:
    """Let F1 and Shift+F1 work in a dialog; `page`: the page of the guide that is about it."""
    set_guide_page(dialog, page)
    QShortcut(QKeySequence.StandardKey.HelpContents, dialog, lambda: show_guide(dialog, page)).setWhatsThis("The guide")
    add_whats_this_key(dialog)


def add_whats_this_key(window: QWidget) -> None:
    """Let Shift+F1 explain the control that has the focus in `window`."""
    shortcut = QShortcut(QKeySequence.StandardKey.WhatsThis, window, lambda: explain_focus(window))
    shortcut.setWhatsThis("What the control with the focus does")


def show_guide(window: QWidget, page: str) -> GuideWindow:
    """Show a page of the guide beside `window`. There is one guide for all windows, but a modal dialog has its own."""
    from app.dialogs.help.guide_window import GuideWindow

    owner = window
    while not owner.isModal() and (parent := owner.parentWidget()) is not None:
        owner = parent.window()
    of_owner = Qt.FindChildOption.FindDirectChildrenOnly
    guide = owner.findChild(GuideWindow, options=of_owner) or GuideWindow(owner)
    guide.open_page(page)
    guide.show()
    guide.activateWindow()
    return guide


def help_text(widget: QWidget) -> str:
    """What a control does: its what's-this text, tool tip or description, or those of what it is part of."""
    each: QWidget | None = widget
    while each is not None:
        if text := _own_text(each):
            return text
        each = None if each.isWindow() else each.parentWidget()
    return ""


def _own_text(widget: QWidget) -> str:
    own = "" if widget.property(_FROM_TOOL_TIP) else widget.whatsThis()
    return widget.toolTip() or own or widget.accessibleDescription()


def explain_focus(window: QWidget) -> None:
    """Show what the control that has the focus in `window` does, below it."""
    widget = window.focusWidget() or window
    if text := help_text(widget):
        QWhatsThis.showText(widget.mapToGlobal(QPoint(0, widget.height())), text, widget)


def ask_whats_this() -> None:
    """Wait for a click on a control of any window, and show what the control does."""
    for widget in QApplication.allWidgets():
        if not widget.whatsThis() or widget.property(_FROM_TOOL_TIP):
            widget.setWhatsThis(widget.toolTip() or widget.accessibleDescription())
            widget.setProperty(_FROM_TOOL_TIP, True)
    QWhatsThis.enterWhatsThisMode()
