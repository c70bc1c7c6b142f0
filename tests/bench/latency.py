"""The time to read one image, from pixels to probabilities, as when a user draws.

Measured are `predict` of nncore, PyTorch in inference mode with softmax, and `predict_proba` of scikit-learn.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import load_mnist
from nncore.system.blas_threads import one_blas_thread
from tests.bench.child import interleaved
from tests.bench.epoch import mlp_classifier
from tests.bench.frameworks import against_best, left_out, sklearn_ways, torch_ways
from tests.bench.networks import NETWORKS, fresh_network
from tests.bench.report import Figure, Section

READINGS = 2000
UNIT = "µs"


def measure(rounds: int) -> Iterator[Section]:
    """A section for each network."""
    for name in NETWORKS:
        yield _of_network(name, rounds)


def _of_network(name: str, rounds: int) -> Section:
    torch, sklearn = torch_ways(name, adams=("",)), sklearn_ways(name) if name == "dense" else {}
    runs = interleaved("tests.bench.latency", {"nncore": ["nncore", name], **torch, **sklearn}, range(rounds))
    ours = Figure("nncore", UNIT, runs["nncore"].of("median"))
    late = Figure("nncore, 99th percentile", UNIT, runs["nncore"].of("99th percentile"))
    theirs = [Figure(way, UNIT, runs[way].of("median")) for way in torch]
    figures = [ours, late, *against_best(ours, theirs)]
    figures += [Figure(way, UNIT, runs[way].of("median"), ours) for way in sklearn]
    wanted = ("torch", "sklearn") if name == "dense" else ("torch",)
    return Section(f"One image to probabilities: {name}", figures, left_out(*wanted))


def nncore_reading(name: str) -> Callable[[int], object]:
    """Return a function that reads the test image with the given number."""
    network, images = fresh_network(NETWORKS[name]), _test_images()
    return lambda n: network.predict(images[n : n + 1])


def torch_reading(name: str, _adam: str, threads: str) -> Callable[[int], object]:
    """Return the same function with PyTorch."""
    import torch

    from tests.bench.torch_networks import torch_twin

    torch.set_num_threads(int(threads))
    spec = NETWORKS[name]
    network = torch_twin(fresh_network(spec)).eval()
    images = torch.from_numpy(_test_images().reshape(-1, *spec.shapes[0]))

    def read(n: int) -> object:
        with torch.inference_mode():
            return torch.softmax(network(images[n : n + 1]), dim=1)

    return read


def sklearn_reading(name: str) -> Callable[[int], object]:
    """Return the same function with scikit-learn, which has no network before it is trained on a few images."""
    data = load_mnist().training.take(slice(0, 1000))
    classifier, images = mlp_classifier(name, 1), _test_images()
    classifier.fit(data.inputs(slice(None)), data.labels)
    return lambda n: classifier.predict_proba(images[n : n + 1])


def _test_images() -> NDArray[np.floating]:
    test = load_mnist().test
    assert test is not None
    return test.inputs(slice(0, READINGS))


def times_of(read: Callable[[int], object]) -> dict[str, float]:
    """Return the median and the 99th percentile in microseconds, without the first hundred readings."""
    times = []
    for n in range(READINGS):
        began = perf_counter()
        read(n)
        times.append((perf_counter() - began) * 1e6)
    times = sorted(times[100:])
    return {"median": median(times), "99th percentile": times[int(0.99 * len(times))]}


if __name__ == "__main__":
    framework, *arguments = sys.argv[1:]
    of = {"nncore": nncore_reading, "torch": torch_reading, "sklearn": sklearn_reading}
    with one_blas_thread() if framework == "nncore" else nullcontext():  # as in the app
        print(json.dumps(times_of(of[framework](*arguments))))  # type: ignore[operator]
