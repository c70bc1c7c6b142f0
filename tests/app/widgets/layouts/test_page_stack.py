"""A page of charts and texts in a stack is no higher than it must be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QTabWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.layouts.page_stack import PageStack, TabStack
from app.widgets.layouts.scroll_page import ScrollPage

LONG = "Accuracy on up to 1,000 distorted images, the same ones for every point. " * 8


class Chart(QWidget):
    """Prefers to be high, and can be low."""

    def sizeHint(self) -> QSize:
        return QSize(400, 2000)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 50)


@pytest.fixture(params=[PageStack, TabStack])
def scroll(request: pytest.FixtureRequest, qtbot: QtBot) -> ScrollPage:
    """A page that scrolls, 600 pixels wide and 300 high, with a stack of one page."""
    page, stack, text = QWidget(), request.param(), QLabel(LONG)
    text.setWordWrap(True)
    layout = QVBoxLayout(page)
    layout.addWidget(Chart(), 1)
    layout.addWidget(text)
    if isinstance(stack, QTabWidget):
        stack.addTab(page, "Charts")
    else:
        stack.addWidget(page)
    whole = QWidget()
    QVBoxLayout(whole).addWidget(stack)
    scroll = ScrollPage(whole)
    qtbot.addWidget(scroll)
    scroll.resize(600, 300)
    with qtbot.waitExposed(scroll):
        scroll.show()
    return scroll


def height(scroll: ScrollPage) -> int:
    """The height of the page in it."""
    page = scroll.widget()
    assert page is not None
    return page.height()


def test_a_page_that_can_be_low_does_not_scroll(scroll: ScrollPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: height(scroll) == scroll.viewport().height())


def test_a_narrow_page_is_high_enough_for_its_text(scroll: ScrollPage, qtbot: QtBot) -> None:
    text = scroll.findChild(QLabel)
    assert text is not None
    scroll.resize(220, 300)
    qtbot.waitUntil(lambda: height(scroll) > scroll.viewport().height())
    qtbot.waitUntil(lambda: text.height() >= text.heightForWidth(text.width()))
