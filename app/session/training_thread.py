"""The thread that trains, so that the window stays responsive."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QObject, QThread, Signal

from app.session.curve_fit import EPOCHS_KEPT, Fit, fit_of
from app.session.loaded_model import LoadedModel
from app.session.paint_priority import PaintPriority
from app.session.run_events import EarlierHistory, StepBatcher
from app.session.run_plan import EndedRun, RunPlan
from nncore.data.curves import CurvePoints
from nncore.data.dataset import Splits
from nncore.errors import DigitLabError
from nncore.evaluation.epoch_snapshots import EpochSnapshots
from nncore.evaluation.metrics import Evaluation
from nncore.files.model_file import Model, save_model, trained_model
from nncore.system.cores import available_cores
from nncore.training.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent

SECONDS_BETWEEN_FITS = 0.1
SECONDS_BETWEEN_MODELS = 0.25
"""Shortest time between two models of a run in progress that are sent to the window."""


class TrainingThread(QThread):
    """Builds its own network, trains it, and saves the model.

    `control` pauses, steps, stops and changes the learning rate, each within one mini-batch. The signals carry frozen
    objects whose arrays are copies.
    """

    run_event = Signal(object)
    """Started; EarlierHistory for a continued run; StepsDone; and at the end Diverged or Finished."""
    model_updated = Signal(LoadedModel)
    """The model trained so far, after an epoch or at the end."""
    failed = Signal(str)
    """One sentence: why the run could not start or continue."""
    model_not_saved = Signal(str)
    """One sentence: why the model could not be saved."""
    curve_fitted = Signal(Fit)
    """The present fit of a curve."""
    not_logged = Signal(str)
    """One sentence: why the run could not be logged; the run continues."""
    snapshots_created = Signal(EpochSnapshots)
    """The epoch snapshots of the run that starts. They grow with every epoch, and may be read at the same time."""
    run_ended = Signal(EndedRun)
    """The run that ended, unless it diverged or took no step."""

    def __init__(
        self, plan: RunPlan, data: Splits, keep_in: Path, parent: QObject, paint_priority: PaintPriority | None = None
    ) -> None:
        """keep_in: the folder for the run's model. paint_priority: the training waits while it is claimed."""
        super().__init__(parent)
        self.control = plan.new_control()
        self._plan, self._data, self._keep_in = plan, data, keep_in
        self._paint_priority = paint_priority or PaintPriority()
        self._batcher = StepBatcher()
        self._rewind = EpochSnapshots(plan.spec)
        self._model_sent = self._fit_sent = float("-inf")
        self._curve: CurvePoints | None = None

    def run(self) -> None:
        """Train; Qt calls this on the new thread."""
        try:
            self._train()
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except MemoryError:
            self.failed.emit("There is not enough memory for this network and batch size.")

    def _train(self) -> None:
        plan = self._plan
        # One core is left to the window: painting and the pen must not wait for matrix products.
        self._training = plan.begin(self._data, self.control, max(1, available_cores() - 1))
        self._curve = plan.curve
        with plan.recorder(self._training.data.training.source, self.not_logged.emit) as self._recorder:
            for event in self._training.events():
                self._recorder.record(event, self._training)
                if isinstance(event, StepDone | EpochDone):
                    self._collect(event)
                    continue
                self._emit(self._batcher.flush())
                self._end(event)
                self.run_event.emit(event)
                if isinstance(event, Started):
                    self._begin()
                self._batcher.restart_clock()

    def _begin(self) -> None:
        """Emit what is known before the first step: a snapshot of the network, and the earlier part of the run."""
        training = self._training
        self._rewind.add(training.history.epochs, training.network)
        self.snapshots_created.emit(self._rewind)
        if training.history.epochs:
            rates, control = list(self.control.rates_used), self.control
            if not rates or rates[-1][1] != control.learning_rate:
                rates.append((training.steps + 1, control.learning_rate))
            self.run_event.emit(EarlierHistory(self._recorder.curve, training.history.rows(), tuple(rates)))

    def _collect(self, event: StepDone | EpochDone) -> None:
        self._emit(self._batcher.add(event))
        if isinstance(event, EpochDone):
            self._rewind.add(event.epoch, self._training.network)
            self._tell_fit(event.epoch)
            if perf_counter() - self._model_sent >= SECONDS_BETWEEN_MODELS:
                self._tell_model(test=None)
        elif self.control.paused:
            self._emit(self._batcher.flush())
            self.control.wait_for_turn()
            self._batcher.restart_clock()
        else:
            self._paint_priority.wait_for_release()

    def _tell_fit(self, epoch: int) -> None:
        """Emit the present fit: after each of EPOCHS_KEPT, otherwise at most every SECONDS_BETWEEN_FITS."""
        if self._curve is None or (epoch not in EPOCHS_KEPT and perf_counter() - self._fit_sent < SECONDS_BETWEEN_FITS):
            return
        self._fit_sent = perf_counter()
        self.curve_fitted.emit(fit_of(self._training.network, self._curve, epoch))

    def _emit(self, steps: object | None) -> None:
        if steps is not None:
            self.run_event.emit(steps)

    def _end(self, event: TrainingEvent) -> None:
        """Save the model if anything was learnt."""
        if isinstance(event, Finished) and event.step:
            self._keep(self._tell_model(event.test))
            self.run_ended.emit(self._ended_run())
        elif isinstance(event, Diverged) and event.epochs:
            self._keep(self._tell_model(test=None))

    def _ended_run(self) -> EndedRun:
        plan = self._plan
        state = replace(self._training.checkpoint(), recipe=plan.recipe, validation_share=plan.validation_share)
        return EndedRun(state, self._recorder.curve, plan.name, self._recorder.number, plan.points)

    def _tell_model(self, test: Evaluation | None) -> Model:
        model = trained_model(self._training, test, name=self._plan.name)
        self._model_sent = perf_counter()
        self.model_updated.emit(LoadedModel.from_model(model))
        return model

    def _keep(self, model: Model) -> None:
        path = self._keep_in / f"{datetime.now():%Y-%m-%d %H.%M.%S.%f} {self._plan.name}.npz"
        try:
            save_model(model, path)
        except DigitLabError as problem:
            self.model_not_saved.emit(f"The model of this run is in use, but could not be saved: {problem}")
        else:
            self._recorder.keep_model(path)
