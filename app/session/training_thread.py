"""The thread that trains, so that the window stays responsive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QObject, QThread, Signal

from app.session.curve_fit import EPOCHS_KEPT, Fit, fit_of
from app.session.paint_priority import PaintPriority
from app.session.run_events import EarlierPart, StepFolder
from app.session.run_plan import EndedRun, RunPlan
from nncore.data.curves import CurvePoints
from nncore.data.dataset import Splits
from nncore.errors import DigitLabError
from nncore.evaluation.epoch_snapshots import EpochSnapshots
from nncore.evaluation.metrics import Evaluation
from nncore.files.model_file import Model, save_model, trained_model
from nncore.model.network import Network
from nncore.system.cores import available_cores
from nncore.training.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent

SECONDS_BETWEEN_FITS = 0.1
SECONDS_BETWEEN_MODELS = 0.25
"""Shortest time between two models of a run in progress that are sent to the window."""


@dataclass(frozen=True)
class InUse:
    """A model and the network built from it, which the window's thread uses to read digits."""

    model: Model
    network: Network

    @classmethod
    def from_model(cls, model: Model) -> InUse:
        """Build the network of a model; takes a moment for a large one."""
        return cls(model, model.network())


class TrainingThread(QThread):
    """Builds its own network, trains it, and saves the model.

    `control` pauses, steps, stops and changes the learning rate, each within one mini-batch. The signals carry frozen
    objects whose arrays are copies.
    """

    happened = Signal(object)
    """Started; EarlierPart for a continued run; StepsDone; and at the end Diverged or Finished."""
    improved = Signal(InUse)
    """The model trained so far, after an epoch or at the end."""
    failed = Signal(str)
    """One sentence: why the run could not start or continue."""
    not_kept = Signal(str)
    """One sentence: why the model could not be saved."""
    fitted = Signal(Fit)
    """The present fit of a curve."""
    not_logged = Signal(str)
    """One sentence: why the run could not be logged; the run continues."""
    remembers = Signal(EpochSnapshots)
    """The epoch snapshots of the run that starts. They grow with every epoch, and may be read at the same time."""
    ended = Signal(EndedRun)
    """The run that ended, unless it diverged or took no step."""

    def __init__(
        self, plan: RunPlan, data: Splits, keep_in: Path, parent: QObject, paint_priority: PaintPriority | None = None
    ) -> None:
        """keep_in: the folder for the run's model. paint_priority: the training waits while it is claimed."""
        super().__init__(parent)
        self.control = plan.control()
        self._plan, self._data, self._keep_in = plan, data, keep_in
        self._paint_priority = paint_priority or PaintPriority()
        self._folder = StepFolder()
        self._rewind = EpochSnapshots(plan.spec)
        self._told_model = self._told_fit = float("-inf")
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
                self._recorder.tell(event, self._training)
                if isinstance(event, StepDone | EpochDone):
                    self._fold(event)
                    continue
                self._emit(self._folder.flush())
                self._end(event)
                self.happened.emit(event)
                if isinstance(event, Started):
                    self._begin()
                self._folder.restart_clock()

    def _begin(self) -> None:
        """Emit what is known before the first step: a snapshot of the network, and the earlier part of the run."""
        training = self._training
        self._rewind.add(training.history.epochs, training.network)
        self.remembers.emit(self._rewind)
        if training.history.epochs:
            rates, control = list(self.control.rates_used), self.control
            if not rates or rates[-1][1] != control.learning_rate:
                rates.append((training.steps + 1, control.learning_rate))
            self.happened.emit(EarlierPart(self._recorder.curve, training.history.rows(), tuple(rates)))

    def _fold(self, event: StepDone | EpochDone) -> None:
        self._emit(self._folder.add(event))
        if isinstance(event, EpochDone):
            self._rewind.add(event.epoch, self._training.network)
            self._tell_fit(event.epoch)
            if perf_counter() - self._told_model >= SECONDS_BETWEEN_MODELS:
                self._tell_model(test=None)
        elif self.control.paused:
            self._emit(self._folder.flush())
            self.control.wait_for_turn()
            self._folder.restart_clock()
        else:
            self._paint_priority.wait_for_release()

    def _tell_fit(self, epoch: int) -> None:
        """Emit the present fit: after each of EPOCHS_KEPT, otherwise at most every SECONDS_BETWEEN_FITS."""
        if self._curve is None or (epoch not in EPOCHS_KEPT and perf_counter() - self._told_fit < SECONDS_BETWEEN_FITS):
            return
        self._told_fit = perf_counter()
        self.fitted.emit(fit_of(self._training.network, self._curve, epoch))

    def _emit(self, steps: object | None) -> None:
        if steps is not None:
            self.happened.emit(steps)

    def _end(self, event: TrainingEvent) -> None:
        """Save the model if anything was learnt."""
        if isinstance(event, Finished) and event.step:
            self._keep(self._tell_model(event.test))
            self.ended.emit(self._ended_run())
        elif isinstance(event, Diverged) and event.epochs:
            self._keep(self._tell_model(test=None))

    def _ended_run(self) -> EndedRun:
        plan = self._plan
        state = replace(self._training.checkpoint(), recipe=plan.recipe, validation_share=plan.validation_share)
        return EndedRun(state, self._recorder.curve, plan.name, self._recorder.number, plan.points)

    def _tell_model(self, test: Evaluation | None) -> Model:
        model = trained_model(self._training, test, name=self._plan.name)
        self._told_model = perf_counter()
        self.improved.emit(InUse.from_model(model))
        return model

    def _keep(self, model: Model) -> None:
        path = self._keep_in / f"{datetime.now():%Y-%m-%d %H.%M.%S.%f} {self._plan.name}.npz"
        try:
            save_model(model, path)
        except DigitLabError as problem:
            self.not_kept.emit(f"The model of this run is in use, but could not be saved: {problem}")
        else:
            self._recorder.keep_model(path)
