"""Reading a picture file, or a picture out of the clipboard."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from nncore.data.formats.files import opened
from nncore.errors import DataError
from nncore.preprocessing.bitmap import to_grey

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
"""What is read; Pillow knows many more, some of which start other programs (EPS runs Ghostscript)."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
"""The ends of the names that such files have."""

MAX_PIXELS = 60_000_000
"""A larger picture is refused before it is unpacked: it is no photo of a digit. Unpacked, one of these takes 240 MB;
as a GIF twice that."""

LONGEST_SIDE = 1024
"""Pixels; a larger picture is shrunk to this at once: a digit is read in 28."""


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture of a file as grey values (height, width), ink of any colour as far from its paper as can be.

    Otherwise as `read_pixels`.
    """
    return to_grey(read_pixels(path))


def read_pixels(path: Path) -> NDArray[np.uint8]:
    """The picture of a file, red, green and blue (height, width, 3), what is transparent shown on white.

    At most LONGEST_SIDE pixels each way; of several pages or frames the first.
    Raises DataError, naming the file, if it is no picture, a broken one, or larger than MAX_PIXELS.
    """
    with opened(path) as file:
        return _pixels(file, str(path))


def unpack_pixels(packed: bytes, name: str) -> NDArray[np.uint8]:
    """The picture in the bytes of a file, as `read_pixels`; `name` says in a refusal what it was."""
    return _pixels(io.BytesIO(packed), name)


def _pixels(file: BinaryIO, name: str) -> NDArray[np.uint8]:
    start = file.read(512)
    file.seek(0)
    if b"<svg" in start.lower():  # and any bomb of entities before it
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
    except Exception as problem:  # a decoder that stumbles over a broken file raises whatever it likes
        raise DataError(f"{name}: this picture is broken ({type(problem).__name__}: {problem}).") from None


def _on_white(picture: Image.Image, name: str) -> NDArray[np.uint8]:
    if picture.width * picture.height > MAX_PIXELS:
        raise DataError(
            f"{name}: {picture.width:,} x {picture.height:,} pixels; expected at most {MAX_PIXELS:,} in all."
        )
    upright = _in_8_bits(ImageOps.exif_transpose(_shrunk(picture))).convert("RGBA")
    page = Image.new("RGBA", upright.size, "white")
    return np.asarray(Image.alpha_composite(page, upright).convert("RGB"), np.uint8)


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
