"""A flip that is carried out on the canvas, with its pen or its eraser, gives the image that the search has read."""

from __future__ import annotations

import numpy as np
import pytest

from app.canvas.drawing import Drawing
from nncore.evaluation.explanation.changed_images import CHANGE_KINDS, ChangeKind
from nncore.evaluation.explanation.flip import find_flip_of_drawing
from nncore.evaluation.recognition import read_digit
from nncore.preprocessing.ink import Ink, rasterize
from tests.nncore.evaluation.explanation.drawings import drawings
from tests.nncore.evaluation.explanation.trained_networks import bundled_network


def drawn(ink: Ink) -> Drawing:
    drawing = Drawing()
    for stroke in ink.strokes:
        (x, y), *others = stroke.tolist()
        drawing.begin(x, y)
        for x, y in others:
            drawing.extend(x, y)
        drawing.end()
    return drawing


@pytest.mark.parametrize("kind", CHANGE_KINDS)
def test_pen_and_eraser_of_the_canvas_make_the_change(kind: ChangeKind) -> None:
    count = 0
    for ink in drawings():
        drawing = drawn(ink)
        flip = find_flip_of_drawing(bundled_network(), drawing.ink(), kinds=(kind,)).flip
        if flip is None:
            continue
        count += 1
        (x, y), *others = flip.path.tolist()
        if kind == "add":
            drawing.begin(x, y)
        else:
            drawing.begin_erasing(x, y, flip.width / 2)
        for x, y in others:
            if kind == "add":
                drawing.extend(x, y)
            else:
                drawing.erase(x, y, flip.width / 2)
        drawing.end()
        image = rasterize(drawing.ink())
        assert np.abs(image.astype(int) - flip.image).max() <= 24
        assert read_digit(bundled_network(), image).digit == flip.new_answer
    assert count >= 4
