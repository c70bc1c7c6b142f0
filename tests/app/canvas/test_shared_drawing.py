"""Two canvases show the same drawing, whichever of them it was drawn on."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.canvas.canvas import Canvas
from app.canvas.shared_drawing import SharedDrawing
from tests.app.canvas.gestures import ONE, SEVEN, drag


@pytest.fixture
def canvases(qtbot: QtBot) -> tuple[Canvas, Canvas]:
    first, second = Canvas(), Canvas()
    for canvas, side in ((first, 400), (second, 240)):
        qtbot.addWidget(canvas)
        canvas.resize(side, side)
        canvas.show()
    drag(first, ONE)
    SharedDrawing(first, second)
    return first, second


def picture(canvas: Canvas) -> QImage:
    """The canvas without the focus, whose ring is not part of the drawing."""
    canvas.clearFocus()
    return canvas.grab().toImage()


@pytest.mark.parametrize("drawn_on", [0, 1])
def test_what_is_drawn_on_one_is_on_both(canvases: tuple[Canvas, Canvas], drawn_on: int) -> None:
    before = [picture(canvas) for canvas in canvases]
    changes = [0, 0]

    def count(index: int) -> None:
        changes[index] += 1

    canvases[0].drawing_changed.connect(lambda: count(0))
    canvases[1].drawing_changed.connect(lambda: count(1))
    drag(canvases[drawn_on], SEVEN)
    assert [picture(canvas) for canvas in canvases] != before
    assert picture(canvases[0]) != before[0]
    assert picture(canvases[1]) != before[1]
    assert changes[0] == changes[1] > 0
    assert len(canvases[0].drawing.ink().strokes) == 2


def test_a_drawing_made_before_is_shown_and_undone_on_either(canvases: tuple[Canvas, Canvas]) -> None:
    first, second = canvases
    blank = Canvas()
    blank.resize(second.size())
    assert picture(second) != picture(blank)
    assert second.canvas_actions.undo.isEnabled()
    assert second.canvas_actions.clear.isEnabled()
    drag(second, SEVEN)
    first.undo()
    np.testing.assert_equal(len(second.drawing.ink().strokes), 1)
    assert first.canvas_actions.redo.isEnabled()
    assert second.canvas_actions.redo.isEnabled()
    second.clear()
    assert first.drawing.is_blank
    assert not first.canvas_actions.clear.isEnabled()
