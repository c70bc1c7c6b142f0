"""Splits the content of the canvas into digits and reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.canvas.canvas_picture import CanvasPicture
from nncore.errors import DataError
from nncore.evaluation.recognition import Prediction, read_digit, why_cannot_read
from nncore.handwriting.segmentation import read_number, split_into_digits
from nncore.model.network import Network
from nncore.preprocessing.ink import AS_TRAINED, Ink, Preparation, rasterize


@dataclass(frozen=True, eq=False)
class Reading:
    """The digits of a drawing or a picture, left to right.

    Attributes:
        images: the network's input for each digit, (28, 28) uint8.
        inks: the strokes of each digit.
        predictions: one for each digit; empty without a network, or if the network cannot read digits.
        error: why it cannot, a sentence, or "".
        of_picture: whether the canvas has a picture instead of strokes.
    """

    images: tuple[NDArray[np.uint8], ...] = ()
    inks: tuple[Ink, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    error: str = ""
    of_picture: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing is drawn."""
        return not self.images


def read_drawing(network: Network | None, ink: Ink, preparation: Preparation = AS_TRAINED) -> Reading:
    """Read `ink` with `network`."""
    error = "" if network is None else why_cannot_read(network) or ""
    if network is not None and not ink.is_blank and not error:
        try:
            number = read_number(network, ink, preparation)
            return Reading(tuple(each.image for each in number.predictions), number.inks, number.predictions)
        except DataError as problem:
            error = str(problem)
    inks = split_into_digits(ink)
    return Reading(tuple(rasterize(digit, preparation) for digit in inks), inks, error=error)


def read_picture(network: Network | None, picture: CanvasPicture) -> Reading:
    """Read the digits of a picture with `network`."""
    unread = Reading(picture.digit_images, picture.inks, of_picture=True)
    if network is None:
        return unread
    try:
        predictions = tuple(read_digit(network, image) for image in picture.digit_images)
    except DataError as problem:
        return Reading(picture.digit_images, picture.inks, error=str(problem), of_picture=True)
    return Reading(picture.digit_images, picture.inks, predictions, of_picture=True)
