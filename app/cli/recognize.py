"""`recognize`: read digits from pictures and ink files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.cli.output import MAX_PRINTED_LENGTH, print_error
from nncore.data.dataset import DIGITS
from nncore.data.formats import read_ink
from nncore.data.formats.files import open_data_file
from nncore.errors import DataError, ModelFileError, printable
from nncore.evaluation.recognition import Prediction, read_digit, why_cannot_read
from nncore.files.model_file import bundled_model_path, load_model
from nncore.preprocessing.bitmap import digit_images
from nncore.preprocessing.ink import rasterize
from nncore.reporting.number_text import percent_text


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `recognize`."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="pictures, or pen strokes (UNIPEN)")
    parser.add_argument("--model", type=Path, metavar="MODEL.npz", help="the model that reads (the bundled model)")


def run(options: argparse.Namespace) -> int:
    """Read each file; report unreadable files, and read the others. Returns the exit status."""
    model_path = options.model or bundled_model_path()
    model = load_model(model_path)
    network = model.network()
    reason = why_cannot_read(network)
    if reason is not None:
        raise ModelFileError(f"{model_path}: {reason}")
    status = 0
    for path in options.files:
        try:
            for sample, image in images_of_file(path):
                _print(path, sample, read_digit(network, image), model.class_names, options.json)
        except DataError as problem:
            print_error(str(problem))
            status = 2
    return status


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


def _print(path: Path, sample: int | None, prediction: Prediction, names: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        fields: dict[str, object] = {"file": str(path)}
        if sample is not None:
            fields["sample"] = sample
        fields["digit"] = prediction.digit
        fields["verdict"] = prediction.verdict
        fields["probabilities"] = [round(float(p), 6) for p in prediction.probabilities]
        print(json.dumps(fields, allow_nan=False))
    else:
        where = printable(str(path), MAX_PRINTED_LENGTH) + ("" if sample is None else f", sample {sample}")
        answer, confidence = (names or DIGITS)[prediction.digit], percent_text(prediction.confidence, 1)
        print(f"{where}: {answer}  {confidence}  ({prediction.verdict})")
