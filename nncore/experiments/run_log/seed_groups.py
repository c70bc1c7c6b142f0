"""Runs side by side: those that differ only in their seed become one curve, their mean with a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nncore.experiments.run_log.descriptions import differing_settings
from nncore.experiments.run_log.html_report import ReportedRun
from nncore.experiments.run_log.logged_run import LoggedRun, RunSettings

COMPARED_FIGURES = ("validation_accuracy", "training_accuracy", "validation_loss", "training_loss")
"""What can be compared, the most telling figure first."""


@dataclass(frozen=True, eq=False)
class SeedGroup:
    """Runs with the same settings except the seed.

    Attributes:
        epochs: (n,) the epochs that all of its runs have.
        mean, low, high: (n,) the mean, lowest and highest value of the compared figure after each of them; all the same
            for a single run.
    """

    runs: tuple[LoggedRun, ...]
    epochs: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def settings(self) -> RunSettings:
        """The settings of its first run."""
        return self.runs[0].settings

    def average(self, figure: str) -> float | None:
        """The mean of a figure, such as "test_accuracy", over the runs that have it; None if none has."""
        found = self.values(figure)
        return sum(found) / len(found) if found else None

    def values(self, figure: str) -> list[float]:
        """A figure of each run that has it."""
        return [value for run in self.runs if (value := getattr(run, figure)) is not None]


def compared_figure(runs: Sequence[ReportedRun]) -> str:
    """Return the first of COMPARED_FIGURES that all runs with epochs have; the last of them if there is none."""
    rows = [row for run in runs for row in run.epochs]
    shared = (name for name in COMPARED_FIGURES if rows and all(row.get(name) is not None for row in rows))
    return next(shared, COMPARED_FIGURES[-1])


def seed_groups(runs: Sequence[ReportedRun], figure: str) -> list[SeedGroup]:
    """Return the groups in the order of their first runs. figure: one of COMPARED_FIGURES."""
    groups: dict[RunSettings, list[ReportedRun]] = {}
    for run in runs:
        groups.setdefault(_without_seed(run.run.settings), []).append(run)
    return [_group(members, figure) for members in groups.values()]


def group_differences(groups: Sequence[SeedGroup]) -> dict[str, tuple[str, ...]]:
    """Return the settings in which groups differ: {label: a value for each group}; several seeds are listed."""
    differing = differing_settings([group.settings for group in groups])
    if "seed" in differing and any(len(group.runs) > 1 for group in groups):
        seeds = (", ".join(f"{run.settings.config.seed}" for run in group.runs) for group in groups)
        differing["seed"] = tuple(seeds)
    return differing


def _without_seed(settings: RunSettings) -> RunSettings:
    config = replace(settings.config, seed=0)
    return replace(settings, config=config, name="", machine="", parent=None)


def _group(members: Sequence[ReportedRun], figure: str) -> SeedGroup:
    curves = [
        {int(row["epoch"] or 0): float(value) for row in each.epochs if (value := row.get(figure)) is not None}
        for each in members
    ]
    shared = sorted(set.intersection(*(set(curve) for curve in curves)))
    values = np.array([[curve[epoch] for epoch in shared] for curve in curves], np.float64).reshape(len(curves), -1)
    mean, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
    return SeedGroup(tuple(each.run for each in members), np.array(shared, np.float64), mean, low, high)
