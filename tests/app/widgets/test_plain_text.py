"""Text is shown literally, and is elided only where it does not fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.plain_text import ElidedLabel, ReservedLabel, TextLabel, plain_tooltip


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"]), min_size=1))
def test_a_tooltip_shows_its_text_literally(text: str) -> None:
    assert plain_tooltip(text).startswith("<qt>")  # otherwise Qt would show the escapes
    document = QTextDocument()
    document.setHtml(plain_tooltip(text))
    assert document.toPlainText() == text


def test_an_empty_text_has_no_tooltip() -> None:
    assert plain_tooltip("") == ""


def test_only_text_that_does_not_fit_is_elided(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.set_full_text("MNIST, training part: 60,000 images")
    label.resize(1000, 20)
    assert label.text() == "MNIST, training part: 60,000 images"
    label.resize(100, 20)
    assert label.text().endswith("…")
    assert label.fontMetrics().horizontalAdvance(label.text()) <= 100
    assert label.toolTip() == "<qt>MNIST, training part: 60,000 images</qt>"
    assert label.minimumSizeHint().width() == 0
    label.resize(1000, 20)
    assert label.text() == "MNIST, training part: 60,000 images"


def test_a_shorter_text_is_shown_where_the_full_one_does_not_fit(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.set_full_text("Answers during the last run, 784-10: epoch 3.", "784-10: epoch 3.")
    metrics = label.fontMetrics()
    label.resize(metrics.horizontalAdvance(label.full_text) + 1, 20)
    label.show()
    assert label.text() == label.full_text
    label.resize(metrics.horizontalAdvance("784-10: epoch 3.") + 1, 20)
    assert label.text() == "784-10: epoch 3."
    assert "Answers during the last run" in label.toolTip()
    label.resize(metrics.horizontalAdvance("784-10") + 1, 20)
    assert label.text().endswith("…")
    label.set_full_text("784")
    assert label.text() == "784"


def test_a_larger_font_elides_more(qtbot: QtBot, qapp: QApplication) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.resize(300, 20)
    label.set_full_text("MNIST, training part: 60,000 images")
    before = label.text()
    large = QFont(label.font())
    large.setPointSizeF(40)
    label.setFont(large)
    assert len(label.text()) < len(before)


def test_it_is_one_line_of_plain_text_hidden_while_empty(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.resize(1000, 20)
    assert label.isHidden()
    label.set_full_text("<b>two\nlines</b>")
    assert not label.isHidden()
    assert label.text() == label.full_text == "<b>two lines</b>"
    assert label.textFormat() == Qt.TextFormat.PlainText
    label.set_full_text("")
    assert label.isHidden()


def test_a_reserved_place_does_not_depend_on_the_text(qtbot: QtBot) -> None:
    page, label = QWidget(), ReservedLabel("Point at a number of the calculation to see its term.")
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.addWidget(label)
    column.addStretch()
    for width, lines in ((900, 1), (240, 2)):
        page.resize(width, 300)
        with qtbot.waitExposed(page):
            page.show()
        heights = set()
        for text in ("", "7", "Point at a number of the calculation to see its term.", "a number " * 100):
            label.set_full_text(text)
            QApplication.processEvents()
            heights.add(label.height())
        assert len(heights) == 1
        assert round(heights.pop() / label.fontMetrics().lineSpacing()) == lines
        assert label.text().endswith("…")
        assert label.text() != "…"
        label.set_full_text("Point at a number of the calculation to see its term.")
        assert label.text() == label.full_text


def test_a_number_and_its_unit_are_in_one_line(qtbot: QtBot) -> None:
    sentence = "Finished 5 epochs in 7.9 s."
    label = TextLabel(sentence)
    qtbot.addWidget(label)
    assert label.text() == sentence
    assert QLabel.text(label) == "Finished 5 epochs in 7.9\N{NO-BREAK SPACE}s."  # what Qt wraps
    label.setText("<b>97 %</b>")
    assert label.text() == "<b>97 %</b>"
    assert label.textFormat() == Qt.TextFormat.PlainText
