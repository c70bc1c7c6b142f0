"""Rows of an evaluation have their image, caption and probability."""

from __future__ import annotations

import numpy as np

from app.tabs.evaluate.evaluation_result import can_be_drawn
from tests.app.tabs.evaluate.samples import result, result_without_images


def test_an_image_belongs_to_its_row() -> None:
    shown = result()
    image = shown.image(17)
    assert image is not None
    np.testing.assert_array_equal(image, shown.dataset.images[17])
    assert can_be_drawn(image)
    assert result_without_images().image(0) is None
    assert not can_be_drawn(None)
    assert not can_be_drawn(np.zeros((8, 8), np.uint8))


def test_captions_name_the_classes() -> None:
    numbers = result_without_images()
    assert numbers.predictions.answers.tolist()[:3] == [0, 1, 1]
    assert [numbers.caption(row) for row in range(3)] == [
        "Apple read correctly",
        "Pear read correctly",
        "Apple read as Pear",
    ]
    assert numbers.name_of(-1) == "no class"
