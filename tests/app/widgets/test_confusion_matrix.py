"""The cells of a confusion matrix differ in colour where their counts differ."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.widgets.confusion_matrix import ConfusionMatrix
from tests.app.theme_choice import apply_theme


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_neighbouring_cells_of_1_and_11_mistakes_differ_visibly(
    qtbot: QtBot, qapp: QApplication, theme: ThemeChoice
) -> None:
    counts = np.diag([980, 1000, 990, 970])
    counts[0, 1], counts[0, 2], counts[0, 3], counts[2, 3] = 1, 11, 40, 0
    apply_theme(qapp, theme)
    try:
        matrix = ConfusionMatrix(lambda row, column, count, fraction: "")
        qtbot.addWidget(matrix)
        matrix.set_counts(counts, ("0", "1", "2", "3"))
        matrix.resize(500, 400)
        with qtbot.waitExposed(matrix):
            matrix.show()
        image = matrix.viewport().grab().toImage()
        colours = [
            QColor(image.pixel(matrix.visualRect(matrix.cells.index(row, column)).topLeft()))
            for row, column in ((2, 3), (0, 1), (0, 2), (0, 3))
        ]
    finally:
        apply_theme(qapp, ThemeChoice.LIGHT)
    for one, other in itertools.pairwise(colours):
        distance = abs(one.red() - other.red()) + abs(one.green() - other.green()) + abs(one.blue() - other.blue())
        assert distance > 20
