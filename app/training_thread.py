"""The thread a training runs on, so that the window stays free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QObject, QThread, Signal

from app.run_events import StepFolder
from nncore.control import TrainingControl
from nncore.cores import available_cores
from nncore.dataset import Splits
from nncore.errors import DigitLabError
from nncore.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent
from nncore.metrics import Evaluation
from nncore.model_file import Model, save_model, trained_model
from nncore.network import Network, NetworkSpec
from nncore.rewind import Rewind
from nncore.training import RandomStreams, Training, TrainingConfig, hold_out_validation

SECONDS_BETWEEN_MODELS = 0.25
"""A digit on the canvas is read anew by the network in training this often at most."""


@dataclass(frozen=True)
class RunRequest:
    """What a run needs. keep_in: the folder where its model is kept at the end."""

    spec: NetworkSpec
    config: TrainingConfig
    data: Splits
    validation_share: float
    keep_in: Path

    @property
    def name(self) -> str:
        """The run's model, in a few characters: "784-128-64-10"."""
        return self.spec.summary.replace(" ", "")


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
    """Started, StepsDone, Diverged or Finished."""
    improved = Signal(object)
    """An InUse: what was learnt so far, after an epoch or at the end."""
    failed = Signal(str)
    """One sentence: why the run could not begin or go on."""
    not_kept = Signal(str)
    """One sentence: why the model could not be kept on disk."""
    remembers = Signal(object)
    """The Rewind of the run that begins: it grows with every epoch, and may be read meanwhile."""

    def __init__(self, request: RunRequest, parent: QObject) -> None:
        super().__init__(parent)
        self.control = TrainingControl(request.config.learning_rate)
        self._request = request
        self._folder = StepFolder()
        self._rewind = Rewind(request.spec)
        self._told_model = float("-inf")

    def run(self) -> None:
        """Train; Qt calls this on the new thread."""
        try:
            self._train()
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except MemoryError:
            self.failed.emit("There is not enough memory for this network and batch size.")

    def _train(self) -> None:
        request = self._request
        network = Network(request.spec)
        network.initialize(RandomStreams.of(request.config.seed).initialization)
        data = hold_out_validation(request.data, request.validation_share, request.config.seed)
        # One core is left for the window: painting and the pen must not wait for matrix products.
        self._training = Training(network, data, request.config, self.control, cores=max(1, available_cores() - 1))
        for event in self._training.events():
            if isinstance(event, Started):
                self._rewind.add(0, network)
                self.remembers.emit(self._rewind)
            if isinstance(event, StepDone | EpochDone):
                self._fold(event)
            else:
                self._emit(self._folder.flush())
                self._end(event)
                self.happened.emit(event)
                self._folder.restart_clock()

    def _fold(self, event: StepDone | EpochDone) -> None:
        self._emit(self._folder.add(event))
        if isinstance(event, EpochDone):
            self._rewind.add(event.epoch, self._training.network)
            if perf_counter() - self._told_model >= SECONDS_BETWEEN_MODELS:
                self._tell_model(test=None)
        elif self.control.paused:
            self._emit(self._folder.flush())
            self.control.wait_for_turn()
            self._folder.restart_clock()

    def _emit(self, steps: object | None) -> None:
        if steps is not None:
            self.happened.emit(steps)

    def _end(self, event: TrainingEvent) -> None:
        """Keep what was learnt, if anything was."""
        if isinstance(event, Finished) and event.step:
            self._keep(self._tell_model(event.test))
        elif isinstance(event, Diverged) and event.epochs:
            self._keep(self._tell_model(test=None))

    def _tell_model(self, test: Evaluation | None) -> Model:
        model = trained_model(self._training, test, name=self._request.name)
        self._told_model = perf_counter()
        self.improved.emit(InUse.of(model))
        return model

    def _keep(self, model: Model) -> None:
        path = self._request.keep_in / f"{datetime.now():%Y-%m-%d %H.%M.%S.%f} {self._request.name}.npz"
        try:
            save_model(model, path)
        except DigitLabError as problem:
            self.not_kept.emit(f"The model of this run is in use but could not be kept: {problem}")
