"""Runs the learning-rate finder in the background."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.background.task_queue import TaskQueue, is_cancelled
from app.session.run_plan import RunPlan
from nncore.data.dataset import Splits
from nncore.system.cores import available_cores
from nncore.training.rate_finder import RateFinderResult, find_learning_rate


class RateFinderTask(QObject):
    """Finds a good learning rate for a run, on a thread; one at a time."""

    found = Signal(RateFinderResult)
    """The result of a search that was not cancelled."""
    failed = Signal(str)
    """One sentence: why no learning rate was found."""
    running_changed = Signal(bool)
    """Whether a learning rate is being found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskQueue(self)
        self._tasks.busy_changed.connect(self.running_changed)

    def begin(self, plan: RunPlan, data: Splits) -> None:
        """Find a learning rate for this run on `data`; a new network is trained for it."""
        self._tasks.add("rate", partial(_find_rate, plan, data), self._emit_found, self.failed.emit, latest_only=True)

    @Slot()
    def cancel(self) -> None:
        """Cancel it within one step."""
        self._tasks.cancel("rate")

    def finish(self) -> bool:
        """Cancel it and wait for its end; False if that takes too long."""
        self.cancel()
        return self._tasks.finish()

    def _emit_found(self, result: RateFinderResult | None) -> None:
        if result is not None:
            self.found.emit(result)


def _find_rate(plan: RunPlan, data: Splits) -> RateFinderResult | None:
    cores = max(1, available_cores() - 1)
    training = plan.begin(data, plan.new_control(), cores)
    return find_learning_rate(training.network, training.data, plan.config, cancelled=is_cancelled, cores=cores)
