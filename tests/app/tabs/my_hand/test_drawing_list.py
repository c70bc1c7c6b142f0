"""Drawings are listed with captions and thumbnails, and only visible thumbnails are rendered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.my_hand import drawing_list
from app.tabs.my_hand.drawing_list import DrawingList
from nncore.preprocessing.ink import Ink, rasterize
from tests.app.theme_choice import apply_theme
from tests.nncore.handwriting.personal_test.samples import read_drawing, result


@pytest.fixture
def listed(qapp: QApplication, qtbot: QtBot) -> DrawingList:
    apply_theme(qapp, ThemeChoice.LIGHT)
    widget = DrawingList()
    qtbot.addWidget(widget)
    widget.resize(280, 300)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_the_first_drawing_is_selected_and_arrow_keys_select_others(listed: DrawingList) -> None:
    chosen: list[object] = []
    listed.chosen.connect(chosen.append)
    drawings = result().drawings
    listed.set_drawings(drawings)
    QTest.keyClick(listed, Qt.Key.Key_Down)
    assert chosen == list(drawings[:2])
    listed.set_drawings(())
    assert chosen[-1] is None


def test_each_drawing_has_a_caption_and_a_thumbnail(listed: DrawingList) -> None:
    listed.set_drawings(result().drawings)
    index = listed.model().index(2, 0)
    assert index.data() == "requested 7, read 2"
    assert (
        index.data(Qt.ItemDataRole.DecorationRole).deviceIndependentSize().width() == drawing_list.LISTED_DRAWING_SIDE
    )


def test_only_visible_thumbnails_are_rendered(listed: DrawingList, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Ink] = []

    def counted(ink: Ink) -> object:
        drawn.append(ink)
        return rasterize(ink)

    monkeypatch.setattr(drawing_list, "rasterize", counted)
    listed.set_drawings(tuple(read_drawing(n % 10, 3, seed=1) for n in range(5000)))
    listed.grab()
    assert 0 < len(drawn) < 20
