"""An image is printed with characters, two lines of pixels in one line of text."""

import numpy as np

from nncore.reporting.image_text import image_text


def test_two_lines_of_pixels_are_one_line_of_text() -> None:
    image = np.array([[0, 255, 1], [0, 255, 0], [255, 0, 0]], np.uint8)
    assert image_text(image) == " █░\n▒"


def test_a_digit_has_half_as_many_lines_as_pixels() -> None:
    assert image_text(np.zeros((28, 28), np.uint8)).count("\n") == 13
