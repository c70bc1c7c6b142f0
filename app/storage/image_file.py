"""Reading an image from a file or from the clipboard."""

from __future__ import annotations

import io
import os
import warnings
from math import ceil
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from nncore.data.formats.files import open_data_file
from nncore.errors import DataError
from nncore.preprocessing.bitmap import to_grey
from nncore.system.reading_budget import MAX_PICTURE_BYTES, MAX_PICTURE_FILE_BYTES, report_progress

PICTURE_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
"""The formats that are read. Pillow has more formats; some of them start other programs (EPS runs Ghostscript)."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
"""The suffixes of these files."""

MAX_PIXELS = 60_000_000
"""A larger image is rejected before it is decoded."""

BYTES_PER_PIXEL = {("WEBP", "RGB"): 16, ("WEBP", "RGBA"): 16, ("JPEG", "CMYK"): 9}
"""Memory in bytes per pixel that decoding takes, by format and mode: a WebP has four buffers of 4 bytes each, and a
progressive JPEG keeps 2 bytes for each colour. All others stay below MAX_PICTURE_BYTES with MAX_PIXELS."""

MAX_SIDE = 1024
"""Maximum width and height in pixels. A larger image is shrunk, because a digit is read in 28 pixels."""

DRAFT_SCALE = 2.0
"""A JPEG is decoded at a half, a quarter or an eighth of its size if it is still this many times as large as needed."""

ROWS_PER_BAND = 32
"""Rows of the shrunk image that are made at once, so that only a part of a large image is converted."""


def read_grey_image(path: Path) -> NDArray[np.uint8]:
    """Read a file as grey values (height, width), with the best contrast of ink and paper.

    Otherwise like `read_colour_image`.
    """
    return to_grey(read_colour_image(path))


def read_colour_image(path: Path) -> NDArray[np.uint8]:
    """Read a file as red, green and blue (height, width, 3) uint8; for transparent pixels see `on_paper`.

    Each side has at most MAX_SIDE pixels. Only the first page or frame is read. Raises DataError if the file is not an
    image, is damaged, has more than MAX_PIXELS pixels, or needs more than MAX_PICTURE_BYTES of memory.
    """
    with open_data_file(path) as file:
        return _pixels(file, str(path))


def decode_colour_image(packed: bytes, name: str) -> NDArray[np.uint8]:
    """Decode the content of a file like `read_colour_image`; error messages name it `name`."""
    return _pixels(io.BytesIO(packed), name)


def on_paper(image: Image.Image) -> NDArray[np.uint8]:
    """Return an image as red, green and blue (height, width, 3) uint8, with transparent pixels as white or black paper.

    If most pixels are transparent, they are the paper, and the one that differs more from the visible pixels is used.
    Otherwise the visible pixels show the paper, and the one that is more like most of them is used.
    """
    layer = image.convert("RGBA")
    pixels = np.asarray(layer, np.uint8)
    if pixels[..., 3].min() == 255:
        return pixels[..., :3].copy()
    opacity, brightness = pixels[..., 3], pixels[..., :3].mean(axis=2)
    visible, colour = opacity >= 128, "white"
    if 2 * np.count_nonzero(visible) > visible.size:
        colour = "white" if np.median(brightness[visible]) >= 128 else "black"
    elif opacity.any():
        colour = "white" if np.average(brightness, weights=opacity) < 128 else "black"
    page = Image.new("RGBA", layer.size, colour)
    return np.asarray(Image.alpha_composite(page, layer).convert("RGB"), np.uint8)


def _pixels(file: BinaryIO, name: str) -> NDArray[np.uint8]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(512)
    file.seek(0)
    if size > MAX_PICTURE_FILE_BYTES:
        raise DataError(f"{name}: the file has {size:,} bytes; expected at most {MAX_PICTURE_FILE_BYTES:,}.")
    if b"<svg" in start.lower():  # also protects from entity expansion attacks
        raise DataError(
            f"{name}: this is a drawing (SVG), not a picture of pixels; expected a PNG or JPEG file, for example."
        )
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=PICTURE_FORMATS) as image:
            _check_pixels(image, name)
            return on_paper(ImageOps.exif_transpose(_to_8_bits(_shrunk(image))))
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


def _check_pixels(image: Image.Image, name: str) -> None:
    at_most = min(MAX_PIXELS, MAX_PICTURE_BYTES // BYTES_PER_PIXEL.get((image.format or "", image.mode), 1))
    if image.width * image.height > at_most:
        raise DataError(f"{name}: {image.width:,} x {image.height:,} pixels; expected at most {at_most:,} in all.")


def _shrunk(image: Image.Image) -> Image.Image:
    """The image with sides of at most MAX_SIDE; a smaller image is returned unchanged."""
    if max(image.size) <= MAX_SIDE:
        return image
    image.draft(None, (round(DRAFT_SCALE * MAX_SIDE), round(DRAFT_SCALE * MAX_SIDE)))  # changes a JPEG only
    image.load()
    scale = max(image.size) / MAX_SIDE
    width, height = (max(1, round(side / scale)) for side in image.size)
    bands = []
    for first in range(0, height, ROWS_PER_BAND):
        report_progress(first / height)  # the user may have cancelled
        rows = min(ROWS_PER_BAND, height - first)
        top, bottom = first * image.height / height, (first + rows) * image.height / height
        band = _to_averageable(image.crop((0, int(top), image.width, ceil(bottom))))
        box = (0, top - int(top), image.width, bottom - int(top))
        bands.append(band.resize((width, rows), Image.Resampling.BOX, box))
    shrunk = Image.new(bands[0].mode, (width, height))
    for index, band in enumerate(bands):
        shrunk.paste(band, (0, index * ROWS_PER_BAND))
    shrunk.getexif().update(image.getexif())
    return shrunk


def _to_averageable(image: Image.Image) -> Image.Image:
    """The image in a mode in which its pixels can be averaged, unlike indices of a palette."""
    if image.mode.startswith("I;"):
        return _to_8_bits(image)
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else image


def _to_8_bits(image: Image.Image) -> Image.Image:
    """The image with grey values from 0 to 255; Pillow alone would clip a 16-bit scan at 255."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;"):
        return image
    values = np.nan_to_num(np.asarray(image, np.float64), posinf=0, neginf=0)
    darkest, brightest = (0, 65535) if image.mode.startswith("I;16") else (values.min(), values.max())
    return Image.fromarray(np.rint((values - darkest) * (255 / max(1e-9, brightest - darkest))).astype(np.uint8))
