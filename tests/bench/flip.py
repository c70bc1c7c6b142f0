"""How often one stroke or one erased piece is found that changes the class of a digit, and how long the search takes.

The digits are every fiftieth of MNIST's test images. The networks are the bundled model and that of the recipe `mlp`,
which is trained first (about a minute). Set DIGITLAB_BENCH_MLP to a saved model of this recipe to skip the training.
The times are those of the processor, with one BLAS thread. More rounds give the same images, so only one is measured.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import load_mnist
from nncore.evaluation.explanation.changed_images import CHANGE_KINDS
from nncore.evaluation.explanation.few_pixels import MAX_CHANGED_PIXELS, find_adversarial_pixels
from nncore.evaluation.explanation.flip import Flip, find_flip
from nncore.experiments.recipes import RECIPES
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.network import Network
from nncore.system.blas_threads import one_blas_thread
from nncore.training.fit import fit
from tests.bench.report import Figure, Section

MLP = "DIGITLAB_BENCH_MLP"
IMAGES = 200
MAX_MISSED = 40.0
"""Per cent of the digits for which no change may be found."""
MAX_SECONDS = 2.0


def measure(rounds: int) -> Iterator[Section]:
    """The bundled model, then the recipe."""
    networks: Mapping[str, Callable[[], Network]] = {
        "bundled model": lambda: load_model(bundled_model_path()).network(),
        "recipe mlp": _mlp,
    }
    for name, network in networks.items():
        with one_blas_thread():
            built = network()
            yield _flips(name, built)
            yield _adversarial(name, built)


def _mlp() -> Network:
    if file := os.environ.get(MLP):
        return load_model(Path(file)).network()
    recipe, network = RECIPES["mlp"], Network(RECIPES["mlp"].spec, seed=0)
    fit(network, recipe.splits(load_mnist()), recipe.config, verbose=False)
    return network


def _flips(name: str, network: Network) -> Section:
    images = _images()
    flips: list[Flip] = []
    seconds: list[float] = []
    find_flip(network, images[0])  # the first search of a process also draws the bank of lines
    for image in images:
        began = process_time()
        flip = find_flip(network, image).flip
        seconds.append(process_time() - began)
        if flip is not None:
            flips.append(flip)
    kinds = Counter(flip.kind for flip in flips)
    figures = [Figure("found", "%", (100 * len(flips) / len(seconds),))]
    figures += [Figure(f"found: {kind}", "%", (100 * kinds[kind] / len(seconds),)) for kind in CHANGE_KINDS]
    figures += [
        Figure("not found", "%", (100 - 100 * len(flips) / len(seconds),), at_most=MAX_MISSED),
        Figure("seconds, median", "s", (median(seconds),)),
        Figure("seconds, longest", "s", (max(seconds),), at_most=MAX_SECONDS),
    ]
    if flips:
        figures.append(Figure("changed ink, median", "pixels", (median(flip.changed_ink for flip in flips),)))
        figures.append(Figure("new probability, median", "%", (100 * median(flip.probability for flip in flips),)))
    return Section(f"What would flip the answer, {len(seconds)} test digits: {name}", figures)


def _adversarial(name: str, network: Network) -> Section:
    pixels: list[int] = []
    seconds: list[float] = []
    for image in _images():
        began = process_time()
        found = find_adversarial_pixels(network, image)
        seconds.append(process_time() - began)
        if found is not None:
            pixels.append(len(found.pixels))
    figures = [
        Figure("found", "%", (100 * len(pixels) / len(seconds),)),
        Figure("seconds, median", "s", (median(seconds),)),
        Figure("seconds, longest", "s", (max(seconds),), at_most=MAX_SECONDS),
    ]
    if pixels:
        figures.append(Figure("changed pixels, median", "pixels", (median(pixels),)))
    return Section(f"Adversarial examples of at most {MAX_CHANGED_PIXELS} pixels: {name}", figures)


def _images() -> NDArray[np.uint8]:
    test = load_mnist().test
    assert test is not None
    chosen: NDArray[np.uint8] = test.images[:: len(test) // IMAGES]
    return chosen
