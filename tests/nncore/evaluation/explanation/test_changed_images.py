"""Changes of an image: what pen and eraser alter, which images a drawing can give, and what is one piece."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.explanation.changed_images import ChangedImages
from nncore.preprocessing.ink import SIDE


def two_lines() -> NDArray[np.uint8]:
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[4:24, 10:12] = image[4:24, 14:16] = 255
    return image


def vertical(x: float, top: float, bottom: float) -> NDArray[np.float32]:
    return np.array([(x, top), (x, (top + bottom) / 2), (x, bottom)], np.float32)


def test_a_stroke_darkens_and_an_eraser_leaves_the_share_that_it_does_not_cover() -> None:
    changes = ChangedImages(two_lines())
    coverage = np.full((1, SIDE * SIDE), 51, np.uint8)  # a fifth of 255
    assert set(changes.differences("add", coverage)[0].tolist()) == {0, 51}
    assert set(changes.differences("erase", coverage)[0].tolist()) == {0, -51}


def test_a_piece_of_one_line_is_erased_but_not_pieces_of_two() -> None:
    changes, image = ChangedImages(two_lines()), two_lines().reshape(-1)
    one = changes.drawn("erase", vertical(10.5, 12, 14), image)
    assert one is not None
    assert one.ink > 4
    assert not one.region[:, 13:].any()
    assert changes.drawn("erase", vertical(13, 12, 14), image) is None


def test_an_eraser_moves_along_the_middle_of_lines_and_the_pen_anywhere() -> None:
    changes = ChangedImages(two_lines())
    paths = np.stack([vertical(11, 12, 14), vertical(13, 12, 14), vertical(3, 12, 14)])
    assert changes.are_allowed("erase", paths).tolist() == [True, False, False]
    assert changes.are_allowed("add", paths).tolist() == [True, True, True]


def test_an_image_that_would_be_larger_smaller_or_unchanged_is_not_possible() -> None:
    changes = ChangedImages(two_lines())
    differences = np.zeros((4, SIDE, SIDE), np.int16)
    differences[0, 1:4, 11] = 255  # three rows higher
    differences[1, 4:8] = -two_lines()[4:8].astype(np.int16)  # four rows less
    differences[2, 12:15, 12] = 255
    _, possible = changes.changed(differences.reshape(4, -1))
    assert possible.tolist() == [False, False, True, False]


def test_a_changed_image_moves_by_whole_pixels_back_to_its_centre_of_mass() -> None:
    changes = ChangedImages(two_lines())
    difference = np.zeros((SIDE, SIDE), np.int16)
    difference[4:24, 18:20] = 255  # a third line, four pixels to the right: the centre moves by 2
    (image,), (possible,) = changes.changed(difference.reshape(1, -1))
    assert possible
    expected = np.roll(two_lines() + difference, -2, axis=1)
    np.testing.assert_array_equal(image.reshape(SIDE, SIDE), expected)
