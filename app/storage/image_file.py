"""Reading a picture from a file or the clipboard."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from nncore.data.formats.files import open_data_file
from nncore.errors import DataError
from nncore.preprocessing.bitmap import to_grey

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
"""The formats that are read. Pillow knows more, some of which start other programs (EPS runs Ghostscript)."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
"""The suffixes of these files."""

MAX_PIXELS = 60_000_000
"""A larger picture is refused before it is decoded. A decoded picture of this size takes 240 MB, a GIF twice that."""

MAX_SIDE = 1024
"""Pixels. A larger picture is reduced to this size: a digit is read in 28 pixels."""


def read_grey_image(path: Path) -> NDArray[np.uint8]:
    """The picture of a file as grey values (height, width), with the best contrast of ink and paper.

    Otherwise as `read_colour_image`.
    """
    return to_grey(read_colour_image(path))


def read_colour_image(path: Path) -> NDArray[np.uint8]:
    """The picture of a file as red, green and blue (height, width, 3); transparent pixels become white.

    At most MAX_SIDE pixels per side; of several pages or frames the first one.
    Raises DataError, which names the file, if it is not a picture, damaged, or larger than MAX_PIXELS.
    """
    with open_data_file(path) as file:
        return _pixels(file, str(path))


def decode_colour_image(packed: bytes, name: str) -> NDArray[np.uint8]:
    """The picture in the bytes of a file, as `read_colour_image`; error messages call it `name`."""
    return _pixels(io.BytesIO(packed), name)


def _pixels(file: BinaryIO, name: str) -> NDArray[np.uint8]:
    start = file.read(512)
    file.seek(0)
    if b"<svg" in start.lower():  # also protects from entity expansion attacks
        raise DataError(f"{name}: this is a drawing (SVG), not a picture of pixels; expected PNG, JPEG or the like.")
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=FORMATS) as picture:
            return _on_white(picture, name)
    except DataError:
        raise
    except UnidentifiedImageError:
        raise DataError(
            f"{name}: this is neither a picture nor ink that can be read; "
            "expected PNG, JPEG, BMP, GIF, TIFF, WebP or UNIPEN."
        ) from None
    except Image.DecompressionBombError:
        raise DataError(f"{name}: too many pixels; expected at most {MAX_PIXELS:,} in all.") from None
    except Exception as problem:  # decoders raise exceptions of many classes for damaged files
        raise DataError(f"{name}: this picture is damaged ({type(problem).__name__}: {problem}).") from None


def _on_white(picture: Image.Image, name: str) -> NDArray[np.uint8]:
    if picture.width * picture.height > MAX_PIXELS:
        raise DataError(
            f"{name}: {picture.width:,} x {picture.height:,} pixels; expected at most {MAX_PIXELS:,} in all."
        )
    upright = _in_8_bits(ImageOps.exif_transpose(_shrunk(picture))).convert("RGBA")
    page = Image.new("RGBA", upright.size, "white")
    return np.asarray(Image.alpha_composite(page, upright).convert("RGB"), np.uint8)


def _shrunk(picture: Image.Image) -> Image.Image:
    """The picture with sides of at most MAX_SIDE; a smaller one is returned unchanged."""
    if max(picture.size) <= MAX_SIDE:
        return picture
    if picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode in ("P", "PA"):  # palette indices cannot be averaged
        picture = picture.convert("RGBA")
    # A JPEG is decoded at a half, a quarter or an eighth of its size if that is enough.
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BOX)
    return picture


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """The picture with grey values from 0 to 255; Pillow itself would clip a 16-bit scan at 255."""
    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;"):
        return picture
    values = np.nan_to_num(np.asarray(picture, np.float64), posinf=0, neginf=0)
    darkest, brightest = (0, 65535) if picture.mode.startswith("I;16") else (values.min(), values.max())
    return Image.fromarray(np.rint((values - darkest) * (255 / max(1e-9, brightest - darkest))).astype(np.uint8))
