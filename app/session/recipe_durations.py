"""How long each recipe takes on this machine: measured in the background, or as long as its last run took."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.background.task_queue import TaskQueue, is_cancelled
from app.session.run_plan import EndedRun
from nncore.data.dataset import Splits
from nncore.experiments.recipes import RECIPES, Recipe
from nncore.training.duration import estimate_seconds


class RecipeDurations(QObject):
    """Measures each recipe once for each set of data; a few steps of a recipe take about a second.

    seconds: what is known so far, by the names of recipes.
    """

    measured = Signal(str, float)
    """The name of a recipe, and the seconds that it takes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seconds: dict[str, float] = {}
        self._data: Splits | None = None
        self._tasks = TaskQueue(self)

    def measure(self, data: Splits) -> None:
        """Measure the recipes that were not measured yet with `data`; recipes that do not fit it are left out."""
        self._use(data)
        for recipe in RECIPES.values():
            if recipe.name not in self.seconds and not self._tasks.has(recipe.name):
                self._tasks.add(
                    recipe.name, partial(_measure, recipe, data), partial(self._keep, recipe.name, data), None
                )

    def take_time_of(self, ended: EndedRun, data: Splits) -> None:
        """Use the time of a whole run on `data` with the settings of its recipe, instead of an estimate.

        It includes the work for the window. Small networks, whose steps are short, take twice as long with it.
        """
        state, recipe = ended.checkpoint, RECIPES.get(ended.checkpoint.recipe)
        if recipe is None or (state.spec, state.config) != (recipe.spec, recipe.config):
            return
        if state.counters.epochs_done >= recipe.config.epochs:
            self._use(data)
            self._keep(recipe.name, data, state.counters.seconds)

    @property
    def is_measuring(self) -> bool:
        """Whether a recipe is being measured or waits for it."""
        return self._tasks.is_busy

    @Slot()
    def cancel(self) -> None:
        """Cancel the measurements that run or wait; a run of the user needs the processors."""
        for name in RECIPES:
            self._tasks.cancel(name)

    def finish(self) -> bool:
        """Cancel the measurements and wait for their end; False if that takes too long."""
        self.cancel()
        return self._tasks.finish()

    def _use(self, data: Splits) -> None:
        """Forget the times with other data."""
        if data is not self._data:
            self.cancel()
            self._data, self.seconds = data, {}

    def _keep(self, name: str, data: Splits, seconds: float | None) -> None:
        if seconds is not None and data is self._data:
            self.seconds[name] = seconds
            self.measured.emit(name, seconds)


def _measure(recipe: Recipe, data: Splits) -> float | None:
    return estimate_seconds(recipe.spec, recipe.config, recipe.splits(data), cancelled=is_cancelled)
