"""The thread a training runs on, so that the window stays free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QObject, QThread, Signal

from app.places import run_log_path, runs_folder
from app.run_events import StepFolder
from app.run_process import machine_in_words
from app.run_recorder import RunRecorder
from app.train.fit_view import EPOCHS_KEPT, fit_of
from nncore.checkpoint_file import load_checkpoint
from nncore.control import TrainingControl
from nncore.cores import available_cores
from nncore.dataset import Splits
from nncore.errors import DigitLabError
from nncore.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent
from nncore.functions import CurvePoints
from nncore.metrics import Evaluation
from nncore.model_file import Model, save_model, trained_model
from nncore.network import Network, NetworkSpec
from nncore.recipes import RECIPES, CurveExamples, DigitExamples
from nncore.rewind import Rewind
from nncore.run_log import LoggedRun, RunSettings
from nncore.training import RandomStreams, Training, TrainingConfig, hold_out_validation

SECONDS_BETWEEN_FITS = 0.1
SECONDS_BETWEEN_MODELS = 0.25
"""A digit on the canvas is read anew by the network in training this often at most."""


@dataclass(frozen=True)
class RunRequest:
    """What a run needs. keep_in: the folder where its model is kept at the end.

    recipe: its name, or "". parent: the run in the log that this one repeats or varies. broken_off: the run that this
    one goes on with, and the file that tells from where; then spec and config are that run's.
    """

    spec: NetworkSpec
    config: TrainingConfig
    data: Splits
    validation_share: float
    keep_in: Path
    recipe: str = ""
    parent: int | None = None
    broken_off: tuple[LoggedRun, Path] | None = None

    @property
    def name(self) -> str:
        """The run's model, in a few characters: "784-128-64-10"."""
        return self.broken_off[0].settings.name if self.broken_off else self.spec.summary.replace(" ", "")

    @property
    def curve(self) -> CurvePoints | None:
        """The points that the run fits a curve to; None if it learns digits."""
        recipe = RECIPES.get(self.recipe)
        return recipe.examples.curve() if recipe and isinstance(recipe.examples, CurveExamples) else None

    def examples(self, share: float, seed: int) -> Splits:
        """What the run learns from and is judged on: the recipe's choice of the data, some of it held out."""
        curve, recipe = self.curve, RECIPES.get(self.recipe)
        if curve is not None:
            return curve.splits()
        chosen = recipe.examples.of(self.data) if recipe and isinstance(recipe.examples, DigitExamples) else self.data
        return hold_out_validation(chosen, share, seed)

    def begin(self, control: TrainingControl, cores: int) -> Training:
        """The run, with a network of its own, about to take its first step, or the next after it was broken off."""
        if self.broken_off is not None:
            checkpoint = load_checkpoint(self.broken_off[1])
            control.learning_rate = checkpoint.learning_rate
            data = self.examples(checkpoint.validation_share, checkpoint.config.seed)
            return Training.resumed(checkpoint, data, control, cores)
        network = Network(self.spec)
        network.initialize(RandomStreams.of(self.config.seed).initialization)
        data = self.examples(self.validation_share, self.config.seed)
        return Training(network, data, self.config, control, cores)

    def recorder(self, complain: Callable[[str], None]) -> RunRecorder:
        """What writes the run down in the log."""
        source = self.data.training.source
        settings = RunSettings(
            self.name,
            self.spec,
            self.config,
            source,
            machine_in_words(),
            self.recipe,
            self.validation_share,
            self.parent,
        )
        going_on = self.broken_off[0] if self.broken_off else None
        return RunRecorder(run_log_path(), settings, runs_folder(), complain, going_on)


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
    fitted = Signal(object)
    """A Fit: what was learnt so far of a curve."""
    not_logged = Signal(str)
    """One sentence: why the run could not be written down in the log; it goes on."""
    remembers = Signal(object)
    """The Rewind of the run that begins: it grows with every epoch, and may be read meanwhile."""

    def __init__(self, request: RunRequest, parent: QObject) -> None:
        super().__init__(parent)
        self.control = TrainingControl(request.config.learning_rate)
        self._request = request
        self._folder = StepFolder()
        self._rewind = Rewind(request.spec)
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
        request = self._request
        # One core is left for the window: painting and the pen must not wait for matrix products.
        self._training = request.begin(self.control, max(1, available_cores() - 1))
        self._curve = request.curve
        with request.recorder(self.not_logged.emit) as self._recorder:
            for event in self._training.events():
                self._recorder.tell(event, self._training)
                if isinstance(event, Started):
                    self._rewind.add(self._training.history.epochs, self._training.network)
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
            self._tell_fit(event.epoch)
            if perf_counter() - self._told_model >= SECONDS_BETWEEN_MODELS:
                self._tell_model(test=None)
        elif self.control.paused:
            self._emit(self._folder.flush())
            self.control.wait_for_turn()
            self._folder.restart_clock()

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
        else:
            self._recorder.keep_model(path)
