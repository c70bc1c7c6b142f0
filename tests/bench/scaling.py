"""Microseconds per training image for growing batches, layers and data sets, against PyTorch.

Batch sizes and widths are measured over enough steps to take a few tenths of a second, after as many steps to warm up.
PyTorch uses its fused Adam, with all threads or with one, whichever is faster. Data sets are files that repeat MNIST;
nncore reads them while it trains and holds only a window of the rows in memory.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np

from nncore.data.dataset import Splits, load_mnist
from nncore.data.formats import read_dataset
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig, train
from nncore.training.events import StepDone
from tests.bench.child import interleaved
from tests.bench.frameworks import left_out, threads_tried, version_of
from tests.bench.memory import peak
from tests.bench.networks import BATCH, fresh_network, training_images
from tests.bench.report import Figure, Section

BATCH_SIZES = (1, 8, 32, 128, 512, 2048, 8192)
WIDTHS = (16, 64, 128, 256, 512, 1024)
ROWS = (10_000, 100_000, 1_000_000)

MULTIPLICATIONS, MAX_STEPS = 4e9, 3000
"""Work of one measurement: approximate multiplications of the forward pass, and the largest number of steps."""


def measure(rounds: int) -> Iterator[Section]:
    """A section for batch sizes, widths and rows each."""
    sizes = {f"batch {size:,}": (size, 128) for size in BATCH_SIZES}
    yield _against_torch("Batch size, 784-128-64-10", sizes, rounds)
    widths = {f"width {width:,}": (BATCH, width) for width in WIDTHS}
    yield _against_torch(f"Width w, 784-w-w/2-10, batch {BATCH}", widths, rounds)
    yield _of_rows(rounds)


def _against_torch(title: str, points: dict[str, tuple[int, int]], rounds: int) -> Section:
    """nncore and PyTorch at each (batch size, width)."""
    frameworks = {"nncore": "nncore"} | ({"torch": "PyTorch"} if version_of("torch") else {})
    ways = {
        f"{point}, {called}": [framework, str(batch), str(width)]
        for point, (batch, width) in points.items()
        for framework, called in frameworks.items()
    }
    runs = interleaved("tests.bench.scaling", ways, range(rounds))
    figures: list[Figure] = []
    for way in ways:
        ours = None if way.endswith("nncore") else figures[-1]
        figures.append(Figure(way, "µs an image", runs[way].of("microseconds"), ours))
    return Section(title, figures, left_out("torch"))


def _of_rows(rounds: int) -> Section:
    """An epoch of nncore from a file, and its peak memory; the ratios are to the fewest rows."""
    with tempfile.TemporaryDirectory() as folder:
        for count in ROWS:
            write_images(Path(folder) / f"{count}-images.npy", Path(folder) / f"{count}-labels.npy", count)
        ways = {f"{count:,} rows": ["rows", str(Path(folder) / f"{count}-images.npy")] for count in ROWS}
        runs = interleaved("tests.bench.scaling", ways, range(rounds))
    costs = [Figure(way, "µs an image", runs[way].of("microseconds")) for way in ways]
    peaks = [Figure(f"{way}, peak memory", "MiB", runs[way].of("MiB")) for way in ways]
    return Section("Rows, 784-128-64-10, mapped from a file", [*costs, *peaks])


def write_images(images: Path, labels: Path, count: int) -> None:
    """Write `count` images and their labels: the training images of MNIST, repeated as often as needed."""
    mnist = load_mnist().training
    with images.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (count, *mnist.images.shape[1:])}
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, count, len(mnist)):
            file.write(mnist.images[: count - start].tobytes())
    np.save(labels, np.resize(mnist.labels, count).astype(np.uint8))


def network_of(width: int) -> NetworkSpec:
    """784-width-width/2-10."""
    return NetworkSpec.dense((784, width, width // 2, 10))


def images_for(batch: int, width: int) -> int:
    """Return the number of images for a measurement: at least three whole batches, if MNIST has that many."""
    enough = round(MULTIPLICATIONS / network_of(width).parameter_count / batch)
    return min(max(3, enough), MAX_STEPS, 60_000 // batch) * batch


def nncore_microseconds(batch: int, width: int) -> float:
    """Return the microseconds per image of nncore."""
    return _of_last_epoch(training_images(images_for(batch, width)), batch, width, epochs=2)


def _of_last_epoch(data: Splits, batch: int, width: int, epochs: int) -> float:
    """Microseconds an image from step to step, without the first; epochs are evaluated between their steps."""
    config = TrainingConfig(batch_size=batch, epochs=epochs)
    began, images = 0.0, 0
    for event in train(fresh_network(network_of(width)), data, config):
        if isinstance(event, StepDone) and event.epoch == epochs:
            ended = perf_counter()
            images += event.samples if began else 0
            began = began or ended
    return (ended - began) * 1e6 / images


def torch_microseconds(batch: int, width: int) -> float:
    """Return the microseconds per image of PyTorch, with the faster number of threads."""
    import torch

    from tests.bench.torch_networks import TorchTraining, tensors, torch_twin

    spec = network_of(width)
    images, labels = tensors(training_images(images_for(batch, width)).training, spec)
    times = []
    for threads in threads_tried():
        torch.set_num_threads(threads)
        training = TorchTraining(torch_twin(fresh_network(spec)), images, labels, 0.001, batch, fused=True)
        training.epoch()
        began = perf_counter()
        training.epoch()
        times.append((perf_counter() - began) * 1e6 / len(images))
    return min(times)


def rows_figures(images: str) -> dict[str, float]:
    """Microseconds an image of an epoch from the file `images`, and the peak memory of that in MiB."""
    data = Splits(read_dataset(Path(images), mapped=True).training)
    return {"microseconds": _of_last_epoch(data, BATCH, 128, epochs=1), "MiB": peak()}


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what == "rows":
        print(json.dumps(rows_figures(*arguments)))
    else:
        microseconds = torch_microseconds if what == "torch" else nncore_microseconds
        print(json.dumps({"microseconds": microseconds(*map(int, arguments))}))
