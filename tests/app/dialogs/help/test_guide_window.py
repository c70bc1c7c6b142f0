"""The guide shows its pages with pictures, follows links, and finds words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.dialogs.help.guide_pages import GUIDE_PAGES, guide_pages
from app.dialogs.help.guide_window import PICTURE_WIDTH, GuideWindow
from app.style.theme import Appearance, ThemeChoice, apply_appearance
from tests.app.theme_choice import apply_theme


@pytest.fixture
def guide(qapp: QApplication, qtbot: QtBot) -> Iterator[GuideWindow]:
    apply_theme(qapp, ThemeChoice.LIGHT)
    guide = GuideWindow()
    qtbot.addWidget(guide)
    guide.open_page("first_steps")
    with qtbot.waitExposed(guide):
        guide.show()
    guide.activateWindow()
    yield guide
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


def selected(guide: GuideWindow) -> str:
    return guide.browser.textCursor().selectedText()


@pytest.mark.parametrize("name", GUIDE_PAGES)
def test_each_page_shows_its_title_and_its_pictures(guide: GuideWindow, name: str) -> None:
    guide.open_page(name)
    page = guide_pages()[GUIDE_PAGES.index(name)]
    assert guide.browser.toPlainText().startswith(page.title)
    assert guide.contents.currentRow() == GUIDE_PAGES.index(name)
    assert guide.browser.horizontalScrollBar().maximum() == 0
    assert guide.browser.toPlainText().count("\ufffc") == page.text.count("![")


def test_the_contents_a_link_and_back_lead_to_pages(guide: GuideWindow, qtbot: QtBot) -> None:
    assert not guide.back.isEnabled()
    guide.contents.setFocus()
    qtbot.keyClick(guide.contents, Qt.Key.Key_Down)
    assert guide.page == "train"
    guide.browser.setFocus()
    qtbot.keyClick(guide.browser, Qt.Key.Key_Tab)  # the first link of the page
    qtbot.keyClick(guide.browser, Qt.Key.Key_Return)
    assert guide.page == "runs"
    qtbot.keyClick(guide, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert guide.page == "train"
    assert guide.contents.currentRow() == GUIDE_PAGES.index("train")
    qtbot.mouseClick(guide.back, Qt.MouseButton.LeftButton)
    assert guide.page == "first_steps"
    qtbot.keyClick(guide, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert guide.page == "train"


def test_a_word_is_found_on_all_pages_and_then_again_from_the_first(guide: GuideWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(guide, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert guide.focusWidget() is guide.find_field
    qtbot.keyClicks(guide.find_field, "ONNX")
    qtbot.keyClick(guide.find_field, Qt.Key.Key_Return)
    assert (guide.page, selected(guide)) == ("models", "ONNX")
    assert guide.isVisible()
    qtbot.keyClick(guide, Qt.Key.Key_F3)
    assert (guide.page, selected(guide)) == ("models", "ONNX")
    guide.find_field.setText("epoch")
    found = []
    for _ in range(40):
        qtbot.keyClick(guide, Qt.Key.Key_F3)
        assert selected(guide).lower() == "epoch"
        found.append((guide.page, guide.browser.textCursor().position()))
    assert {page for page, _ in found} >= {"first_steps", "train", "draw", "runs"}
    assert found.index(found[-1]) < len(found) - 1  # it has begun again
    qtbot.keyClick(guide, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert (guide.page, guide.browser.textCursor().position()) == found[-2]


def test_a_word_that_is_nowhere_marks_the_field(guide: GuideWindow, qtbot: QtBot) -> None:
    guide.find_field.setFocus()
    qtbot.keyClicks(guide.find_field, "xyzzy")
    qtbot.keyClick(guide.find_field, Qt.Key.Key_Return)
    assert guide.find_field.property("error")
    assert "xyzzy" in guide.find_field.toolTip()
    assert guide.page == "first_steps"
    guide.find_field.setText("loss")
    qtbot.keyClick(guide.find_field, Qt.Key.Key_Return)
    assert not guide.find_field.property("error")


def picture(guide: GuideWindow) -> QImage:
    image = guide.browser.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl("draw.png"))
    assert isinstance(image, QImage)
    return image


def test_the_pictures_follow_the_theme_and_the_place_stays(guide: GuideWindow, qapp: QApplication) -> None:
    guide.open_page("draw")
    guide.browser.verticalScrollBar().setValue(100)
    light = picture(guide)
    assert light.deviceIndependentSize().width() <= PICTURE_WIDTH
    before = guide.grab().toImage().pixelColor(guide.browser.geometry().center() + QPoint(0, 60)).lightness()
    apply_theme(qapp, ThemeChoice.DARK)
    assert picture(guide).pixelColor(2, 2).lightness() < 100 < light.pixelColor(2, 2).lightness()
    after = guide.grab().toImage().pixelColor(guide.browser.geometry().center() + QPoint(0, 60)).lightness()
    assert after < before
    assert guide.browser.verticalScrollBar().value() == 100


def test_the_text_has_the_size_that_the_user_chose(guide: GuideWindow, qapp: QApplication) -> None:
    before = guide.browser.document().size().height()
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT, 1.5))
    assert guide.browser.document().size().height() > 1.2 * before


def test_escape_closes_the_guide(guide: GuideWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(guide, Qt.Key.Key_Escape)
    assert not guide.isVisible()
