"""The state of the window: the data, the model in use, and the run in progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot

from app.background.paint_priority import PaintPriority
from app.background.task_queue import CLOSE_TIMEOUT_MILLISECONDS, TaskQueue
from app.session.curve_fit import Fit
from app.session.earlier_points import ended_run_at, keep_model_at
from app.session.loaded_model import LoadedModel, ModelWithPath, Renaming, RunOutcome
from app.session.model_session import ModelSession
from app.session.run_events import LiveNetwork, PinnedReading, RunState
from app.session.run_plan import EndedRun, InterruptedRun, RunPlan, load_ended_run
from app.session.snapshots_keeper import load_last_snapshots
from app.session.training_thread import NO_COPY, TrainingThread
from app.storage.models.model_library import ModelLibrary
from app.storage.paths import models_folder
from nncore.data.curves import CurvePoints
from nncore.data.dataset import DIGITS, Splits, load_mnist
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.experiments.recipes import VALIDATION_FRACTION, CurveExamples
from nncore.experiments.run_log.logged_run import LoggedRun, Rates
from nncore.files.model_file import Model
from nncore.files.snapshots_file import StoredSnapshots
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.control import check_learning_rate
from nncore.training.events import Diverged, Finished, Started


class _PendingRun(NamedTuple):
    """A run that starts when the data has been read. paused: wait after its first step."""

    plan: RunPlan
    paused: bool


class Session(ModelSession):
    """Holds the state that the tabs show, and emits a signal when a part of it changes; the base class has the models.

    Attributes:
        snapshots, planned_epochs: from the last run that learns digits; None and 0 before it.
        outcome: the models between which the user can choose after it; None before its end, and if it learned nothing.

    All methods return at once: reading, writing and training run on threads.
    """

    data_changed = Signal(Splits)
    """The data set in use has changed."""
    run_state_changed = Signal(RunState)
    """The state of the run has changed."""
    run_event = Signal(object)
    """An event of the current run: Started, PreviousPart, StepsDone, Diverged or Finished."""
    run_failed = Signal(str)
    """One sentence: why a run could not start or continue."""
    run_starting = Signal(RunPlan)
    """The plan of a run that is about to start."""
    ended_run_changed = Signal(object)
    """The EndedRun that `train_further` would train further; None if there is none."""
    outcome_changed = Signal()
    """`outcome` has changed: a run has ended or starts."""
    curve_fitted = Signal(Fit)
    """The current fit of a run that learns a curve."""
    snapshots_created = Signal(Snapshots, int)
    """The snapshots of a run that starts, or of the last run before this start; its planned number of epochs."""
    snapshots_grown = Signal()
    """`snapshots` has another point than before; at most once for each event of a run."""
    pinned_drawing_changed = Signal(object)
    """`pinned_drawing` has changed; the image (28, 28) uint8, or None."""
    drawing_read = Signal(PinnedReading)
    """What the network of the run in progress reads in the pinned drawing now."""

    network_in_training = Signal(LiveNetwork)
    """A copy of the network of the run in progress; several times a second while `watch_training` asks for it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data: Splits | None = None
        self.run_state = RunState.IDLE
        self.paint_priority = PaintPriority()
        self.snapshots: Snapshots | None = None
        self.pinned_drawing: NDArray[np.uint8] | None = None
        self.outcome: RunOutcome | None = None
        self._trained_model: LoadedModel | None = None
        self._model_is_latest = True
        self._last_point: TrainingPoint | None = None
        self._trained_path: Path | None = None
        self._model_before_run: ModelWithPath | None = None
        self._model_is_of_run = self._learns_digits = False
        self._run_may_replace_model = False
        self._run_has_ended, self.planned_epochs = True, 0
        self._training_is_watched = False
        self.ended_run: EndedRun | None = None
        self._thread: TrainingThread | None = None
        self._pending_run: _PendingRun | None = None
        # Not the queue of the models, so that a model does not wait for a data set.
        self._data_files = TaskQueue(self)

    # ------------------------------------------------------------------ data

    def load_bundled_data(self) -> None:
        """Use the bundled MNIST data."""
        self._data_files.discard("data")
        self._data_files.add("data", load_mnist, self.use_data, self._on_data_error)

    @Slot(object)
    def use_data(self, data: Splits) -> None:
        """Use `data` to train and to evaluate."""
        self.data = data
        self.data_changed.emit(data)
        if self._pending_run is not None:
            pending_run, self._pending_run = self._pending_run, None
            self._start(*pending_run)

    def remove_leftovers(self) -> None:
        """Delete what killed processes have left; see `app.storage.leftovers`."""
        self._files.add("leftovers", _remove_leftovers, lambda _: None, self.error_message.emit)

    # --------------------------------------------------- model of the last run

    @property
    def model_follows_run(self) -> bool:
        """Whether the model in use comes from the run in progress, and changes with it."""
        return self._model_is_of_run and self.run_state is not RunState.IDLE

    @property
    def model_is_latest_snapshot(self) -> bool:
        """Whether the model in use is the model of the latest of the `snapshots`, as far as the run has sent it by now.

        Within the first epoch of a run, the model before the run is still in use.
        """
        return self._model_is_of_run and self._model_is_latest

    def open_last_snapshots(self) -> None:
        """Emit the snapshots of the last run before this start, unless a run starts first."""
        self._start_reading("snapshots", "", load_last_snapshots, self._use_last_snapshots)

    def _use_last_snapshots(self, loaded: StoredSnapshots | None) -> None:
        if loaded is not None and self.snapshots is None and self.run_state is RunState.IDLE:
            self.snapshots, self.planned_epochs = loaded
            self.snapshots_created.emit(*loaded)

    def use_point(self, point: TrainingPoint) -> None:
        """Use the network at a point of the last run as a model; does nothing if its snapshot is no longer kept."""
        if (kept := self._snapshots_with(point)) is not None:
            names = self.data.training.class_names if self.data is not None else DIGITS
            self._start_reading("model", "", partial(keep_model_at, kept, point, names), self._use_model_of_point)

    def _use_model_of_point(self, kept: tuple[LoadedModel, Path | None, str]) -> None:
        loaded, path, problem = kept
        self.select_model(loaded, path)
        if path is None:
            self.add_unsaved_model(problem, loaded.model)
        else:
            self.status_message.emit(f"In use: {loaded.model.card.name}. The Models tab lists it.")

    def load_ended_run_at(self, point: TrainingPoint, on_loaded: Callable[[EndedRun], None]) -> None:
        """Read the last run as it was at the end of an epoch, to be trained further from there by `use_ended_run`.

        An error is reported. Does nothing if its snapshot is no longer kept.
        """
        if (kept := self._snapshots_with(point)) is not None and self.data is not None:
            self._start_reading("run", kept.run.name, partial(ended_run_at, kept, point, self.data), on_loaded)

    def _snapshots_with(self, point: TrainingPoint) -> Snapshots | None:
        """The snapshots as they are now, which do not change while a thread reads them; None without this point."""
        if self.snapshots is None or point not in self.snapshots.points:
            return None
        return Snapshots.from_snapshots(self.snapshots.spec, self.snapshots.all, self.snapshots.run)

    def keep_trained_model(self, name: str) -> None:
        """Keep the model of the last run under `name`: its file gets this name. Does nothing without an outcome.

        A model with a name is never thinned out. If the run could not save its model, it is saved now.
        """
        if self.outcome is not None:
            model, library = self.outcome.trained.model, ModelLibrary(self.error_message.emit)
            work = partial(library.keep, model, self.outcome.path, name)
            self._files.add("keep", work, partial(self._on_kept_under_name, model, name), self.error_message.emit)

    def _on_kept_under_name(self, model: Model, name: str, path: Path) -> None:
        self._on_model_kept(model, path)
        self.rename_models({path: (name, model.card.notes)})
        self.status_message.emit(f"Kept as “{name}”. The Models tab lists it.")
        if any(each.model is model for each in self.unsaved_models):
            self.discard_unsaved(model)

    def _rename(self, new: Renaming) -> None:
        super()._rename(new)
        self._model_before_run = new.with_path(self._model_before_run)
        self._trained_model = self._trained_model and new(self._trained_model, self._trained_path)
        if self.outcome is not None and (outcome := new.outcome(self.outcome)) is not self.outcome:
            self._set_outcome(outcome)

    def _take_over_saved(self, loaded: LoadedModel, saved: LoadedModel, path: Path) -> None:
        if self._trained_model is not None and self._trained_model.model is loaded.model:
            self._trained_model = saved
        if self._model_before_run is not None and self._model_before_run.loaded.model is loaded.model:
            self._model_before_run = ModelWithPath(saved, path)
        if self.outcome is not None:
            self._set_outcome(self.outcome.saved_as(loaded, saved, path))

    def use_trained_model(self) -> None:
        """Use the model of the last run; does nothing without an outcome."""
        if self.outcome is not None:
            self._model_is_of_run = True
            self._use_model(self.outcome.trained, self.outcome.path)

    def use_model_before(self) -> None:
        """Use the model that was in use before the last run; does nothing if there was none."""
        if self.outcome is not None and self.outcome.before is not None:
            self._model_is_of_run = False
            self._use_model(*self.outcome.before)

    def select_model(self, loaded: LoadedModel, path: Path | None) -> None:
        """Use a model that the user chose, even while a run is in progress whose model would replace it."""
        self._model_is_of_run = self._run_may_replace_model = False
        super().select_model(loaded, path)

    # ------------------------------------------------------------------- run

    def start_training(
        self,
        spec: NetworkSpec,
        config: TrainingConfig,
        *,
        paused: bool = False,
        recipe: str = "",
        parent: int | None = None,
        validation_fraction: float = VALIDATION_FRACTION,
        rates: Rates = (),
        points: CurvePoints | None = None,
    ) -> None:
        """Train a new network; `paused`: wait after its first step. Does nothing while another run is in progress.

        If the data is still being read, the run starts afterwards. recipe: its name, or "". parent: the logged run that
        this one repeats. rates: (step, learning rate) of each planned change. points: the curve to fit instead of the
        recipe's own.
        """
        plan = RunPlan(spec, config, validation_fraction, recipe, parent, rates=rates, points=points)
        self._begin(plan, paused)

    def continue_interrupted(self, run: LoggedRun, checkpoint_path: Path) -> None:
        """Continue a run whose process was killed, from its file `checkpoint_path`; this needs the same data."""
        settings = run.settings
        fraction, curve = settings.validation_fraction, CurveExamples.from_description(settings.data)
        plan = RunPlan(
            settings.spec, settings.config, fraction, settings.recipe, interrupted=InterruptedRun(run, checkpoint_path)
        )
        self._begin(plan if curve is None else replace(plan, points=curve.curve()), paused=False)

    def train_further(
        self, learning_rate: float, epochs: int, steps: int | None = None, seconds: float | None = None
    ) -> None:
        """Train `ended_run` further, until the first limit is reached; does nothing if there is no ended run.

        This is logged as a new run; the ended run stays unchanged. Raises SettingError for a value out of range.
        """
        if self.ended_run is not None:
            self._begin(self.ended_run.plan(learning_rate, epochs, steps, seconds), paused=False)

    def select_ended_run(self, run: LoggedRun, checkpoint_path: Path, points: CurvePoints | None = None) -> None:
        """Make a logged run the `ended_run`, which `train_further` trains further. points: the curve that it fits."""
        work = partial(load_ended_run, run, checkpoint_path, points)
        self._start_reading("run", run.settings.name, work, self.use_ended_run)

    def use_ended_run(self, ended: EndedRun) -> None:
        """Make a run the `ended_run`; does nothing while a run is in progress."""
        if self.run_state is RunState.IDLE:
            self._set_ended_run(ended)
            memory = "" if ended.checkpoint.optimizer_steps else " The optimizer's memory starts empty."
            self.status_message.emit(
                f"Choose a learning rate and a number of epochs, then press “Train further: {ended.title}”.{memory}"
            )

    def _begin(self, plan: RunPlan, paused: bool) -> None:
        if self.run_state is not RunState.IDLE:
            return
        if plan.ended is None:
            self._set_ended_run(None)
        self._set_outcome(None)
        self._set_run_state(RunState.STARTING)
        if self.data is None:
            self._pending_run = _PendingRun(plan, paused)
        else:
            self._start(plan, paused)

    def _start(self, plan: RunPlan, paused: bool) -> None:
        assert self.data is not None
        self._thread = TrainingThread(plan, self.data, models_folder(), self, self.paint_priority)
        # A network that fits a curve cannot read digits.
        self._run_may_replace_model = self._learns_digits = plan.curve_points is None
        self._model_is_of_run = False
        self._run_has_ended, self.planned_epochs = False, plan.config.epochs
        self._trained_model = None
        self._trained_path = None
        self._model_before_run = self.model_in_use
        if paused:
            self._thread.control.pause()
        self._thread.run_event.connect(self._on_event)
        self._thread.model_updated.connect(self._on_model_updated)
        self._thread.failed.connect(self._on_run_failure)
        self._thread.snapshots_created.connect(self._on_snapshots_created)
        self._thread.earlier_snapshots = self._snapshots_of(plan.ended)
        self._thread.drawing = self.pinned_drawing
        self._thread.drawing_read.connect(self.drawing_read)
        self._thread.copy_after = NO_COPY if self._training_is_watched else None
        self._thread.network_copied.connect(self._on_network_copied)
        self._thread.curve_fitted.connect(self.curve_fitted)
        self._thread.model_kept.connect(self._on_model_kept)
        self._thread.model_not_saved.connect(self.add_unsaved_model)
        self._thread.not_logged.connect(self.error_message)
        self._thread.snapshots_not_saved.connect(self.error_message)
        self._thread.run_ended.connect(self._set_ended_run)
        self._thread.finished.connect(self._on_thread_end)
        self.run_starting.emit(plan)
        self._thread.start()

    def _snapshots_of(self, ended: EndedRun | None) -> Snapshots | None:
        """The present `snapshots` if they are those of this run."""
        kept = self.snapshots
        if ended is None or kept is None or kept.run.number != ended.number:
            return None
        return Snapshots.from_snapshots(kept.spec, kept.all, kept.run)

    def pin_drawing(self, image: NDArray[np.uint8] | None) -> None:
        """Let each run read this drawing (28, 28) as it learns, including the run in progress; None for no drawing."""
        self.pinned_drawing = image
        if self._thread is not None:
            self._thread.drawing = image
        self.pinned_drawing_changed.emit(image)

    def watch_training(self, watched: bool) -> None:
        """Whether to emit `network_in_training`: while the window shows the network of a run as it learns."""
        if watched != self._training_is_watched:
            self._training_is_watched = watched
            if self._thread is not None:
                self._thread.copy_after = NO_COPY if watched else None

    @Slot(LiveNetwork)
    def _on_network_copied(self, live: LiveNetwork) -> None:
        if self._training_is_watched and self._thread is not None:
            self.network_in_training.emit(live)
            self._thread.copy_after = live.point.step

    def pause(self) -> None:
        """Pause after the current mini-batch."""
        if self._thread is not None and self.run_state is RunState.RUNNING:
            self._thread.control.pause()
            self._set_run_state(RunState.PAUSED)

    def resume(self) -> None:
        """Continue a paused run."""
        if self._thread is not None and self.run_state is RunState.PAUSED:
            self._thread.control.resume()
            self._set_run_state(RunState.RUNNING)

    def step(self) -> None:
        """Train one mini-batch, then pause."""
        if self._thread is not None and self.run_state in (RunState.RUNNING, RunState.PAUSED):
            self._thread.control.step()
            self._set_run_state(RunState.PAUSED)

    def stop(self) -> None:
        """Stop the run; the model keeps what it learned."""
        if self._pending_run is not None:
            self._pending_run = None
            self._set_run_state(RunState.IDLE)
        elif self._thread is not None:
            self._thread.control.stop()
            self._set_run_state(RunState.STOPPING)

    def set_learning_rate(self, rate: float) -> None:
        """Train with `rate` from the next mini-batch on; does nothing if no run is in progress.

        Raises SettingError unless it is above 0 and finite.
        """
        check_learning_rate(rate)
        if self._pending_run is not None:
            plan = self._pending_run.plan
            changed = replace(plan, config=replace(plan.config, learning_rate=rate))
            self._pending_run = self._pending_run._replace(plan=changed)
        elif self._thread is not None:
            self._thread.control.learning_rate = rate

    def _set_run_state(self, state: RunState) -> None:
        if state is not self.run_state:
            self.run_state = state
            self.run_state_changed.emit(state)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        if isinstance(event, Started) and self._thread is not None and self.run_state is RunState.STARTING:
            self._set_run_state(RunState.PAUSED if self._thread.control.is_paused else RunState.RUNNING)
        if isinstance(event, Finished | Diverged):
            self._run_has_ended = True
        self.run_event.emit(event)
        self._announce_snapshots()

    def _announce_snapshots(self) -> None:
        points = self.snapshots.points if self.snapshots is not None else ()
        if points and points[-1] != self._last_point:
            self._last_point = points[-1]
            self.snapshots_grown.emit()

    @Slot(object)
    def _on_model_updated(self, loaded: LoadedModel) -> None:
        self._trained_model = loaded
        self._model_is_latest = self._thread is None or self._thread.model_is_latest
        # What the user draws is not read by a network that still reads worse than the model before.
        is_better = RunOutcome(loaded, self._model_before_run).is_better
        if self._model_is_of_run or (self._run_may_replace_model and is_better):
            self._model_is_of_run = True
            self._use_model(loaded, None)

    @Slot(Model, Path)
    def _on_model_kept(self, model: Model, path: Path) -> None:
        if self._trained_model is not None and model is self._trained_model.model:
            self._trained_path = path
        if self.outcome is not None and model is self.outcome.trained.model:
            self._set_outcome(replace(self.outcome, path=path))
        if model is self.model:
            self.model_path = path
            self.model_renamed.emit(model)

    @Slot(object)
    def _set_ended_run(self, ended: EndedRun | None) -> None:
        self.ended_run = ended
        self.ended_run_changed.emit(ended)

    @Slot(object)
    def _on_snapshots_created(self, snapshots: Snapshots) -> None:
        if self._learns_digits:
            self.snapshots = snapshots
            self._last_point = snapshots.points[-1] if snapshots.points else None
            self.snapshots_created.emit(snapshots, self.planned_epochs)

    @Slot(str)
    def _on_run_failure(self, problem: str) -> None:
        self._run_has_ended = True
        self.run_failed.emit(problem)

    @Slot()
    def _on_thread_end(self) -> None:
        if self._thread is not None:
            self._thread.deleteLater()
            self._thread = None
        if not self._run_has_ended:
            self._run_has_ended = True
            self.run_failed.emit("The run stopped because of an error in Digit Lab; the log file has the details.")
        learns_digits, self._learns_digits = self._learns_digits, False
        self._set_run_state(RunState.IDLE)
        if learns_digits and self._trained_model is not None:
            self._end_with(RunOutcome(self._trained_model, self._model_before_run, self._trained_path))

    def _end_with(self, outcome: RunOutcome) -> None:
        """Use the model of the run only if it reads as well as the one before, and the user has not chosen another."""
        if self._run_may_replace_model and outcome.is_better != self._model_is_of_run:
            self._model_is_of_run = outcome.is_better
            if outcome.is_better:
                self._use_model(outcome.trained, outcome.path)
            elif outcome.before is not None:
                self._use_model(*outcome.before)
        self._set_outcome(outcome)

    def _set_outcome(self, outcome: RunOutcome | None) -> None:
        self.outcome = outcome
        self.outcome_changed.emit()

    # --------------------------------------------------------------- threads

    def close(self) -> bool:
        """Stop the run, keep what it learned, and wait for all threads; False if one did not end in time."""
        self.stop()
        while self._thread is not None:
            if not self._thread.wait(CLOSE_TIMEOUT_MILLISECONDS):
                return False
            # The last signals of the thread are still in the event queue, and may ask for more work.
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
        return self._files.finish() and self._data_files.finish()

    def _on_data_error(self, problem: str) -> None:
        self.error_message.emit(problem)
        if self._pending_run is not None and self.data is None:
            self._pending_run = None
            self.run_failed.emit(f"There is no data to train on: {problem}")
            self._set_run_state(RunState.IDLE)


def _remove_leftovers() -> None:
    from app.storage.leftovers import remove_leftovers  # imported on the thread, so that the window opens sooner

    remove_leftovers()
