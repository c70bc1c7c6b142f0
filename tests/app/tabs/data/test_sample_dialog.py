"""The numbers of an example, opened from the grid of samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import Appearance, ThemeChoice, apply_appearance, colours_of
from app.tabs.data.sample_dialog import PixelGrid, SampleDialog
from app.tabs.data.sample_view import SampleView
from tests.app.style.colour_contrast import contrast
from tests.nncore.example_data import small_mnist

DATA = small_mnist().training


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SampleView]:
    view = SampleView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.set_parts(["training"])
    view.show_data(DATA)
    view.show()
    yield view
    for dialog in view.findChildren(SampleDialog):
        dialog.close()


def opened(view: SampleView) -> SampleDialog:
    dialogs = view.findChildren(SampleDialog)
    assert len(dialogs) == 1
    return dialogs[0]


def test_a_click_on_a_sample_opens_its_numbers_with_label_and_index(view: SampleView, qtbot: QtBot) -> None:
    row = view.grid.rows[1]
    qtbot.mouseClick(view.grid, Qt.MouseButton.LeftButton, pos=view.grid.place(1).center())
    dialog = opened(view)
    assert dialog.title.text() == str(DATA.labels[row])
    assert f"Example {row + 1:,}" in dialog.about.text()
    numbers = [int(number) for number in dialog.grid.accessibleDescription().replace(";", "").split()]
    np.testing.assert_array_equal(np.reshape(numbers, (28, 28)), DATA.images[row])


def test_arrow_keys_choose_a_sample_and_enter_opens_it(view: SampleView, qtbot: QtBot) -> None:
    view.grid.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(view.grid, key)
    across = view.grid.across
    assert f"Example {view.grid.rows[across] + 1:,}" in opened(view).about.text()


def test_a_click_beside_the_samples_opens_nothing(view: SampleView, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.grid, Qt.MouseButton.LeftButton, pos=QPoint(view.grid.width() - 1, view.grid.height() - 1))
    assert not view.findChildren(SampleDialog)


def test_numbers_that_are_no_image_are_shown_too(qtbot: QtBot) -> None:
    dialog = SampleDialog(np.array([0.5, -1.25, 3.0], np.float32), "2.5", 7)
    qtbot.addWidget(dialog)
    assert dialog.grid.accessibleDescription().startswith("0.5 -1.25 3")


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_every_number_can_be_read_on_its_pixel(qapp: QApplication, qtbot: QtBot, theme: ThemeChoice) -> None:
    apply_appearance(qapp, Appearance(theme))
    try:
        grid = PixelGrid(np.arange(256, dtype=np.uint8).reshape(16, 16))
        qtbot.addWidget(grid)
        grid.resize(grid.sizeHint())
        image, cell, ink = grid.grab().toImage(), grid.cell, QColor(colours_of(grid).ink).name()
        for value in range(1, 256):
            corner = image.pixelColor(value % 16 * cell.width() + 1, value // 16 * cell.height() + 1)
            assert contrast(corner.name(), ink) >= 4.5
    finally:
        apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))
