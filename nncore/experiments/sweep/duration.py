"""How long a sweep will take on this machine, estimated from the first steps of some of its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

from nncore.data.dataset import Splits
from nncore.experiments.sweep.grid import SweepJob
from nncore.system.cores import available_cores
from nncore.training import hold_out_validation
from nncore.training.duration import estimate_seconds

MAX_RUNS_MEASURED = 5
"""Each takes about a second; the others are taken to last as long as these on average."""


def estimate_sweep_seconds(
    jobs: Sequence[SweepJob],
    data: Splits,
    validation_fraction: float,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int | None = None,
) -> float | None:
    """Estimate the seconds that `jobs`, at least one, take with one run per core; None if `cancelled()`.

    data: the examples, of which each run holds out `validation_fraction`. workers: the number of processes, None for
    one per core. Raises SettingError if the data does not fit a network.
    """
    measured = min(len(jobs), MAX_RUNS_MEASURED)
    chosen = [jobs[(2 * number + 1) * len(jobs) // (2 * measured)] for number in range(measured)]  # evenly spaced
    seconds = list[float]()
    for job in chosen:
        splits = hold_out_validation(data, validation_fraction, job.config.seed)
        estimate = estimate_seconds(job.spec, job.config, splits, cancelled=cancelled, cores=1)
        if estimate is None:
            return None
        seconds.append(estimate)
    at_once = max(1, min(workers or available_cores(), len(jobs)))
    return max(max(seconds), fmean(seconds) * len(jobs) / at_once)
