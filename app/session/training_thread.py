"""The training thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal

from app.background.paint_priority import PaintPriority
from app.background.task_queue import ShownError, unexpected_error
from app.background.work_pace import WorkPace
from app.session.curve_fit import COMPARED_EPOCHS, Fit, current_fit
from app.session.loaded_model import LoadedModel
from app.session.run_events import LiveNetwork, PinnedReading, PreviousPart, StepBatcher
from app.session.run_plan import EndedRun, RunPlan
from app.session.snapshots_keeper import SnapshotsKeeper
from app.storage.models.model_library import run_model_name
from app.storage.paths import last_snapshots_path
from app.storage.run_recorder import RunRecorder
from nncore.data.dataset import Splits
from nncore.errors import DigitLabError
from nncore.evaluation.metrics import Evaluation
from nncore.evaluation.snapshots import Snapshots, SnapshotsRun
from nncore.files.model_file import Model, save_model, trained_model
from nncore.files.snapshots_file import save_snapshots
from nncore.system.cores import available_cores
from nncore.system.reading_budget import ReadingCancelled, watched_reading
from nncore.training import Training
from nncore.training.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent

FIT_INTERVAL_SECONDS = 0.1
"""Minimum time between two fits that a run in progress sends to the window."""

MODEL_INTERVAL_SECONDS = 0.25
"""Minimum time between two models that a run in progress sends to the window."""

MAX_READING_FRACTION = 0.02
"""The largest fraction of the time that reading the pinned drawing may take, and copying the network another one."""

COPY_INTERVAL_SECONDS = 0.125
"""Minimum time between two copies of the network that a run in progress sends to the window."""

NO_COPY = -1
"""In place of the steps of a copy: the window has none."""

PAUSE_CHECK_SECONDS = 0.1
"""The time within which a paused run notices what the window asks for: another drawing, or a copy of the network."""


class TrainingThread(QThread):
    """Builds its own network, trains it, and saves the model.

    `control` pauses, steps, stops and changes the learning rate, each within one mini-batch. The signals carry frozen
    objects whose arrays are copies.

    Attributes:
        drawing: the pinned drawing (28, 28) that is read as the network learns; another thread may replace it.
        copy_after: the steps of the copy of the network that the window has, NO_COPY if it has none: a later one is to
            be sent. None: none is to be sent. Another thread sets it after each copy, so that copies never queue up.
        earlier_snapshots: of the run that this one trains further, set before the start; None if there are none.
        model_is_latest: whether the last model emitted is the model of the last snapshot, except for the pace of a run
            in progress; an ended run may have the weights of its best epoch, or of the last before it diverged.
    """

    run_event = Signal(object)
    """Started; PreviousPart for a continued run; StepsDone; and at the end Diverged or Finished."""
    model_updated = Signal(LoadedModel)
    """The model trained so far, after an epoch or at the end."""
    failed = Signal(str)
    """One sentence: why the run could not start or continue."""
    model_kept = Signal(Model, Path)
    """The Model of the run, and the file in which it is kept."""
    model_not_saved = Signal(str, Model)
    """One sentence: why the model could not be saved; and the model."""
    curve_fitted = Signal(Fit)
    """The current fit of a curve."""
    not_logged = Signal(str)
    """One sentence: why the run could not be logged; the run continues."""
    snapshots_created = Signal(Snapshots)
    """The snapshots of the run that starts. They grow while it trains, and may be read at the same time."""
    snapshots_not_saved = Signal(str)
    """One sentence: why the snapshots could not be saved."""
    drawing_read = Signal(PinnedReading)
    """What the network reads in `drawing` now."""
    network_copied = Signal(LiveNetwork)
    """A copy of the network as it is now, for a window that shows it."""
    run_ended = Signal(EndedRun)
    """The ended run; not emitted if it diverged or made no step."""

    def __init__(
        self,
        plan: RunPlan,
        data: Splits,
        models_folder: Path,
        parent: QObject,
        paint_priority: PaintPriority | None = None,
    ) -> None:
        """models_folder: the folder for the run's model. paint_priority: the training waits while it is claimed."""
        super().__init__(parent)
        self.control = plan.new_control()
        self.paint_priority = paint_priority or PaintPriority()
        self.plan = plan
        self.models_folder = models_folder
        self.model_is_latest = True
        self.drawing: NDArray[np.uint8] | None = None
        self.copy_after: int | None = None
        self.earlier_snapshots: Snapshots | None = None
        self._data = data

    def run(self) -> None:
        """Train; Qt calls this on the new thread."""
        try:
            self._train()
        except ReadingCancelled:
            self.failed.emit("The run was stopped before its checkpoint was read; it can be continued later.")
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except MemoryError:
            self.failed.emit("There is not enough memory for this network and batch size.")
        except Exception as problem:  # a bug
            self.failed.emit(unexpected_error("The run stopped", problem))
            raise ShownError from problem

    def _train(self) -> None:
        with self.plan.recorder(self.not_logged.emit) as recorder:
            keeper = SnapshotsKeeper(recorder.checkpoint_path, self.plan.config.epochs, self.snapshots_not_saved.emit)
            # One core is left to the window: painting and the pen must not wait for matrix products.
            with watched_reading(cancelled=lambda: self.control.is_stopped):  # of a large checkpoint
                training = self.plan.begin(self._data, self.control, max(1, available_cores() - 1))
            _RunInProgress(self, training, recorder, keeper).train()


class _RunInProgress:
    """Trains on the thread, and emits the signals of the `TrainingThread`."""

    def __init__(
        self, thread: TrainingThread, training: Training, recorder: RunRecorder, keeper: SnapshotsKeeper
    ) -> None:
        """training: ready for its next step. keeper: keeps the snapshots of the run on disk while it trains."""
        self._thread = thread
        self._training = training
        self._recorder = recorder
        self._keeper = keeper
        self._plan = thread.plan
        self._control = thread.control
        self._batcher = StepBatcher(rates_used=self._control.rates_used)
        self._snapshots = Snapshots(self._plan.spec)
        self._curve = self._plan.curve_points
        self._model_emitted_at = float("-inf")
        self._fit_emitted_at = float("-inf")
        self._last_read: NDArray[np.uint8] | None = None
        self._reading_pace = WorkPace(MAX_READING_FRACTION)
        self._copy_pace = WorkPace(MAX_READING_FRACTION, COPY_INTERVAL_SECONDS)

    def train(self) -> None:
        """Train to the end of the run."""
        for event in self._training.events():
            self._recorder.record(event, self._training)
            if isinstance(event, StepDone | EpochDone):
                self._collect(event)
                continue
            self._emit_steps(self._batcher.flush())
            self._end(event)
            self._thread.run_event.emit(event)
            if isinstance(event, Started):
                self._begin()
            self._batcher.restart_clock()

    def _begin(self) -> None:
        """Emit what is known before the next step: a snapshot of the network, and the earlier part of the run."""
        training, recorder = self._training, self._recorder
        run = SnapshotsRun(self._plan.name, recorder.number, recorder.started)
        self._snapshots = Snapshots(self._plan.spec, run=run)
        earlier = self._thread.earlier_snapshots
        if self._plan.interrupted is not None:
            self._snapshots = self._keeper.restore(self._snapshots, training.point)
        elif earlier is not None and earlier.spec == self._plan.spec:
            self._snapshots = earlier.up_to(training.point, run)
        self._add_snapshot()
        self._thread.snapshots_created.emit(self._snapshots)
        self._show_network(at_once=True)
        if training.steps:
            rates, control = list(self._control.rates_used), self._control
            if not rates or rates[-1][1] != control.learning_rate:
                rates.append((training.steps + 1, control.learning_rate))
            self._thread.run_event.emit(PreviousPart(recorder.curve, training.history.rows(), tuple(rates)))

    def _add_snapshot(self) -> None:
        """Add a snapshot of the network, unless the last one is of the same point."""
        point, points = self._training.point, self._snapshots.points
        if not points or point.is_after(points[-1]):
            self._snapshots.add(point, self._training.network)

    def _last_snapshot_ends(self, epoch: int) -> bool:
        last = self._snapshots.points[-1]
        return last.ends_epoch and last.epoch == epoch

    def _collect(self, event: StepDone | EpochDone) -> None:
        if isinstance(event, EpochDone) or self._snapshots.wants_step(event.step):
            self._add_snapshot()
            if self._curve is None:
                self._keeper.save(self._snapshots, within_epoch=isinstance(event, StepDone))
        self._emit_steps(self._batcher.add(event))
        if isinstance(event, EpochDone):
            self._emit_fit(event.epoch)
            if perf_counter() - self._model_emitted_at >= MODEL_INTERVAL_SECONDS:
                self._emit_model(test=None)
        elif self._control.is_paused:
            self._emit_steps(self._batcher.flush())
            self._show_network(at_once=True)
            while not self._control.wait_for_turn(PAUSE_CHECK_SECONDS):
                if self._thread.drawing is not self._last_read:
                    self._read_drawing(at_once=True)
                self._copy_network(at_once=True)
            self._batcher.restart_clock()
        else:
            self._thread.paint_priority.wait_for_release()

    def _emit_fit(self, epoch: int) -> None:
        """Emit the current fit: after each of COMPARED_EPOCHS, otherwise at most every FIT_INTERVAL_SECONDS."""
        is_due = epoch in COMPARED_EPOCHS or perf_counter() - self._fit_emitted_at >= FIT_INTERVAL_SECONDS
        if self._curve is not None and is_due:
            self._fit_emitted_at = perf_counter()
            self._thread.curve_fitted.emit(current_fit(self._training.network, self._curve, epoch))

    def _emit_steps(self, steps: object | None) -> None:
        if steps is not None:
            self._thread.run_event.emit(steps)
            self._show_network()

    def _show_network(self, *, at_once: bool = False) -> None:
        """Send what the window shows of the network between two steps; at_once: even if it has just been sent."""
        self._read_drawing(at_once=at_once)
        self._copy_network(at_once=at_once)

    def _read_drawing(self, *, at_once: bool = False) -> None:
        """Read the pinned drawing, unless that would take more than MAX_READING_FRACTION of the time."""
        drawing = self._thread.drawing
        if drawing is not None and (at_once or self._reading_pace.is_due):
            with self._reading_pace.working():
                reading = PinnedReading.from_network(self._training.network, drawing, self._training.steps)
            self._thread.drawing_read.emit(reading)
        self._last_read = drawing

    def _copy_network(self, *, at_once: bool = False) -> None:
        """Send a copy of the network if the window wants another one, at most every COPY_INTERVAL_SECONDS."""
        training, shown = self._training, self._thread.copy_after
        if shown is None or shown == training.steps or not (at_once or self._copy_pace.is_due):
            return
        self._thread.copy_after = None
        with self._copy_pace.working():
            copy = LiveNetwork(training.network.copy(), training.point, self._recorder.number, self._plan.config.epochs)
        self._thread.network_copied.emit(copy)

    def _end(self, event: TrainingEvent) -> None:
        """Save the model if anything was learned."""
        if isinstance(event, Finished) and event.step:
            if self._plan.config.keep_best and event.best_epoch:  # the network has the weights of that epoch again
                self._thread.model_is_latest = self._last_snapshot_ends(event.best_epoch)
            else:
                self._add_snapshot()
            self._save(self._emit_model(event.test))
            self._thread.run_ended.emit(self._ended_run())
        elif isinstance(event, Diverged) and event.epochs:
            self._thread.model_is_latest = self._last_snapshot_ends(event.epochs)
            self._save(self._emit_model(test=None))
        if isinstance(event, Finished | Diverged):
            self._keeper.remove()

    def _ended_run(self) -> EndedRun:
        plan = self._plan
        state = replace(self._training.checkpoint(), recipe=plan.recipe, validation_fraction=plan.validation_fraction)
        return EndedRun(state, self._recorder.curve, plan.name, self._recorder.number, plan.points)

    def _emit_model(self, test: Evaluation | None) -> Model:
        model = trained_model(self._training, test, name=self._plan.name, recipe=self._plan.recipe)
        self._model_emitted_at = perf_counter()
        self._thread.model_updated.emit(LoadedModel.from_model(model))
        return model

    def _save(self, model: Model) -> None:
        """Save the model, and then the snapshots."""
        path = self._thread.models_folder / run_model_name(self._plan.name, datetime.now())
        try:
            save_model(model, path)
        except DigitLabError as problem:
            self._thread.model_not_saved.emit(f"The model of this run could not be saved: {problem}", model)
        else:
            self._recorder.keep_model(path)
            self._thread.model_kept.emit(model, path)
            self._save_snapshots()

    def _save_snapshots(self) -> None:
        if self._curve is None and len(self._snapshots.all) > 1:
            try:
                save_snapshots(self._snapshots, self._plan.config.epochs, last_snapshots_path())
            except DigitLabError as problem:
                self._thread.snapshots_not_saved.emit(
                    f"The steps and epochs of this run can be selected only until Digit Lab is closed: {problem}"
                )
