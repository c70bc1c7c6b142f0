"""Widgets begin new lines in a narrow window, and nothing is cut."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.layouts.flow_layout import FlowLayout

Row = tuple[QWidget, list[QWidget]]


@pytest.fixture
def row(qtbot: QtBot) -> Row:
    """Three buttons in a window, with space below."""
    window = QWidget()
    qtbot.addWidget(window)
    buttons: list[QWidget] = [QPushButton(text) for text in ("Export CSV", "Report", "Delete")]
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addLayout(FlowLayout(*buttons))
    layout.addStretch()
    window.show()
    return window, buttons


def line_tops(widgets: list[QWidget]) -> list[int]:
    return sorted({widget.y() for widget in widgets})


def test_all_widgets_are_in_one_line_if_the_width_suffices(row: Row) -> None:
    window, buttons = row
    window.resize(800, 300)
    assert len(line_tops(buttons)) == 1
    assert [button.width() for button in buttons] == [button.sizeHint().width() for button in buttons]
    lefts = [button.x() for button in buttons]
    assert lefts == sorted(lefts)


def test_a_narrow_window_has_more_lines_and_nothing_is_cut(row: Row) -> None:
    window, buttons = row
    window.resize(buttons[0].sizeHint().width() + buttons[1].sizeHint().width() + 20, 300)
    assert len(line_tops(buttons)) == 2
    for button in buttons:
        assert button.width() >= button.sizeHint().width()
        assert button.geometry().right() < window.width()
    assert not any(a.geometry().intersects(b.geometry()) for a in buttons for b in buttons if a is not b)


def test_the_window_can_be_as_narrow_as_its_widest_widget(row: Row) -> None:
    window, buttons = row
    assert window.minimumSizeHint().width() == max(button.sizeHint().width() for button in buttons)
    window.resize(window.minimumSizeHint().width(), 300)
    assert len(line_tops(buttons)) == 3


def test_a_hidden_widget_takes_no_space(row: Row) -> None:
    window, buttons = row
    window.resize(800, 300)
    buttons[0].hide()
    layout = window.layout()
    assert layout is not None
    layout.activate()
    assert buttons[1].x() == 0


def test_an_expanding_widget_fills_its_line(qtbot: QtBot) -> None:
    window, field, button = QWidget(), QLineEdit(), QPushButton("Sweep")
    qtbot.addWidget(window)
    field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    window.setLayout(FlowLayout(field, QLabel("3 runs"), button))
    window.resize(600, 100)
    window.show()
    assert button.geometry().right() == 599
    assert field.x() == 0
    assert field.width() > 300
