"""The curves of runs of this window that stay behind the later ones. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from app.tabs.train.charts.curve import Curve, Values
from app.tabs.train.charts.earlier_runs import EARLIER_RUN_BUCKETS, CurveKind, EarlierLine, ShownRun, loss_of, task_of
from app.tabs.train.charts.run_curves import RunCurves
from nncore.experiments.run_log.descriptions import labels_by_difference
from nncore.experiments.run_log.logged_run import RunSettings

LinePoints = tuple[Values, Values]

_identities = count(1)


@dataclass(frozen=True, eq=False)
class KeptRun:
    """A run of this window, as a ShownRun.

    Attributes:
        losses_drawn, accuracies_drawn: training and validation points.
        identity: a number that no other run of this window has; a copy with another name keeps it.
    """

    settings: RunSettings
    length: float
    losses_drawn: tuple[LinePoints, LinePoints]
    accuracies_drawn: tuple[LinePoints, LinePoints]
    name: str = ""
    differs: str = ""
    identity: int = field(default_factory=lambda: next(_identities))

    @classmethod
    def from_curves(cls, settings: RunSettings, curves: RunCurves) -> KeptRun | None:
        """The run as it is drawn now; None if it has no steps."""
        if not len(curves.batch_loss.points()[0]):
            return None
        losses = _with_fewer_points(curves.training_loss), curves.validation_loss.points()
        accuracies = _with_fewer_points(curves.training_accuracy), curves.validation_accuracy.points()
        return cls(settings, curves.reached, losses, accuracies)

    @property
    def task(self) -> str:
        """What it learns."""
        return task_of(self.settings)

    @property
    def loss(self) -> str:
        """The name of its loss function."""
        return loss_of(self.settings)

    def losses(self, dash: int) -> list[EarlierLine]:
        """Smoothed training loss and validation loss."""
        return _lines(dash, self.losses_drawn)

    def accuracies(self, dash: int) -> list[EarlierLine]:
        """Smoothed training accuracy and validation accuracy, in per cent."""
        return _lines(dash, self.accuracies_drawn)


class KeptRuns:
    """The runs that were kept, and the last run, which the next one replaces unless it is kept."""

    def __init__(self) -> None:
        self._kept: list[KeptRun] = []
        self._last: KeptRun | None = None

    def add(self, run: KeptRun, keep: bool) -> None:
        """Add the run that has ended; keep: it stays until it is removed, not only behind the next run."""
        self._last = None if keep else run
        if keep:
            self._kept.append(run)

    def named(self, current: RunSettings) -> list[KeptRun]:
        """All of them, the last one first, named for a legend beside the run with the settings `current`."""
        runs = ([self._last] if self._last is not None else []) + self._kept[::-1]
        differences = labels_by_difference([*(run.settings for run in runs), current])
        return [
            replace(run, name=("last run, " if run is self._last else "kept, ") + run.settings.name, differs=differs)
            for run, differs in zip(runs, differences[:-1], strict=True)
        ]

    def remove(self, identity: int) -> None:
        """Remove the run with this identity."""
        self._kept = [run for run in self._kept if run.identity != identity]
        if self._last is not None and self._last.identity == identity:
            self._last = None


def comparable(runs: Sequence[ShownRun], task: str) -> list[ShownRun]:
    """The runs of the same task; all if a task is unknown."""
    return [run for run in runs if not task or not run.task or run.task == task]


def _with_fewer_points(curve: Curve) -> LinePoints:
    few = Curve(EARLIER_RUN_BUCKETS)
    few.extend(*curve.points())
    return few.points()


def _lines(dash: int, drawn: tuple[LinePoints, LinePoints]) -> list[EarlierLine]:
    kinds: tuple[CurveKind, CurveKind] = "training", "validation"
    return [EarlierLine(kind, dash, *points) for kind, points in zip(kinds, drawn, strict=True)]
