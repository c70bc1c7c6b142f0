"""Training actions: they connect the Train tab and the Runs tab with the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QWidget

from app.background.task_queue import TaskQueue
from app.session.loaded_model import ModelWithPath, is_same_model
from app.session.rate_finder_task import RateFinderTask
from app.session.recipe_durations import RecipeDurations
from app.session.run_events import PinnedReading, PreviousPart, RunState, StepsDone
from app.session.run_plan import EndedRun, RunPlan
from app.session.session import Session
from app.storage.run_store import RunStore
from app.tabs.train.charts.earlier_runs import earlier_runs_of
from app.tabs.train.settings.settings_panel import FIRST_RECIPE
from app.widgets.snapshot_row import RUN_IN_PROGRESS
from app.window.training_dialogs import TrainingDialogs
from nncore.data.curves import CurvePoints
from nncore.data.formats.points import read_points
from nncore.errors import SettingError
from nncore.evaluation.snapshots import TrainingPoint
from nncore.experiments.recipes import RECIPES, Recipe
from nncore.experiments.run_log.log import LoggedRun, RunLogError, RunSettings
from nncore.files.model_file import Model
from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.events import Diverged, Finished, Started

if TYPE_CHECKING:
    from app.tabs.runs.runs_tab import RunsTab
    from app.tabs.train.train_tab import TrainTab


class TrainingActions(QObject):
    """Starts, repeats, forks and continues runs when the Train tab or the Runs tab requests it."""

    tab_requested = Signal(QWidget)
    """The tab that shows the result of an action."""
    error_message = Signal(str)
    """One sentence: what could not be done, or what has changed since a run."""
    draw_requested = Signal()
    """Show the Draw tab, whose network is the one of the last run now."""
    model_replaced = Signal(Model, ModelWithPath)
    """The Model of the last run is in use now, and the ModelWithPath that was in use before."""
    mistakes_requested = Signal()
    """Show the mistakes of the network of the last run."""

    def __init__(self, session: Session, train_tab: TrainTab, window: QWidget) -> None:
        """window: the parent of dialogs."""
        super().__init__(window)
        self.session, self.train_tab = session, train_tab
        self.rate_finder, self.tasks = RateFinderTask(self), TaskQueue(self)
        self.recipe_durations = RecipeDurations(self)
        self._fork_parent: LoggedRun | None = None
        self._classifier: tuple[Network | None, str] = None, ""
        self._taught_count = 0
        self.dialogs = TrainingDialogs(session, train_tab, window)
        self._connect()

    def finish(self) -> bool:
        """Cancel all work in the background and wait for its threads; False if that takes too long."""
        if not self.dialogs.finish():
            return False
        return self.rate_finder.finish() and self.recipe_durations.finish() and self.tasks.finish()

    def _connect(self) -> None:
        session, train_tab = self.session, self.train_tab
        train_tab.train_requested.connect(self._train)
        train_tab.step_requested.connect(self._step)
        train_tab.train_further_requested.connect(session.train_further)
        session.ended_run_changed.connect(train_tab.set_ended_run)
        train_tab.pause_requested.connect(session.pause)
        train_tab.resume_requested.connect(session.resume)
        train_tab.stop_requested.connect(session.stop)
        train_tab.page_requested.connect(self.dialogs.show_recipe_page)
        self.dialogs.recipe_chosen.connect(self._use_recipe)
        self.dialogs.error_message.connect(self.error_message)
        train_tab.curves_painting.connect(session.paint_priority.claim)  # until the painted curve is on the screen
        session.run_starting.connect(self._prepare_charts)
        train_tab.find_rate_requested.connect(self._find_rate)
        learning, rate_finder = train_tab.settings.learning, self.rate_finder
        learning.find_cancelled.connect(rate_finder.cancel)
        session.run_starting.connect(rate_finder.cancel)
        rate_finder.running_changed.connect(learning.set_finding)
        rate_finder.found.connect(learning.show_found)
        rate_finder.failed.connect(learning.show_finding_error)
        train_tab.settings.curve.path_chosen.connect(self._read_points)
        session.curve_fitted.connect(train_tab.show_fit)
        train_tab.learning_rate_changed.connect(session.set_learning_rate)
        session.run_event.connect(self._show_event)
        session.run_failed.connect(train_tab.run_failed)
        session.run_state_changed.connect(train_tab.set_run_state)
        train_tab.settings.recipes.chosen.connect(self._forget_fork)
        choice = train_tab.settings.recipes.choice
        choice.opened.connect(self._measure_recipes)
        self.recipe_durations.measured.connect(choice.show_seconds)
        session.ended_run_changed.connect(self._take_time_of)
        session.run_starting.connect(self.recipe_durations.cancel)
        train_tab.outcome_bar.try_requested.connect(partial(self._use_trained_model, self.draw_requested))
        train_tab.outcome_bar.mistakes_requested.connect(partial(self._use_trained_model, self.mistakes_requested))
        train_tab.outcome_bar.keep_requested.connect(self.dialogs.ask_for_name)
        train_tab.outcome_bar.back_requested.connect(session.use_model_before)
        session.outcome_changed.connect(self._show_outcome)
        session.model_changed.connect(self._show_outcome)
        session.model_renamed.connect(self._show_outcome)
        train_tab.unpin_requested.connect(partial(session.pin_drawing, None))
        session.pinned_drawing_changed.connect(self._show_pinned_drawing)
        session.drawing_read.connect(self._show_pinned_reading)
        session.run_state_changed.connect(self._read_pinned_drawing)
        if session.pinned_drawing is not None:  # it was kept
            self._show_pinned_drawing(session.pinned_drawing)

    def connect_runs_tab(self, runs: RunsTab) -> None:
        """Connect the requests of the Runs tab, which is built later than the Train tab."""
        runs.earlier_runs_chosen.connect(partial(self._show_earlier_runs, runs.store))
        self.dialogs.run_logged.connect(runs.refresh)
        runs.rerun_requested.connect(self.rerun)
        runs.sweep_requested.connect(self.dialogs.open_sweep)
        runs.fork_requested.connect(self._fork)
        runs.continue_requested.connect(self.continue_run)
        runs.train_further_requested.connect(self._select_ended_run)

    @Slot()
    def _measure_recipes(self) -> None:
        if self.session.data is not None and self.session.run_state is RunState.IDLE:
            self.recipe_durations.measure(self.session.data)

    @Slot(object)
    def _take_time_of(self, ended: EndedRun | None) -> None:
        if ended is not None and self.session.data is not None:
            self.recipe_durations.take_time_of(ended, self.session.data)

    @Slot(float)
    def hold_out(self, fraction: float) -> None:
        """Hold out this fraction of the training images in the next runs, instead of the recipe's fraction."""
        self._fork_parent = None
        self.train_tab.settings.hold_out(fraction)

    def _show_earlier_runs(self, store: RunStore, numbers: list[int]) -> None:
        try:
            runs = store.reported_runs(numbers)
        except RunLogError as problem:
            self.error_message.emit(str(problem))
            return
        self.train_tab.curves.set_earlier_runs(earlier_runs_of(runs))
        if numbers:
            self.tab_requested.emit(self.train_tab)

    @Slot(object)
    def rerun(self, run: LoggedRun) -> None:
        """Repeat the run with the same settings and seed."""
        settings = run.settings
        with self._lost_points_reported():
            points = self.train_tab.settings.points_of(settings)

            def start() -> None:
                self._show_settings_of(settings)
                self.session.start_training(
                    settings.spec, settings.config, recipe=settings.recipe, parent=run.id,
                    validation_fraction=settings.validation_fraction, rates=settings.rates, points=points,
                )  # fmt: skip

            self._start_run(start)
            self._warn_if_data_differs(run)

    def _warn_if_data_differs(self, run: LoggedRun) -> None:
        """Show a message if the run used other images than the current ones; a curve is restored with its run."""
        data, recipe = self.session.data, RECIPES.get(run.settings.recipe)
        trained_on, fits = run.settings.data, recipe is not None and recipe.fits_a_curve
        if fits or data is None or trained_on in ("", data.training.source):
            return
        self.error_message.emit(f"That run was trained on {trained_on}; this one is trained on {data.training.source}.")

    @Slot(object, object)
    def continue_run(self, run: LoggedRun, checkpoint_path: Path) -> None:
        """Continue an interrupted run from its file `checkpoint_path`."""

        def start() -> None:
            self._show_settings_of(run.settings)
            self.session.continue_interrupted(run, checkpoint_path)

        self._start_run(start)

    @Slot(object, object)
    def _select_ended_run(self, run: LoggedRun, checkpoint_path: Path) -> None:
        """Show the settings of an ended run, and offer to train it further."""
        with self._lost_points_reported():
            points = self.train_tab.settings.points_of(run.settings)

            def select() -> None:
                self._show_settings_of(run.settings)
                self.session.select_ended_run(run, checkpoint_path, points)

            self._start_run(select)

    @Slot(TrainingPoint)
    def train_further_from(self, point: TrainingPoint) -> None:
        """Show the settings of the last run, and offer to train it further from `point`, the end of an epoch."""
        self._start_run(partial(self.session.load_ended_run_at, point, self._offer_train_further))

    def _offer_train_further(self, ended: EndedRun) -> None:
        if self.session.run_state is RunState.IDLE:
            self._show_settings_of(ended.settings)
            self.session.use_ended_run(ended)

    @contextmanager
    def _lost_points_reported(self) -> Iterator[None]:
        """End the `with` block with a message if the points that a run has learned cannot be read."""
        try:
            yield
        except SettingError as problem:
            self.error_message.emit(str(problem))

    def _show_settings_of(self, settings: RunSettings) -> None:
        self.train_tab.set_settings(settings.spec, settings.config, settings)

    @Slot(object)
    def _fork(self, run: LoggedRun) -> None:
        """Show the run's settings; it is the parent of the next runs until a recipe or fraction is chosen."""
        with self._lost_points_reported():
            self.train_tab.settings.points_of(run.settings)
            self._fork_parent = run
            self._show_settings_of(run.settings)
            self.tab_requested.emit(self.train_tab)
            self._warn_if_data_differs(run)

    @Slot(object)
    def show_settings(self, settings: RunSettings) -> None:
        """Show the settings with which a model was trained in the Train tab; nothing is trained yet."""
        with self._lost_points_reported():
            self.train_tab.settings.points_of(settings)
            self._forget_fork()
            self._show_settings_of(settings)
            self.tab_requested.emit(self.train_tab)

    @Slot()
    def _forget_fork(self) -> None:
        self._fork_parent = None

    def _start_run(self, start: Callable[[], None]) -> None:
        if self.session.run_state is RunState.IDLE:
            start()
            self.tab_requested.emit(self.train_tab)
        else:
            self.error_message.emit(RUN_IN_PROGRESS)

    @Slot(object, object)
    def _train(self, spec: NetworkSpec, config: TrainingConfig) -> None:
        self._start_recipe(spec, config, paused=False)

    @Slot(object, object)
    def _step(self, spec: NetworkSpec, config: TrainingConfig) -> None:
        if self.session.run_state is not RunState.IDLE:
            self.session.step()
        else:
            self._start_recipe(spec, config, paused=True)

    def _start_recipe(self, spec: NetworkSpec, config: TrainingConfig, paused: bool) -> None:
        """Start a run with the selected recipe and the current settings."""
        settings, parent = self.train_tab.settings, self._fork_parent.id if self._fork_parent else None
        self.session.start_training(
            spec, config, paused=paused, recipe=settings.recipe.name, parent=parent,
            validation_fraction=settings.validation_fraction, points=settings.points(),
        )  # fmt: skip

    @Slot(object, object)
    def _find_rate(self, spec: NetworkSpec, config: TrainingConfig) -> None:
        if self.session.data is not None:
            settings = self.train_tab.settings
            plan = RunPlan(spec, config, settings.validation_fraction, settings.recipe.name, points=settings.points())
            self.rate_finder.begin(plan, self.session.data)

    @Slot(object)
    def _read_points(self, path: Path) -> None:
        """Read the points of a curve in the background."""
        curve = self.train_tab.settings.curve
        self._add_reading_of_points(path, lambda points: curve.show_file(points, path))

    @Slot()
    def restore_points(self) -> None:
        """Read the points again that were open at the last start."""
        settings = self.train_tab.settings
        path = settings.curve.path_to_restore
        if path is not None:
            self._add_reading_of_points(path, partial(settings.restore_points, path))

    def _add_reading_of_points(self, path: Path, show: Callable[[CurvePoints], None]) -> None:
        curve = self.train_tab.settings.curve
        self.tasks.add("points", partial(read_points, path), show, curve.show_file_error, latest_only=True)

    @Slot()
    def show_first_recipe(self) -> None:
        """Show the settings of the first recipe, with the focus on Train; during a run only the tab is shown."""
        if self.session.run_state is RunState.IDLE:
            self._use_recipe(RECIPES[FIRST_RECIPE])
        self.tab_requested.emit(self.train_tab)
        self.train_tab.focus()

    @Slot(object)
    def _use_recipe(self, recipe: Recipe) -> None:
        self._forget_fork()
        self.train_tab.choose_recipe(recipe.name)
        self.tab_requested.emit(self.train_tab)

    def _use_trained_model(self, then: SignalInstance) -> None:
        """Use the model of the last run, and show another tab; if another model was in use, say so."""
        before = self.session.model_in_use
        self.session.use_trained_model()
        then.emit()
        now = self.session.model_in_use
        if before is not None and now is not None and not is_same_model(now.loaded.model, before.loaded.model):
            self.model_replaced.emit(now.loaded.model, before)

    @Slot()
    def _show_outcome(self) -> None:
        self.train_tab.show_outcome(self.session.outcome, self.session.model, is_taught=self._taught_count > 0)

    @Slot(int)
    def show_taught(self, count: int) -> None:
        """The network that reads drawings has learned `count` drawings, which the model in use has not."""
        self._taught_count = count
        self._show_outcome()

    @Slot(object, str)
    def read_pinned_with(self, network: Network | None, name: str) -> None:
        """Read the pinned drawing with `network`, called `name`, while no run is in progress."""
        self._classifier = network, name
        self._read_pinned_drawing()

    @Slot(str)
    def rename_classifier(self, name: str) -> None:
        """The network that reads drawings has this name now."""
        self._classifier = self._classifier[0], name
        self._read_pinned_drawing()

    @Slot(object)
    def _prepare_charts(self, plan: RunPlan) -> None:
        self.train_tab.begin_run((plan.spec, plan.config), plan.curve_points)
        self.train_tab.curves.announce(plan.settings)

    @Slot(object)
    def _show_pinned_drawing(self, image: NDArray[np.uint8] | None) -> None:
        self.train_tab.pin_drawing(image)
        self._read_pinned_drawing()

    @Slot(PinnedReading)
    def _show_pinned_reading(self, reading: PinnedReading) -> None:
        if self.session.pinned_drawing is not None and self.session.run_state is not RunState.IDLE:
            self.train_tab.pinned.show_reading(reading)

    @Slot()
    def _read_pinned_drawing(self) -> None:
        """Read the pinned drawing as Draw reads, unless a run is in progress, whose thread reads it."""
        session, (network, name) = self.session, self._classifier
        if session.pinned_drawing is None or session.run_state is not RunState.IDLE:
            return
        if network is not None:
            self.train_tab.pinned.show_model(PinnedReading.from_network(network, session.pinned_drawing), name)

    @Slot(object)
    def _show_event(self, event: object) -> None:
        tab = self.train_tab
        match event:
            case StepsDone():
                tab.steps_done(event)
            case Started():
                tab.run_started(event)
            case PreviousPart():
                tab.show_previous_part(event)
            case Diverged():
                tab.run_diverged(event)
            case Finished():
                tab.run_finished(event)
