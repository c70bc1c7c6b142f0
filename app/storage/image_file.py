"""Reading an image from a file or from the clipboard."""

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
"""The formats that are read. Pillow has more formats; some of them start other programs (EPS runs Ghostscript)."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
"""The suffixes of these files."""

MAX_PIXELS = 60_000_000
"""A larger image is refused before it is decoded. A decoded image of this size takes 240 MB, a GIF twice that."""

MAX_SIDE = 1024
"""Maximum width and height in pixels. A larger image is shrunk, because a digit is read in 28 pixels."""


def read_grey_image(path: Path) -> NDArray[np.uint8]:
    """Read a file as grey values (height, width), with the best contrast of ink and paper.

    Otherwise like `read_colour_image`.
    """
    return to_grey(read_colour_image(path))


def read_colour_image(path: Path) -> NDArray[np.uint8]:
    """Read a file as red, green and blue (height, width, 3) uint8; transparent pixels become white.

    Each side has at most MAX_SIDE pixels. Only the first page or frame is read. Raises DataError if the file is not an
    image, is damaged, or has more than MAX_PIXELS pixels.
    """
    with open_data_file(path) as file:
        return _pixels(file, str(path))


def decode_colour_image(packed: bytes, name: str) -> NDArray[np.uint8]:
    """Decode the content of a file like `read_colour_image`; error messages name it `name`."""
    return _pixels(io.BytesIO(packed), name)


def _pixels(file: BinaryIO, name: str) -> NDArray[np.uint8]:
    start = file.read(512)
    file.seek(0)
    if b"<svg" in start.lower():  # also protects from entity expansion attacks
        raise DataError(f"{name}: this is a drawing (SVG), not a picture of pixels; expected PNG, JPEG or the like.")
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=FORMATS) as image:
            return _compose_on_white(image, name)
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


def _compose_on_white(image: Image.Image, name: str) -> NDArray[np.uint8]:
    if image.width * image.height > MAX_PIXELS:
        raise DataError(f"{name}: {image.width:,} x {image.height:,} pixels; expected at most {MAX_PIXELS:,} in all.")
    upright = _to_8_bits(ImageOps.exif_transpose(_shrunk(image))).convert("RGBA")
    page = Image.new("RGBA", upright.size, "white")
    return np.asarray(Image.alpha_composite(page, upright).convert("RGB"), np.uint8)


def _shrunk(image: Image.Image) -> Image.Image:
    """The image with sides of at most MAX_SIDE; a smaller image is returned unchanged."""
    if max(image.size) <= MAX_SIDE:
        return image
    if image.mode == "1":
        image = image.convert("L")
    elif image.mode in ("P", "PA"):  # palette indices cannot be averaged
        image = image.convert("RGBA")
    # A JPEG is decoded at a half, a quarter or an eighth of its size if that is enough.
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BOX)
    return image


def _to_8_bits(image: Image.Image) -> Image.Image:
    """The image with grey values from 0 to 255; Pillow alone would clip a 16-bit scan at 255."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;"):
        return image
    values = np.nan_to_num(np.asarray(image, np.float64), posinf=0, neginf=0)
    darkest, brightest = (0, 65535) if image.mode.startswith("I;16") else (values.min(), values.max())
    return Image.fromarray(np.rint((values - darkest) * (255 / max(1e-9, brightest - darkest))).astype(np.uint8))
