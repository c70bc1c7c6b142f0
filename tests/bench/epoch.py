"""Seconds per epoch of MNIST for a dense and a convolutional network, against PyTorch and scikit-learn.

An epoch includes shuffling, taking batches and the steps. The check of the weights that nncore makes after each epoch
is not counted, because PyTorch has none. For nncore and PyTorch, the first epoch of a process is not counted.
scikit-learn cannot run single epochs at the speed of its loop, so the time of one `fit` is divided by its epochs; it
uses all cores through its BLAS.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from statistics import mean
from time import perf_counter
from typing import Any

from tests.bench.child import interleaved
from tests.bench.frameworks import against_best, left_out, sklearn_ways, torch_ways
from tests.bench.networks import BATCH, NETWORKS, TITLES, fresh_network, training_images
from tests.bench.report import Figure, Section

EPOCHS = 3
RATE = 0.001

IMAGES = {"dense": 60_000, "conv": 60_000, "convnet": 12_000}
"""Images that an epoch is measured on; if they are fewer than 60,000, the seconds are scaled up."""
UNIT = "s an epoch"

AT_MOST = {("dense", "torch"): 0.5, ("dense", "sklearn"): 0.4, ("convnet", "torch"): 1.0}
"""Upper limit for the time of nncore, as a fraction of the time of the other framework."""


def measure(rounds: int) -> Iterator[Section]:
    """A section for each network."""
    for name in NETWORKS:
        yield _of_network(name, rounds)


def _of_network(name: str, rounds: int) -> Section:
    torch, sklearn = torch_ways(name), sklearn_ways(name) if name == "dense" else {}
    runs = interleaved("tests.bench.epoch", {"nncore": ["nncore", name], **torch, **sklearn}, range(rounds))
    ours = Figure("nncore", UNIT, runs["nncore"].of("seconds"))
    theirs = [Figure(way, UNIT, runs[way].of("seconds")) for way in torch]
    figures = [ours, *against_best(ours, theirs, AT_MOST.get((name, "torch")))]
    figures += [Figure(way, UNIT, runs[way].of("seconds"), ours, AT_MOST.get((name, "sklearn"))) for way in sklearn]
    wanted = ("torch", "sklearn") if name == "dense" else ("torch",)
    return Section(f"An epoch of 60,000 images: {TITLES[name]}", figures, left_out(*wanted))


def nncore_seconds(name: str, cores: int | None = None) -> float:
    """Mean seconds an epoch of nncore; `cores` limits how many it may use."""
    from nncore.training import TrainingConfig, train
    from nncore.training.events import EpochDone

    data, network = training_images(IMAGES[name]), fresh_network(NETWORKS[name])
    config = TrainingConfig(optimizer="adam", learning_rate=RATE, batch_size=BATCH, epochs=EPOCHS + 1)
    ends, judging = [], []
    for event in train(network, data, config, cores=cores):
        if isinstance(event, EpochDone):
            ends.append(perf_counter())
            judging.append(event.seconds - IMAGES[name] / event.samples_per_second)
    return (ends[-1] - ends[0] - sum(judging[1:])) / EPOCHS * 60_000 / IMAGES[name]


def torch_seconds(name: str, adam: str, threads: str) -> float:
    """Mean seconds an epoch of PyTorch."""
    import torch

    from tests.bench.torch_networks import TorchTraining, tensors, torch_twin

    torch.set_num_threads(int(threads))
    spec = NETWORKS[name]
    network = torch_twin(fresh_network(spec))
    images = tensors(training_images(IMAGES[name]).training, spec)
    training = TorchTraining(network, *images, RATE, BATCH, fused=adam == "fused")
    training.epoch()
    seconds = []
    for _ in range(EPOCHS):
        began = perf_counter()
        training.epoch()
        seconds.append(perf_counter() - began)
    return mean(seconds) * 60_000 / IMAGES[name]


def sklearn_seconds(name: str) -> float:
    """Seconds of a `fit` of scikit-learn divided by its epochs."""
    data = training_images().training
    classifier, images = mlp_classifier(name, EPOCHS), data.inputs(slice(None))
    began = perf_counter()
    classifier.fit(images, data.labels)
    return (perf_counter() - began) / EPOCHS


def mlp_classifier(name: str, epochs: int) -> Any:
    """Return an MLPClassifier of the same widths that trains exactly `epochs` epochs."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)  # it stops early on purpose
    return MLPClassifier(
        NETWORKS[name].widths[1:-1],
        activation="relu",
        solver="adam",
        alpha=0.0,
        batch_size=BATCH,
        learning_rate_init=RATE,
        max_iter=epochs,
        n_iter_no_change=epochs + 1,
    )


if __name__ == "__main__":
    of = {"nncore": nncore_seconds, "torch": torch_seconds, "sklearn": sklearn_seconds}
    print(json.dumps({"seconds": of[sys.argv[1]](*sys.argv[2:])}))  # type: ignore[operator]
