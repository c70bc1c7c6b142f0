"""A digit or number fills its height, and no edge is cut."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT, ThemeChoice
from app.widgets.large_digit import NO_DIGIT_SIGN, LargeDigit
from tests.app.theme_choice import apply_theme


def test_the_digit_fills_its_height_and_no_edge_is_cut(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    label = LargeDigit(9.0)
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    blank = label.grab().toImage()
    label.setText("8")
    eight = label.grab().toImage()
    label.setText("7")
    assert len({image.cacheKey() for image in (blank, eight)}) == 2
    assert eight != label.grab().toImage()
    rows = [
        y
        for x in range(eight.width())
        for y in range(eight.height())
        if eight.pixelColor(x, y).name() == LIGHT.text.lower()
    ]
    assert min(rows) > 0
    assert max(rows) < eight.height() - 1
    assert max(rows) - min(rows) > 0.6 * eight.height()
    label.setText("")
    assert label.grab().toImage() == blank


def test_the_size_stays_without_an_answer(qtbot: QtBot) -> None:
    label = LargeDigit()
    qtbot.addWidget(label)
    label.setText("4")
    size = label.sizeHint()
    label.setText(NO_DIGIT_SIGN)
    assert label.sizeHint() == size


def test_a_long_number_is_written_smaller(qtbot: QtBot) -> None:
    label = LargeDigit()
    qtbot.addWidget(label)
    label.setText("12345")
    five = label.sizeHint()
    label.setText("1234567890")
    assert label.sizeHint().height() < five.height()
    assert label.sizeHint().width() <= five.width() * 1.1
