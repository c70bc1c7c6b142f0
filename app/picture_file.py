"""Reading a picture file."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from nncore.errors import DataError

MAX_PIXELS = 100_000_000
"""A larger picture is refused before it is unpacked: it is no photo of a digit."""


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture of a file as grey values (height, width), what is transparent shown on white.

    Raises DataError, naming the file, if it is no picture, a broken one, or larger than MAX_PIXELS.
    """
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise DataError(
                    f"{path}: {picture.width:,} x {picture.height:,} pixels; expected at most {MAX_PIXELS:,} in all."
                )
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except DataError:
        raise
    except UnidentifiedImageError:
        raise DataError(f"{path}: this is neither a picture nor ink that can be read.") from None
    except OSError as problem:
        raise DataError(f"{path}: could not be read ({problem.strerror or problem}).") from None
    except Exception as problem:  # a decoder that stumbles over a broken file raises whatever it likes
        raise DataError(f"{path}: this picture is broken ({type(problem).__name__}: {problem}).") from None
    page = Image.new("RGBA", upright.size, "white")
    return np.asarray(Image.alpha_composite(page, upright).convert("L"), np.uint8)
