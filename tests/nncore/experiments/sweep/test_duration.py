"""The estimate of a sweep's duration follows from measured steps and the number of processes."""

from __future__ import annotations

import pytest

from nncore.experiments.sweep import SweepJob, duration, grid
from nncore.experiments.sweep.duration import MAX_RUNS_MEASURED, estimate_sweep_seconds
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.nncore.example_data import small_mnist

SPEC = NetworkSpec.dense((784, 8, 10))


def jobs(seeds: int) -> list[SweepJob]:
    return grid(SPEC, TrainingConfig(epochs=1), {"seed": tuple(range(seeds))})


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds of the runs that were measured; the run with seed n takes n + 1 seconds."""
    seeds = list[int]()

    def seconds(spec: NetworkSpec, config: TrainingConfig, *_: object, cores: int, cancelled: object) -> float:
        assert cores == 1
        seeds.append(config.seed)
        return config.seed + 1.0

    monkeypatch.setattr(duration, "estimate_seconds", seconds)
    return seeds


def test_the_runs_share_the_processes(measured: list[int]) -> None:
    assert estimate_sweep_seconds(jobs(4), small_mnist(), 0.1, workers=2) == 5.0  # (1 + 2 + 3 + 4) / 2
    assert measured == [0, 1, 2, 3]


def test_a_sweep_lasts_at_least_as_long_as_its_longest_run(measured: list[int]) -> None:
    assert estimate_sweep_seconds(jobs(3), small_mnist(), 0.1, workers=8) == 3.0


def test_of_many_runs_some_are_measured_evenly(measured: list[int]) -> None:
    assert estimate_sweep_seconds(jobs(20), small_mnist(), 0.1, workers=1) == 20 * 11.0
    assert measured == [2, 6, 10, 14, 18]
    assert len(measured) == MAX_RUNS_MEASURED


def test_real_runs_are_measured_and_a_cancelled_estimate_is_none() -> None:
    assert estimate_sweep_seconds(jobs(1), small_mnist(), 0.1, cancelled=lambda: True) is None
    estimate = estimate_sweep_seconds(jobs(1), small_mnist(), 0.1)
    assert estimate is not None
    assert estimate > 0
