"""Images as PNG, for files and for HTML pages that include their images."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

import numpy as np
from numpy.typing import NDArray


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """Return the image as the bytes of a PNG file: grey (height, width), 0 black to 255 white, or colours (..., 3).

    ISO/IEC 15948, "Portable Network Graphics", sections 5 (chunks) and 11 (their content).
    """
    height, width = image.shape[:2]
    # Each line of pixels begins with a byte: 0 means that it has no filter.
    lines = np.pad(image.reshape(height, -1), ((0, 0), (1, 0)))
    # Eight bits per number; colour type 0 is grey, 2 is red, green and blue. Compression, filter method and interlacing
    # are the standard ones, 0.
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if image.ndim == 2 else 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def data_uri(image: NDArray[np.uint8]) -> str:
    """Return the image, as `png_bytes` takes it, as a data URI, for the attribute `src` of an <img> element."""
    return "data:image/png;base64," + b64encode(png_bytes(image)).decode("ascii")


def _chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk: length of the data, name, data, and the checksum of name and data."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
