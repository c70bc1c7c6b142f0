"""A PNG that is written has the given pixels."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import numpy as np
from PIL import Image

from nncore.reporting.png import data_uri, png_bytes


def test_pillow_reads_the_same_pixels() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 9), np.uint8)
    for data in (png_bytes(image), b64decode(data_uri(image).removeprefix("data:image/png;base64,"))):
        with Image.open(BytesIO(data)) as read:
            assert read.mode == "L"
            np.testing.assert_array_equal(np.asarray(read), image)
