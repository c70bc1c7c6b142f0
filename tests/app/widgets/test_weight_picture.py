"""Weights are drawn in two colours, and zero like paper."""

from __future__ import annotations

import numpy as np
import pytest

from app.style.theme import DARK, LIGHT, Colours
from app.widgets.weight_picture import weight_image, weight_pixmap


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_the_sign_of_a_weight_is_its_colour(colours: Colours) -> None:
    image = weight_image(np.array([[1, -1, 0, np.nan]], np.float32), colours)
    names = [image.pixelColor(x, 0).name().upper() for x in range(4)]
    assert names == [colours.training, colours.validation, colours.paper, colours.surface]


def test_a_picture_keeps_its_shape_in_a_square() -> None:
    pixmap = weight_pixmap(np.ones((1, 4), np.float32), 40, LIGHT, 2.0)
    assert (pixmap.width(), pixmap.height(), pixmap.devicePixelRatio()) == (80, 80, 2.0)
    image = pixmap.toImage()
    assert image.pixelColor(40, 40).name().upper() == LIGHT.training
    assert image.pixelColor(40, 5).name().upper() == LIGHT.surface
