"""Misread images are listed for the whole matrix or one cell, in either order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.mistakes_page import MistakesPage
from tests.app.tabs.evaluate.samples import result, result_on, result_without_images


@pytest.fixture
def page(qtbot: QtBot) -> MistakesPage:
    page = MistakesPage()
    qtbot.addWidget(page)
    page.resize(1300, 520)
    with qtbot.waitExposed(page):
        page.show()
    return page


def test_all_misread_images_are_listed_first_and_the_first_is_enlarged(page: MistakesPage) -> None:
    explanation_requested: list[int] = []
    page.explanation_requested.connect(explanation_requested.append)
    page.show_result(result())
    rows = result().predictions.misread()
    assert page.gallery.rows.tolist() == rows.tolist()
    assert page.list_title.text() == f"Misread ({len(rows)})"
    assert explanation_requested == [rows[0]]
    assert page.detail.row == rows[0]
    assert page.misread_button.isHidden()


def test_a_cell_lists_its_images_and_a_button_returns_to_all(page: MistakesPage) -> None:
    page.show_result(result())
    QTest.mouseClick(
        page.matrix.viewport(),
        Qt.MouseButton.LeftButton,
        pos=page.matrix.visualRect(page.matrix.model().index(4, 9)).center(),
    )
    rows = result().predictions.rows_of(4, 9)
    assert page.list_title.text() == f"4 read as 9 ({len(rows)})"
    assert page.gallery.rows.tolist() == rows.tolist()
    assert page.detail.row == rows[0]
    QTest.mouseClick(page.misread_button, Qt.MouseButton.LeftButton)
    assert len(page.gallery.rows) == len(result().predictions.misread())
    assert not page.matrix.selectedIndexes()


def test_the_order_can_be_reversed(page: MistakesPage) -> None:
    page.show_result(result())
    page.order.setFocus()
    QTest.keyClick(page.order, Qt.Key.Key_Down)
    assert page.gallery.rows.tolist() == result().predictions.misread()[::-1].tolist()


def test_the_buttons_switch_between_counts_and_fractions(page: MistakesPage) -> None:
    page.show_result(result())
    cell = page.matrix.model().index(0, 0)
    count = cell.data()
    QTest.mouseClick(page.fractions_button, Qt.MouseButton.LeftButton)
    assert "." in cell.data()
    QTest.mouseClick(page.counts_button, Qt.MouseButton.LeftButton)
    assert cell.data() == count


def test_a_new_result_on_the_same_data_keeps_cell_and_image(page: MistakesPage) -> None:
    page.show_result(result())
    page.open_cell(7, 7)
    row = page.detail.row
    again = replace(result(), model="a later one")
    page.show_result(again)
    assert page.list_title.text().startswith("7 read as 7")
    assert page.detail.row == row
    assert page.detail.result is again


def test_other_data_resets_cell_and_image(page: MistakesPage) -> None:
    page.show_result(result())
    page.open_cell(9, 8)
    page.show_result(result_without_images())
    assert page.list_title.text() == "Misread (1)"
    assert page.detail.title.text() == "Apple read as Pear"
    assert page.matrix.model().columnCount() == 2


def test_no_mistakes_and_an_empty_cell_have_a_hint(page: MistakesPage) -> None:
    right = result().predictions.rows_of(0, 0)
    page.show_result(result_on(result().dataset.take(right)))
    assert page.empty_label.isVisible()
    assert page.empty_label.text().startswith("No image was misread.")
    page.open_cell(3, 4)
    assert page.empty_label.text() == "This cell has no images."
    assert page.gallery.isHidden()


def test_it_fits_a_small_screen_at_150_per_cent_font_size(page: MistakesPage, qapp: QApplication) -> None:
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(1.5 * before.pointSizeF())
    try:
        qapp.setFont(font)
        page.show_result(result())
        page.open_cell(4, 9)
        QApplication.processEvents()
        assert page.minimumSizeHint().width() <= 1302
        assert page.minimumSizeHint().height() <= 480
        page.resize(page.minimumSizeHint())
        QApplication.processEvents()
        assert page.detail.width() == page.detail.visibleRegion().boundingRect().width()
    finally:
        qapp.setFont(before)
