"""A sweep of 8 small runs with one worker process per core, against the same 8 runs one after another.

The runs one after another are trained as `train` does, once with all cores and once with one core. Both sides have the
data in memory; the time of the sweep includes starting its workers and sending them the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any

from nncore.data.dataset import Splits, load_mnist
from nncore.experiments.sweep import SweepJob, SweepResult, grid, run_sweep
from nncore.model.network import Network, NetworkSpec
from nncore.system.cores import available_cores
from nncore.training import RandomStreams, TrainingConfig, train
from tests.bench.report import Figure, Section

SMALL = NetworkSpec.dense((784, 64, 10))
VALUES: dict[str, list[Any]] = {"learning_rate": [0.001, 0.003, 0.01, 0.03], "batch_size": [32, 64], "epochs": [3]}


def measure(rounds: int) -> Iterator[Section]:
    """Measure each way in turn, round by round."""
    data, jobs = load_mnist(), grid(SMALL, TrainingConfig(), VALUES)
    took: dict[str, list[float]] = {"sweep": [], "one core": [], "all cores": []}
    for _ in range(rounds):
        took["sweep"].append(_sweep(jobs, data))
        took["one core"].append(_one_after_another(jobs, data, 1))
        took["all cores"].append(_one_after_another(jobs, data, None))
    name = f"the {len(jobs)} at once, on {available_cores()} cores"
    figures = [
        Figure("one after another, on one core", "s", tuple(took["one core"])),
        Figure("one after another, with all cores each", "s", tuple(took["all cores"])),
    ]
    sweep = tuple(took["sweep"])
    fractions = [tuple(ours / theirs for ours, theirs in zip(sweep, figure.runs, strict=True)) for figure in figures]
    yield Section(
        f"A sweep of {len(jobs)} runs of {SMALL.summary}, 3 epochs of MNIST each",
        [
            *figures,
            Figure(name, "s", sweep),
            Figure(f"{name}: fraction of the time on one core", "", fractions[0], at_most=0.6),
            Figure(f"{name}: fraction of the time with all cores each", "", fractions[1], at_most=0.6),
        ],
    )


def _sweep(jobs: list[SweepJob], data: Splits) -> float:
    began = perf_counter()
    results = [event for event in run_sweep(jobs, data) if isinstance(event, SweepResult)]
    took = perf_counter() - began
    assert [result.state for result in results] == ["finished"] * len(jobs)
    return took


def _one_after_another(jobs: list[SweepJob], data: Splits, cores: int | None) -> float:
    began = perf_counter()
    for job in jobs:
        network = Network(job.spec)
        network.initialize(RandomStreams.from_seed(job.config.seed).initialization)
        for _ in train(network, data, job.config, cores=cores):
            pass
    return perf_counter() - began
