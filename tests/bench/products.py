"""The fraction of a training step that is matrix products, which every framework must compute.

The products of one step are repeated alone, into arrays made beforehand, by the same BLAS on the same one thread: for
a dense layer X W, X' dY and dY W', for a convolution the same with its patches as columns; the first layer needs no
gradient of its input. A step is an epoch divided by its steps, so shuffling is part of it. nncore is measured as it
trains, on all cores, and on one, where both sides have the same.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from math import prod
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nncore.model.layers import Conv2D, Dense
from nncore.model.network import NetworkSpec
from nncore.system.blas_threads import one_blas_thread
from tests.bench.child import interleaved
from tests.bench.epoch import nncore_seconds
from tests.bench.networks import BATCH, NETWORKS, TITLES
from tests.bench.report import Figure, Section

STEPS = 60_000 / BATCH
"""Steps an epoch; the last one is smaller, which counts as a part of one."""

WARM_UP, REPEATS = 100, 1000

AT_MOST = {"dense": 1.4}
"""Upper limit for the time of a step, as a multiple of the time of its products."""


def measure(rounds: int) -> Iterator[Section]:
    """A section for each network."""
    for name in NETWORKS:
        yield _of_network(name, rounds)


def _of_network(name: str, rounds: int) -> Section:
    ways = {"all": ["all", name], "one": ["one", name], "products": ["products", name]}
    runs = interleaved("tests.bench.products", ways, range(rounds))
    steps = {cores: runs[cores].of("microseconds") for cores in ("all", "one")}
    alone = runs["products"].of("microseconds")
    on_all, on_one = (
        Figure("nncore, a step", "µs", steps["all"]),
        Figure("nncore, a step on one core", "µs", steps["one"]),
    )
    fractions = tuple(100 * part / whole for part, whole in zip(alone, steps["one"], strict=True))
    return Section(
        f"A step and its matrix products: {TITLES[name]}",
        [
            on_all,
            on_one,
            Figure("its products alone, on one core: a step", "µs", alone, on_all, AT_MOST.get(name)),
            Figure("its products alone, on one core: a step on one", "µs", alone, on_one),
            Figure("fraction of a step on one core in matrix products", "%", fractions),
        ],
    )


Product = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
"""Left factor, right factor, and an array for the result."""


def products_of_a_step(spec: NetworkSpec, rows: int) -> list[Product]:
    """The products of forward and backward for a batch of `rows`, on random numbers.

    What a layer would transpose is a transposed view, and an array used twice is the same array, as in a step.
    """
    rng = np.random.default_rng(0)
    found: list[Product] = []
    for number, (layer, shape, output) in enumerate(zip(spec.layers, spec.shapes, spec.shapes[1:], strict=False)):
        if isinstance(layer, Dense):
            X, W, dY = _random(rng, (rows, shape[0]), (shape[0], layer.units), (rows, layer.units))
            pairs = [(X, W), (X.T, dY), (dY, W.T)]
        elif isinstance(layer, Conv2D):
            inputs, pixels = shape[0] * prod(layer.windows.size), rows * prod(output[1:])
            patches, W, dY = _random(rng, (inputs, pixels), (layer.filters, inputs), (layer.filters, pixels))
            pairs = [(W, patches), (dY, patches.T), (W.T, dY)]
        else:
            continue
        if number == 0:
            pairs.pop()  # the gradient with respect to the images is not used
        found += [(left, right, left @ right) for left, right in pairs]
    return found


def _random(rng: np.random.Generator, *shapes: tuple[int, int]) -> list[NDArray[np.float32]]:
    return [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]


def products_microseconds(name: str) -> float:
    """Microseconds of the products of one step."""
    products = products_of_a_step(NETWORKS[name], BATCH)
    with one_blas_thread():
        for repeat in range(WARM_UP + REPEATS):
            if repeat == WARM_UP:
                began = perf_counter()
            for left, right, result in products:
                np.matmul(left, right, out=result)
        return (perf_counter() - began) * 1e6 / REPEATS


if __name__ == "__main__":
    what, name = sys.argv[1:]
    if what == "products":
        print(json.dumps({"microseconds": products_microseconds(name)}))
    else:
        cores = 1 if what == "one" else None
        print(json.dumps({"microseconds": nncore_seconds(name, cores=cores) * 1e6 / STEPS}))
