"""The thread a training runs on, so that the window stays free."""

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
from nncore.evaluation.epoch_snapshots import Rewind
from nncore.evaluation.metrics import Evaluation
from nncore.files.model_file import Model, save_model, trained_model
from nncore.model.network import Network
from nncore.system.cores import available_cores
from nncore.training.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent

SECONDS_BETWEEN_FITS = 0.1
SECONDS_BETWEEN_MODELS = 0.25
"""A digit on the canvas is read anew by the network in training this often at most."""


@dataclass(frozen=True)
class InUse:
    """A model and a network made of it, for the window's thread to read digits with."""

    model: Model
    network: Network

    @classmethod
    def of(cls, model: Model) -> InUse:
        """Build the network, which takes a moment for a large one."""
        return cls(model, model.network())


class TrainingThread(QThread):
    """Builds a network of its own, trains it, and keeps what it has learnt.

    `control` pauses, steps, stops and changes the learning rate, each within one mini-batch. What the signals carry is
    frozen, and the arrays in it are copies.
    """

    happened = Signal(object)
    """Started, of a run that goes on then EarlierPart; StepsDone; and at the end Diverged or Finished."""
    improved = Signal(InUse)
    """An InUse: what was learnt so far, after an epoch or at the end."""
    failed = Signal(str)
    """One sentence: why the run could not begin or go on."""
    not_kept = Signal(str)
    """One sentence: why the model could not be kept on disk."""
    fitted = Signal(Fit)
    """A Fit: what was learnt so far of a curve."""
    not_logged = Signal(str)
    """One sentence: why the run could not be written down in the log; it goes on."""
    remembers = Signal(Rewind)
    """The Rewind of the run that begins: it grows with every epoch, and may be read meanwhile."""
    ended = Signal(EndedRun)
    """The EndedRun, unless it diverged or learnt nothing."""

    def __init__(
        self, plan: RunPlan, data: Splits, keep_in: Path, parent: QObject, paint_priority: PaintPriority | None = None
    ) -> None:
        """keep_in: the folder for the run's model. paint_priority: the training waits while it is claimed."""
        super().__init__(parent)
        self.control = plan.control()
        self._plan, self._data, self._keep_in = plan, data, keep_in
        self._paint_priority = paint_priority or PaintPriority()
        self._folder = StepFolder()
        self._rewind = Rewind(plan.spec)
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
        # One core is left for the window: painting and the pen must not wait for matrix products.
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
        """Tell what there is to see before the first step: how the network is, and what came before."""
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
        """Tell how the curve looks now: after the epochs that are kept, and else as often as it can be seen."""
        if self._curve is None or (epoch not in EPOCHS_KEPT and perf_counter() - self._told_fit < SECONDS_BETWEEN_FITS):
            return
        self._told_fit = perf_counter()
        self.fitted.emit(fit_of(self._training.network, self._curve, epoch))

    def _emit(self, steps: object | None) -> None:
        if steps is not None:
            self.happened.emit(steps)

    def _end(self, event: TrainingEvent) -> None:
        """Keep what was learnt, if anything was."""
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
        self.improved.emit(InUse.of(model))
        return model

    def _keep(self, model: Model) -> None:
        path = self._keep_in / f"{datetime.now():%Y-%m-%d %H.%M.%S.%f} {self._plan.name}.npz"
        try:
            save_model(model, path)
        except DigitLabError as problem:
            self.not_kept.emit(f"The model of this run is in use but could not be kept: {problem}")
        else:
            self._recorder.keep_model(path)
