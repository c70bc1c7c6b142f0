"""The check of contrasts finds what is too faint."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.style.theme import Appearance, ThemeChoice, apply_appearance
from tests.app.contrast import changed_contrast, faint_parts, strongest_contrast


def test_a_faint_text_edge_and_row_are_found(qapp: QApplication, qtbot: QtBot) -> None:
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT, 2.0))
    page, label, edit, rows = QWidget(), QLabel("Accuracy"), QLineEdit(), QListWidget()
    qtbot.addWidget(page)
    edit.setPlaceholderText("a name")
    rows.addItems(["one", "two"])
    rows.setCurrentRow(0)
    layout = QVBoxLayout(page)
    for widget in (label, edit, rows):
        layout.addWidget(widget)
    page.show()
    qtbot.waitExposed(page)
    assert faint_parts(page) == []
    label.setStyleSheet("color: #A0A0A0;")
    edit.setStyleSheet("border: 1px solid #E0E0E0; placeholder-text-color: #B0B0B0;")
    rows.setStyleSheet("QListWidget::item:selected { background: #F0F0F0; border-left: 3px solid #F0F0F0; }")
    found = "\n".join(faint_parts(page))
    assert found.count("the text of") == 2
    assert "the edge of" in found
    assert "the mark of row 0" in found
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


def test_contrasts_are_those_of_the_standard() -> None:
    ground = np.full((10, 10, 3), 255, np.uint8)
    assert strongest_contrast(ground) == 1.0
    black = ground.copy()
    black[0, 0] = 0
    assert strongest_contrast(black) == 21.0
    assert changed_contrast(ground, ground) == 1.0
    assert changed_contrast(ground, black) == 21.0
