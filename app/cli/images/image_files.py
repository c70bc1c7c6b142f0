"""The digits in a picture, or in a file of pen strokes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.data.formats import read_ink
from nncore.data.formats.files import open_data_file
from nncore.preprocessing.bitmap import digit_images
from nncore.preprocessing.ink import rasterize


def images_of_file(path: Path) -> Iterator[tuple[int | None, NDArray[np.uint8]]]:
    """Each digit of a file with its number, counted from 1; None for a picture with one digit.

    The digits of a picture are counted from left to right.
    """
    if _is_ink(path):
        for number, ink in enumerate(read_ink(path).inks, start=1):
            yield number, rasterize(ink)
    else:
        from app.storage.image_file import read_grey_image

        images = digit_images(read_grey_image(path))
        for number, image in enumerate(images, start=1):
            yield number if len(images) > 1 else None, image


def _is_ink(path: Path) -> bool:
    """Whether a file looks like UNIPEN: text with a line that begins with a full stop and a keyword."""
    with open_data_file(path) as file:
        start = file.read(4096)
    lines = start.removeprefix(b"\xef\xbb\xbf").splitlines()
    return b"\0" not in start and any(line.lstrip().startswith(b".") for line in lines)
