"""A card over the page that shows one message; an error message stays until it is closed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QTabBar, QWidget

from app.style.theme import GAP, PAGE_MARGIN
from app.widgets.elements import bar_layout, close_button, push_button, set_style, text_label
from app.widgets.plain_text import plain_tooltip

MESSAGE_MILLISECONDS = 6000

OFFER_MILLISECONDS = 12_000
"""A message with a button is shown longer."""

MAX_MESSAGE_WIDTH = 640
"""Maximum width of the card in pixels; a longer message has more lines."""


class MessageBar(QFrame):
    """Shows one message; hidden while there is none.

    It lies over the page, so that nothing moves under the pointer when a message comes or goes. It gives way to a
    control that gets the focus under it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._below: QWidget | None = None
        self._place_of_page: Callable[[], QWidget | None] = lambda: None
        self._is_error = False
        self.setProperty("card", True)
        self._label = text_label()
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._label.setAccessibleName("Message")
        self.action_button = push_button("", "", self._act)
        self.action_button.hide()
        self._action: Callable[[], None] | None = None
        bar_layout(self, self._label, self.action_button, close_button("Close this message", self.hide))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def float_over(self, page: QWidget, below: QWidget, place: Callable[[], QWidget | None] = lambda: None) -> None:
        """Show the messages over `page`, at its right edge, below the widget `below`.

        place: the widget of the present tab over whose top they lie instead, where they cover no answer; or the bar of
        its pages, at the right of which they lie; or None.
        """
        self._below, self._place_of_page = below, place
        self.setParent(page)
        page.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        self.hide()

    @Slot(QWidget, QWidget)
    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        """Uncover a control that gets the focus: hide a message, and move an error to the bottom of the page."""
        page = self.parentWidget()
        if self.isHidden() or page is None or now is None or self.isAncestorOf(now) or not page.isAncestorOf(now):
            return
        hidden = QRect(now.mapTo(page, QPoint(0, 0)), now.size()) & self.geometry()
        if 2 * hidden.width() * hidden.height() <= now.width() * now.height():
            return
        if self._is_error:
            self.move(self.x(), page.height() - self.height() - GAP)
        else:
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the page; never filters an event out."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        page, layout = self.parentWidget(), self.layout()
        if page is None or self._below is None or layout is None:
            return
        over = self._place_of_page()
        if isinstance(over, QTabBar) and over.isVisible():
            self._place_beside(over)
            return
        if over is not None and over.isVisible():
            width = min(MAX_MESSAGE_WIDTH, over.width() - 2 * GAP)
            corner = over.mapTo(page, QPoint(GAP, GAP))
            self.setGeometry(corner.x(), corner.y(), width, layout.totalHeightForWidth(width))
            self.raise_()
            return
        width = min(MAX_MESSAGE_WIDTH, page.width() - 2 * PAGE_MARGIN)
        top = self._below.mapTo(page, self._below.rect().bottomLeft()).y() + GAP
        self.setGeometry(page.width() - PAGE_MARGIN - width, top, width, layout.totalHeightForWidth(width))
        self.raise_()

    def _place_beside(self, tabs: QTabBar) -> None:
        """Lie at the right of the titles of pages, with the same lower edge."""
        page, layout = self.parentWidget(), self.layout()
        assert page is not None
        assert layout is not None
        left = tabs.mapTo(page, tabs.tabRect(tabs.count() - 1).bottomRight())
        width = min(MAX_MESSAGE_WIDTH, page.width() - PAGE_MARGIN - left.x() - GAP)
        height = layout.totalHeightForWidth(width)
        self.setGeometry(page.width() - PAGE_MARGIN - width, max(0, left.y() + 1 - height), width, height)
        self.raise_()

    @property
    def text(self) -> str:
        """The message shown, or "" when hidden."""
        return "" if self.isHidden() else self._label.text()

    @Slot()
    def leave(self) -> None:
        """The user has gone on, to another tab or to a drawing: hide a message; an error stays until it is closed."""
        if not self._is_error:
            self.hide()
        self._place()

    @Slot(str)
    def show_message(self, sentence: str) -> None:
        """Show a message for a few seconds."""
        self._show(sentence, is_error=False)
        self._timer.start(MESSAGE_MILLISECONDS)

    def show_offer(self, sentence: str, button: str, tooltip: str, action: Callable[[], None]) -> None:
        """Show a message with a button that calls `action`, until the user goes on, or for some seconds."""
        self._action = action
        self.action_button.setText(button)
        self.action_button.setToolTip(plain_tooltip(tooltip))
        self._show(sentence, is_error=False, has_action=True)
        self._timer.start(OFFER_MILLISECONDS)

    @Slot()
    def withdraw_offer(self) -> None:
        """Hide a message with a button, whose action is no longer possible."""
        if self._action is not None:
            self.hide()

    @Slot()
    def _act(self) -> None:
        action = self._action
        self.hide()
        if action is not None:
            action()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget the action of the message that was shown."""
        super().hideEvent(event)
        if self.isHidden():  # not only because the window is hidden
            self._action = None

    @Slot(str)
    def show_error(self, sentence: str) -> None:
        """Show an error message until it is closed."""
        self._timer.stop()
        self._show(sentence, is_error=True)

    def _show(self, sentence: str, *, is_error: bool, has_action: bool = False) -> None:
        self.action_button.setVisible(has_action)
        if not has_action:
            self._action = None
        set_style(self._label, "error", enabled=is_error)
        self._is_error = is_error
        self._label.setText(sentence)
        self.show()
        self._place()
