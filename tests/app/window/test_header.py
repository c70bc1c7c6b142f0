"""The header keeps room for the tabs: a wide text is shown without its first word."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.window.header import PREFIX, TEXT_WIDTH, WindowHeader
from nncore.files.model_file import bundled_model_path, load_model
from tests.app.storage.kept_models import small_model


@pytest.mark.parametrize(("points", "has_prefix"), [(10, True), (24, False)])
def test_with_a_large_text_the_words_about_teaching_take_the_place_of_the_prefix(
    points: int, has_prefix: bool, qtbot: QtBot
) -> None:
    menu = QMenu()
    header = WindowHeader(menu)
    qtbot.addWidget(menu)
    qtbot.addWidget(header)
    font = header.font()
    font.setPointSize(points)
    header.model_button.setFont(font)
    header.show_model(load_model(bundled_model_path()))
    header.show_taught(1)
    text = header.model_button.text()
    assert text.startswith(PREFIX) == has_prefix
    assert "99.5 %" in text
    assert text.endswith((" before teaching", " untaught"))
    assert header.model_button.fontMetrics().horizontalAdvance(text) <= TEXT_WIDTH


@pytest.mark.parametrize(
    ("name", "epochs", "shown"),
    [
        ("net", 0, "net, no epoch yet"),
        ("net", 2, "net, epoch 2"),
        ("net, epoch 2", 2, "net, epoch 2"),
        ("net, step 1,000", 0, "net, step 1,000"),
    ],
)
def test_a_model_that_was_not_measured_has_its_epoch_or_none(name: str, epochs: int, shown: str, qtbot: QtBot) -> None:
    menu = QMenu()
    header = WindowHeader(menu)
    qtbot.addWidget(menu)
    qtbot.addWidget(header)
    header.show_model(small_model(name, epochs=epochs))
    assert header.model_button.text().removeprefix(PREFIX) == shown
