"""The drawing is saved while it grows, and restored as one step that can be undone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.canvas.canvas import Canvas
from app.canvas.canvas_picture import CanvasPicture
from app.storage.drawing_file import DrawingFile
from app.tabs.draw.drawing_keeper import DrawingKeeper
from nncore.preprocessing.ink import Ink
from tests.app.canvas.gestures import ONE, SEVEN, drag

INK = Ink((np.array([[0.1, 0.2], [0.5, 0.75]], np.float32),))


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


def kept(folder: Path) -> list[Ink]:
    """The drawing in the file; read without its lock, as a killed program would leave it."""
    copy = folder.with_name("copy")
    copy.mkdir(exist_ok=True)
    for path in folder.glob("drawing*.unipen"):
        (copy / path.name).write_bytes(path.read_bytes())
        file = DrawingFile(copy)
        ink = file.read()
        file.release()
        return [ink]
    return []


def test_strokes_are_saved_while_the_pen_is_down(canvas: Canvas, qtbot: QtBot, tmp_path: Path) -> None:
    keeper = DrawingKeeper(canvas, tmp_path / "ink", canvas)
    drag(canvas, SEVEN, release=False)
    strokes = canvas.drawing.ink().strokes
    qtbot.waitUntil(lambda: [len(ink.strokes[0]) for ink in kept(tmp_path / "ink")] == [len(strokes[0])])
    np.testing.assert_array_equal(kept(tmp_path / "ink")[0].strokes[0], strokes[0])
    assert keeper.finish()


def test_a_drawing_is_restored_as_one_undo_step_and_saved_until_it_is_cleared(
    canvas: Canvas, qtbot: QtBot, tmp_path: Path
) -> None:
    file = DrawingFile(tmp_path)
    file.write(INK)
    file.release()
    keeper = DrawingKeeper(canvas, tmp_path, canvas)
    with qtbot.waitSignal(keeper.restored):
        pass
    np.testing.assert_array_equal(canvas.drawing.ink().strokes[0], INK.strokes[0])
    canvas.undo()
    assert canvas.drawing.is_blank
    canvas.redo()
    assert keeper.finish()
    assert (tmp_path / "drawing 1.unipen").exists()
    canvas.clear()
    assert keeper.finish()
    assert not (tmp_path / "drawing 1.unipen").exists()


def test_what_was_drawn_before_the_file_was_read_stays(canvas: Canvas, qtbot: QtBot, tmp_path: Path) -> None:
    file = DrawingFile(tmp_path)
    file.write(INK)
    file.release()
    keeper = DrawingKeeper(canvas, tmp_path, canvas)
    drag(canvas, ONE)
    drawn = canvas.drawing.ink().strokes
    with qtbot.waitSignal(keeper.restored):
        pass
    np.testing.assert_array_equal(canvas.drawing.ink().strokes[0], drawn[0])
    canvas.undo()
    assert canvas.drawing.is_blank
    canvas.undo()
    np.testing.assert_array_equal(canvas.drawing.ink().strokes[0], INK.strokes[0])
    assert keeper.finish()


def test_a_picture_keeps_the_last_ink_saved(canvas: Canvas, tmp_path: Path) -> None:
    keeper = DrawingKeeper(canvas, tmp_path / "ink", canvas)
    drag(canvas, ONE)
    drawn = canvas.drawing.ink().strokes
    assert keeper.finish()
    canvas.set_picture(CanvasPicture.from_digit(np.zeros((28, 28), np.uint8)))
    assert keeper.finish()
    np.testing.assert_array_equal(kept(tmp_path / "ink")[0].strokes[0], drawn[0])


def test_a_failure_is_reported_once(canvas: Canvas, tmp_path: Path) -> None:
    (tmp_path / "ink").write_text("a file")
    keeper = DrawingKeeper(canvas, tmp_path / "ink", canvas)
    sentences: list[str] = []
    keeper.failed.connect(sentences.append)
    assert keeper.finish()
    sentences.clear()
    for _ in range(3):
        drag(canvas, ONE)
        assert keeper.finish()
    assert len(sentences) == 1
    assert "could not be saved" in sentences[0]
    (tmp_path / "ink").unlink()
    drag(canvas, ONE)
    assert keeper.finish()
    assert len(kept(tmp_path / "ink")) == 1
