"""`why`: print why a model gives its answer to an image, and what would change the answer."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.cli.images.chosen_image import add_image_options, chosen_image
from nncore.data.dataset import DIGITS, load_mnist
from nncore.evaluation.explanation.baselines import (
    MethodReading,
    NearestNeighbours,
    NetworkReading,
    read_with_each,
)
from nncore.evaluation.explanation.few_pixels import AdversarialPixels, find_adversarial_pixels
from nncore.evaluation.explanation.flip import FlipSearch, find_flip
from nncore.evaluation.explanation.why import WhyAnswer, why_answer
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.network import Network
from nncore.reporting.image_text import image_text
from nncore.reporting.number_text import decimal_text, percent_text

SHOWN_PLACES = 3
"""How many places of the maps are printed; --json prints both maps."""
FLIP_TEXTS = {"add": "One stroke more", "erase": "One piece erased"}
NO_FLIP_TEXT = "No single stroke and no single erased piece was found that changes the answer"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `why`."""
    add_image_options(parser)
    parser.add_argument("--model", type=Path, metavar="MODEL.npz", help="the model that answers (the bundled model)")
    answer = "explain this class, from 0, instead of the answer"
    parser.add_argument("--label", type=int, metavar="CLASS", help=answer)
    compare = "also read the image with nearest neighbours and with a network without a hidden layer, trained first"
    parser.add_argument("--compare", action="store_true", help=compare)


def run(options: argparse.Namespace) -> int:
    """Print the explanation; returns the exit status."""
    model = load_model(options.model or bundled_model_path())
    network, image, training = model.network(), chosen_image(options), load_mnist().training
    why = why_answer(network, image, training, options.label)
    search, pixels = find_flip(network, image), find_adversarial_pixels(network, image)
    readings = _compared(network, image) if options.compare else []
    if options.json:
        print(json.dumps(_as_json(why, search, pixels, readings), allow_nan=False))
        return 0
    names = model.class_names or DIGITS
    print(image_text(image))
    _print_why(why, names)
    _print_flip(search, names)
    _print_pixels(pixels, names)
    for reading in readings:
        _print_reading(reading, names)
    return 0


def _compared(network: Network, image: NDArray[np.uint8]) -> list[MethodReading]:
    from nncore.experiments.softmax_regression import train_softmax_regression

    training = load_mnist().training
    regression = train_softmax_regression(training)
    assert regression is not None  # it was not cancelled
    methods = (
        NearestNeighbours(training),
        NetworkReading("no hidden layer", regression),
        NetworkReading("the model", network),
    )
    return read_with_each(methods, image)


def _as_json(
    why: WhyAnswer, search: FlipSearch, pixels: AdversarialPixels | None, readings: list[MethodReading]
) -> dict[str, Any]:
    flip = None if search.flip is None else {**search.flip.to_json(), "image": search.flip.image.tolist()}
    fields = {**why.to_json(), "flip": flip, "images_tried": search.tried}
    fields["adversarial_pixels"] = None if pixels is None else pixels.to_json()
    if readings:
        fields["methods"] = [each.to_json() for each in readings]
    return fields


def _print_why(why: WhyAnswer, names: tuple[str, ...]) -> None:
    print(f"{names[why.answer]}: {percent_text(why.probability, 2)} ({why.prediction.verdict})")
    print(f"Hidden ink lowers it most at {_places(why.occlusion)} (line, column).")
    print(f"Gradient times input is largest at {_places(why.gradient_times_input)}.")
    neighbours = ", ".join(f"{names[each.label]} ({decimal_text(each.distance, 3)})" for each in why.neighbours)
    print(f"The nearest training images, with their distances: {neighbours}.")


def _places(values: NDArray[np.float32]) -> str:
    largest = np.argsort(-values, axis=None, kind="stable")[:SHOWN_PLACES]
    places = (divmod(int(each), values.shape[1]) for each in largest if values.flat[each] > 0)
    return "; ".join(f"{row + 1}, {column + 1}" for row, column in places) or "no place"


def _print_flip(search: FlipSearch, names: tuple[str, ...]) -> None:
    flip = search.flip
    if flip is None:
        print(f"\n{NO_FLIP_TEXT} ({search.tried:,} images were tried).")
        return
    print(
        f"\n{FLIP_TEXTS[flip.kind]} ({decimal_text(flip.changed_ink, 3)} pixels of ink) makes it "
        f"{names[flip.new_answer]}: {percent_text(flip.probability, 2)}"
    )
    print(image_text(flip.image))


def _print_pixels(pixels: AdversarialPixels | None, names: tuple[str, ...]) -> None:
    if pixels is None:
        print("No adversarial example of few pixels was found.")
        return
    count = len(pixels.pixels)
    print(
        f"Adversarial example, not a drawing: {count} changed {'pixel makes' if count == 1 else 'pixels make'} it "
        f"{names[pixels.new_answer]}: {percent_text(pixels.probability, 2)}"
    )
    print(image_text(pixels.image))


def _print_reading(reading: MethodReading, names: tuple[str, ...]) -> None:
    time = "" if reading.milliseconds is None else f"{decimal_text(reading.milliseconds, 3)} ms"
    print(
        f"{reading.name:22}{names[reading.answer]} {percent_text(reading.probability, 1):>7}  "
        f"{reading.parameters:>10,} parameters {reading.stored_bytes:>12,} bytes "
        f"{reading.multiplications:>12,} multiplications {time:>10}"
    )
