from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.mistakes_page import MistakesPage
from tests.app.tabs.evaluate.samples import examination, examined, of_numbers


@pytest.fixture
def page(qtbot: QtBot) -> MistakesPage:
    page = MistakesPage()
    qtbot.addWidget(page)
    page.resize(1300, 520)
    with qtbot.waitExposed(page):
        page.show()
    return page


def test_at_first_all_misread_are_listed_and_the_worst_is_shown(page: MistakesPage) -> None:
    looked_for: list[int] = []
    page.looked_for.connect(looked_for.append)
    page.show_examination(examination())
    rows = examination().judgement.misread()
    assert page.gallery.rows.tolist() == rows.tolist()
    assert page.list_title.text() == f"Misread ({len(rows)})"
    assert looked_for == [rows[0]]
    assert page.detail.row == rows[0]
    assert page.misread_button.isHidden()


def test_from_a_cell_to_its_images_and_back(page: MistakesPage) -> None:
    page.show_examination(examination())
    QTest.mouseClick(
        page.matrix.viewport(),
        Qt.MouseButton.LeftButton,
        pos=page.matrix.visualRect(page.matrix.model().index(4, 9)).center(),
    )
    rows = examination().judgement.rows_of(4, 9)
    assert page.list_title.text() == f"4 read as 9 ({len(rows)})"
    assert page.gallery.rows.tolist() == rows.tolist()
    assert page.detail.row == rows[0]
    QTest.mouseClick(page.misread_button, Qt.MouseButton.LeftButton)
    assert len(page.gallery.rows) == len(examination().judgement.misread())
    assert not page.matrix.selectedIndexes()


def test_the_order_can_be_turned_round(page: MistakesPage) -> None:
    page.show_examination(examination())
    page.order.setFocus()
    QTest.keyClick(page.order, Qt.Key.Key_Down)
    assert page.gallery.rows.tolist() == examination().judgement.misread()[::-1].tolist()


def test_the_buttons_switch_between_counts_and_shares(page: MistakesPage) -> None:
    page.show_examination(examination())
    cell = page.matrix.model().index(0, 0)
    count = cell.data()
    QTest.mouseClick(page.shares_button, Qt.MouseButton.LeftButton)
    assert "." in cell.data()
    QTest.mouseClick(page.counts_button, Qt.MouseButton.LeftButton)
    assert cell.data() == count


def test_a_new_judgement_of_the_same_data_leaves_what_is_looked_at(page: MistakesPage) -> None:
    page.show_examination(examination())
    page.open_cell(7, 7)
    row = page.detail.row
    again = replace(examination(), model="a later one")
    page.show_examination(again)
    assert page.list_title.text().startswith("7 read as 7")
    assert page.detail.row == row
    assert page.detail.examination is again


def test_other_data_begins_anew_also_with_other_classes(page: MistakesPage) -> None:
    page.show_examination(examination())
    page.open_cell(9, 8)
    page.show_examination(of_numbers())
    assert page.list_title.text() == "Misread (1)"
    assert page.detail.title.text() == "Apple read as Pear"
    assert page.matrix.model().columnCount() == 2


def test_no_mistake_and_an_empty_cell_are_said(page: MistakesPage) -> None:
    right = examination().judgement.rows_of(0, 0)
    page.show_examination(examined(examination().dataset.take(right)))
    assert page.empty.isVisible()
    assert page.empty.text().startswith("Nothing was misread.")
    page.open_cell(3, 4)
    assert page.empty.text() == "No image was read so."
    assert page.gallery.isHidden()


def test_it_fits_a_small_screen_in_large_letters(page: MistakesPage, qapp: QApplication) -> None:
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(1.5 * before.pointSizeF())
    try:
        qapp.setFont(font)
        page.show_examination(examination())
        page.open_cell(4, 9)
        QApplication.processEvents()
        assert page.minimumSizeHint().width() <= 1302
        assert page.minimumSizeHint().height() <= 480
        page.resize(page.minimumSizeHint())
        QApplication.processEvents()
        assert page.detail.width() == page.detail.visibleRegion().boundingRect().width()
    finally:
        qapp.setFont(before)
