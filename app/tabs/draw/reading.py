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

    images: (28, 28) uint8 of each, as the network gets it. inks: the same as strokes. predictions: the answer for each;
    empty without a network, or if it cannot read digits for the reason `trouble`. of_picture: whether the canvas has a
    picture instead of strokes.
    """

    images: tuple[NDArray[np.uint8], ...] = ()
    inks: tuple[Ink, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    trouble: str = ""
    of_picture: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing is drawn."""
        return not self.images


def read_ink(network: Network | None, ink: Ink, preparation: Preparation = AS_TRAINED) -> Reading:
    """Read `ink` with `network`."""
    if network is None or ink.is_blank or (reason := why_cannot_read(network)):
        inks = split_into_digits(ink)
        trouble = "" if network is None else why_cannot_read(network) or ""
        return Reading(tuple(rasterize(each, preparation) for each in inks), inks, trouble=trouble)
    try:
        number = read_number(network, ink, preparation)
    except DataError as problem:
        reason = str(problem)
    else:
        return Reading(tuple(each.image for each in number.predictions), number.inks, number.predictions)
    inks = split_into_digits(ink)
    return Reading(tuple(rasterize(each, preparation) for each in inks), inks, trouble=reason)


def read_picture(network: Network | None, picture: CanvasPicture) -> Reading:
    """Read the digits of a picture with `network`."""
    blank = Reading(picture.digit_images, picture.inks, of_picture=True)
    if network is None:
        return blank
    try:
        predictions = tuple(read_digit(network, image) for image in picture.digit_images)
    except DataError as problem:
        return Reading(picture.digit_images, picture.inks, trouble=str(problem), of_picture=True)
    return Reading(picture.digit_images, picture.inks, predictions, of_picture=True)
