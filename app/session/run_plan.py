"""The plan of a run: a new run, the rest of an interrupted run, or further training of an ended run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.storage.paths import run_log_path, runs_folder
from app.storage.run_process import machine_description
from app.storage.run_recorder import RunRecorder
from nncore.data.curves import CurvePoints
from nncore.data.dataset import Splits
from nncore.experiments.recipes import RECIPES, CurveExamples, DigitExamples
from nncore.experiments.run_log.log import LoggedRun, RunLog, RunSettings
from nncore.experiments.run_log.logged_run import Rates
from nncore.files.checkpoint_file import load_checkpoint
from nncore.model.network import Network, NetworkSpec
from nncore.training import Training, TrainingConfig, hold_out_validation
from nncore.training.checkpoint import Checkpoint
from nncore.training.control import TrainingControl


@dataclass(frozen=True, eq=False)
class EndedRun:
    """A run that has ended, with everything needed to train it further.

    Attributes:
        checkpoint: the final state, with the recipe's name and the validation fraction.
        curve: (3, n) step, loss and accuracy of its steps.
        number: its number in the run log, None if it is not logged.
        points: the curve that it fits, None if it learns digits.
    """

    checkpoint: Checkpoint
    curve: NDArray[np.float32]
    name: str
    number: int | None = None
    points: CurvePoints | None = None

    @property
    def settings(self) -> RunSettings:
        """The settings of the run."""
        state, data = self.checkpoint, self.points.source if self.points else ""
        return RunSettings(
            self.name,
            state.spec,
            state.config,
            data=data,
            machine="",
            recipe=state.recipe,
            validation_fraction=state.validation_fraction,
        )

    @property
    def title(self) -> str:
        """The run and its epoch in words: "A first network, epoch 5"; an edited recipe has the name of its network."""
        state, recipe = self.checkpoint, RECIPES.get(self.checkpoint.recipe)
        name = recipe.title if recipe is not None and recipe.spec == state.spec else self.name
        return f"{name}, epoch {state.counters.epochs_done:,}"

    def plan(
        self, learning_rate: float, epochs: int, steps: int | None = None, seconds: float | None = None
    ) -> RunPlan:
        """The plan to train the run for more epochs, steps or seconds; raises SettingError for a value out of range."""
        extended = self.checkpoint.extended(learning_rate, steps, epochs, seconds)
        return RunPlan(
            extended.spec,
            extended.config,
            extended.validation_fraction,
            extended.recipe,
            parent=self.number,
            ended=replace(self, checkpoint=extended),
            points=self.points,
        )


def load_ended_run(run: LoggedRun, path: Path, points: CurvePoints | None) -> EndedRun:
    """Read an ended run of the log from its checkpoint file; raises ModelFileError or RunLogError.

    points: the curve that the run fits, None if it learns digits.
    """
    checkpoint = load_checkpoint(path)
    with RunLog(run_log_path()) as log:
        curve = log.curve(run.id)
    return EndedRun(checkpoint, curve, run.settings.name, run.id, points)


class InterruptedRun(NamedTuple):
    """A run whose process was killed, and its checkpoint file."""

    run: LoggedRun
    checkpoint_path: Path


@dataclass(frozen=True)
class RunPlan:
    """Everything that defines a run.

    Attributes:
        recipe: its name, or "".
        parent: the logged run that this one repeats, varies or trains further.
        interrupted: the interrupted run that this one continues; it stays the same run in the log.
            `spec` and `config` are those of that run.
        ended: the ended run from which this one starts; it stays unchanged, and this run is logged separately. `spec`
            and `config` are those of that run.
        rates: (step, learning rate) of each planned change.
        points: the curve to fit; None for the recipe's own, if it has one.
    """

    spec: NetworkSpec
    config: TrainingConfig
    validation_fraction: float
    recipe: str = ""
    parent: int | None = None
    interrupted: InterruptedRun | None = None
    ended: EndedRun | None = field(default=None, compare=False)
    rates: Rates = ()
    points: CurvePoints | None = None

    @property
    def name(self) -> str:
        """The name of the run's model, such as "784-128-64-10"."""
        if self.interrupted is not None:
            return self.interrupted.run.settings.name
        return self.ended.name if self.ended is not None else self.spec.default_name

    def new_control(self) -> TrainingControl:
        """A new control for pausing, stopping and changing the learning rate."""
        return TrainingControl(self.config.learning_rate, self.rates)

    @property
    def curve_points(self) -> CurvePoints | None:
        """The curve that the run fits; None if it learns digits."""
        if self.points is not None:
            return self.points
        recipe = RECIPES.get(self.recipe)
        return recipe.examples.curve() if recipe and isinstance(recipe.examples, CurveExamples) else None

    def examples(self, data: Splits, fraction: float, seed: int) -> Splits:
        """Training, validation and test data: the recipe's part of `data`, with `fraction` held out for validation."""
        curve, recipe = self.curve_points, RECIPES.get(self.recipe)
        if curve is not None:
            return curve.splits()
        chosen = recipe.examples.take_from(data) if recipe and isinstance(recipe.examples, DigitExamples) else data
        return hold_out_validation(chosen, fraction, seed)

    def begin(self, data: Splits, control: TrainingControl, cores: int) -> Training:
        """A training with its own network, ready for the first step, or for the next step of a continued run.

        Raises SettingError if `data` differs from the data of the continued run, ModelFileError if its checkpoint is
        unreadable.
        """
        if self.interrupted is not None:
            return self._continued(load_checkpoint(self.interrupted.checkpoint_path), data, control, cores)
        if self.ended is not None:
            return self._continued(self.ended.checkpoint, data, control, cores)
        network = Network(self.spec, seed=self.config.seed)
        examples = self.examples(data, self.validation_fraction, self.config.seed)
        return Training(network, examples, self.config, control, cores)

    def _continued(self, checkpoint: Checkpoint, data: Splits, control: TrainingControl, cores: int) -> Training:
        control.learning_rate = checkpoint.learning_rate
        examples = self.examples(data, checkpoint.validation_fraction, checkpoint.config.seed)
        return Training.continued(checkpoint, examples, control, cores)

    @property
    def settings(self) -> RunSettings:
        """The settings of the run, without the machine. data: that of a curve; "" for digits."""
        data = self.curve_points.source if self.curve_points else ""
        return RunSettings(
            self.name,
            self.spec,
            self.config,
            data=data,
            machine="",
            recipe=self.recipe,
            validation_fraction=self.validation_fraction,
            parent=self.parent,
            rates=self.rates,
        )

    def recorder(self, report_error: Callable[[str], None]) -> RunRecorder:
        """The recorder that logs the run, and that locks the checkpoint of a continued run before it is read."""
        settings = replace(self.settings, data="", machine=machine_description())
        continued = self.interrupted.run if self.interrupted else None
        previous_curve = self.ended.curve if self.ended else None
        return RunRecorder(run_log_path(), settings, runs_folder(), report_error, continued, previous_curve)
