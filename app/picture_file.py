"""Reading a picture file."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from nncore.errors import DataError
from nncore.readers.opening import opened

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
"""What is read; Pillow knows many more, some of which start other programs (EPS runs Ghostscript)."""

MAX_PIXELS = 60_000_000
"""A larger picture is refused before it is unpacked: it is no photo of a digit. Unpacked, one of these takes 240 MB;
as a GIF twice that."""

LONGEST_SIDE = 1024
"""Pixels; a larger picture is shrunk to this at once: a digit is read in 28."""


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture of a file as grey values (height, width), what is transparent shown on white.

    At most LONGEST_SIDE pixels each way; of several pages or frames the first.
    Raises DataError, naming the file, if it is no picture, a broken one, or larger than MAX_PIXELS.
    """
    with opened(path) as file:
        try:
            with warnings.catch_warnings(action="ignore"), Image.open(file, formats=FORMATS) as picture:
                return _grey(picture, path)
        except DataError:
            raise
        except UnidentifiedImageError:
            raise DataError(
                f"{path}: this is neither a picture nor ink that can be read; "
                "expected PNG, JPEG, BMP, GIF, TIFF, WebP or UNIPEN."
            ) from None
        except Image.DecompressionBombError:
            raise DataError(f"{path}: too many pixels; expected at most {MAX_PIXELS:,} in all.") from None
        except Exception as problem:  # a decoder that stumbles over a broken file raises whatever it likes
            raise DataError(f"{path}: this picture is broken ({type(problem).__name__}: {problem}).") from None


def _grey(picture: Image.Image, path: Path) -> NDArray[np.uint8]:
    if picture.width * picture.height > MAX_PIXELS:
        raise DataError(
            f"{path}: {picture.width:,} x {picture.height:,} pixels; expected at most {MAX_PIXELS:,} in all."
        )
    upright = _in_8_bits(ImageOps.exif_transpose(_shrunk(picture))).convert("RGBA")
    page = Image.new("RGBA", upright.size, "white")
    return np.asarray(Image.alpha_composite(page, upright).convert("L"), np.uint8)


def _shrunk(picture: Image.Image) -> Image.Image:
    """The picture with sides of LONGEST_SIDE at most; one that is no larger is given back as it is."""
    if max(picture.size) <= LONGEST_SIDE:
        return picture
    if picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode in ("P", "PA"):  # colours by number cannot be averaged
        picture = picture.convert("RGBA")
    # Of a JPEG this unpacks no more than it needs: a half, a quarter or an eighth of each side.
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
    return picture


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """The picture with grey values from 0 to 255: Pillow would cut those of a 16-bit scan off at 255."""
    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;"):
        return picture
    values = np.nan_to_num(np.asarray(picture, np.float64), posinf=0, neginf=0)
    darkest, brightest = (0, 65535) if picture.mode.startswith("I;16") else (values.min(), values.max())
    return Image.fromarray(np.rint((values - darkest) * (255 / max(1e-9, brightest - darkest))).astype(np.uint8))
