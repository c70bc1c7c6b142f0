"""The image that a command explains: the first digit of a file, or an image of MNIST's test set."""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.cli.images.image_files import images_of_file
from nncore.data.dataset import Dataset, load_mnist
from nncore.errors import DataError, SettingError


def add_image_options(parser: argparse.ArgumentParser) -> None:
    """Add FILE and --image, of which one is given."""
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a picture or pen strokes; its first digit")
    image = "the number of an image of MNIST's test set, from 1 (without FILE: 1)"
    parser.add_argument("--image", type=int, metavar="N", help=image)


def chosen_image(options: argparse.Namespace) -> NDArray[np.uint8]:
    """Return the chosen image (28, 28). Raises SettingError or DataError if there is none."""
    if options.file is not None:
        if options.image is not None:
            raise SettingError("image", "Give either FILE or --image, not both.")
        for _, image in images_of_file(options.file):
            return image
        raise DataError(f"{options.file}: there is no digit in it.")
    test, number = mnist_test_images(), 1 if options.image is None else options.image
    if not 1 <= number <= len(test):
        raise SettingError("image", f"The test set has images 1 to {len(test):,}; there is no image {number:,}.")
    chosen: NDArray[np.uint8] = test.images[number - 1]
    return chosen


@cache
def mnist_test_images() -> Dataset:
    """Return MNIST's test set."""
    test = load_mnist().test
    assert test is not None
    return test
