"""`recognize`: read digits from pictures and ink files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app.cli.images.image_files import images_of_file
from app.cli.output import MAX_PRINTED_LENGTH, print_error
from nncore.data.dataset import DIGITS
from nncore.errors import DataError, ModelFileError, printable
from nncore.evaluation.recognition import Prediction, read_digit, why_cannot_read
from nncore.files.model_file import bundled_model_path, load_model
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
