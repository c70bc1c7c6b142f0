"""`train`: a network from a recipe or from options, trained, judged, and kept if asked."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from app.commands.output import PatientOutput, complain
from nncore.control import TrainingControl
from nncore.dataset import Splits, load_mnist
from nncore.errors import SettingError
from nncore.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent
from nncore.history import History
from nncore.memory import check_memory
from nncore.model_file import save_model, trained_model
from nncore.network import Network, NetworkSpec
from nncore.readers import read_dataset
from nncore.recipes import Recipe, recipe_named
from nncore.training import RandomStreams, check_fit, hold_out_validation, train

DIVERGED, OUTPUT_LOST, INTERRUPTED = 1, 1, 130
"""Exit statuses; the last is the one a shell expects after Ctrl+C."""

LONGEST_NAME = 255
"""Bytes of a file name that all usual file systems take."""


def train_command(options: argparse.Namespace) -> int:
    """Run it; gives the exit status."""
    recipe = recipe_from(options)
    check_memory(recipe.spec, recipe.config)
    if options.out is not None:
        _check_writable(options.out, options.data)
    data = read_dataset(options.data) if options.data else load_mnist()
    data = hold_out_validation(data, recipe.validation_share, recipe.config.seed)
    network = Network(recipe.spec)
    check_fit(network, data.training)
    network.initialize(RandomStreams.of(recipe.config.seed).initialization)
    control = TrainingControl(recipe.config.learning_rate)
    output = PatientOutput()
    reporter = _JsonReporter(output) if options.json else _TextReporter(output, recipe.spec, data)
    history = History()
    with _ctrl_c_stops(control):
        for event in _with_progress_bar(train(network, data, recipe.config, control)):
            reporter.tell(event)
            if isinstance(event, EpochDone):
                history.append(event)
    test = event.test if isinstance(event, Finished) else None
    kept = None
    if options.out is not None and history.epochs:
        model = trained_model(
            network, data, recipe.config, history, test,
            name=options.out.stem, recipe=recipe.name, rates_used=control.rates_used,
        )  # fmt: skip
        save_model(model, options.out)
        kept = options.out
    if isinstance(event, Diverged):
        rescued = f" The weights after epoch {event.epochs} are kept as {kept}." if kept else ""
        complain(f"{event.message}{rescued}")
        return DIVERGED
    assert isinstance(event, Finished)
    reporter.finish(event, kept)
    if event.stopped:
        if options.out is not None and kept is None:
            complain(f"Stopped within the first epoch: nothing is written to {options.out}.")
        return INTERRUPTED
    if output.problem is not None and not isinstance(output.problem, BrokenPipeError):
        complain(f"The output could not be written: {output.problem.strerror}.")
        return OUTPUT_LOST
    return 0


def recipe_from(options: argparse.Namespace) -> Recipe:
    """The recipe that was named, or "quick", with whatever the options change of it."""
    recipe = recipe_named("quick" if options.recipe is None else options.recipe)
    given = {
        name: getattr(options, name)
        for name in ("optimizer", "learning_rate", "schedule", "epochs", "seed")
        if getattr(options, name) is not None
    }
    if options.batch_size is not None:
        given["batch_size"] = None if options.batch_size == "full" else options.batch_size
    spec = recipe.spec
    if options.layers is not None or options.activations or options.initialization:
        activations = options.activations or ["relu"]
        spec = NetworkSpec.dense(
            recipe.spec.widths if options.layers is None else options.layers,
            activations[0] if len(activations) == 1 else activations,
            options.initialization or "he",
        )
    name = recipe.name if options.recipe is not None else ""
    return replace(recipe, name=name, spec=spec, config=replace(recipe.config, **given))


def _check_writable(out: Path, data: Path | None) -> None:
    """Raise SettingError now if the model could not be kept at `out` after the training, or must not."""
    try:
        is_data = data is not None and out.exists() and data.exists() and out.samefile(data)
        writable = _can_write(Path(os.path.realpath(out)))
    except (OSError, ValueError):  # a name too long, with a NUL, in a folder that may not be entered
        is_data = writable = False
    if is_data:
        raise SettingError("out", f"{out}: this is the data; the model needs a file of its own.")
    if not writable:
        raise SettingError("out", f"{out}: a model cannot be written there; name a file in a folder of yours.")


def _can_write(target: Path) -> bool:
    if target.exists():
        return target.is_file() and os.access(target, os.W_OK)
    folder = next(parent for parent in target.parents if parent.exists())
    return folder.is_dir() and os.access(folder, os.W_OK) and len(os.fsencode(target.name)) <= LONGEST_NAME


@contextmanager
def _ctrl_c_stops(control: TrainingControl) -> Iterator[None]:
    """The first Ctrl+C ends the run and keeps what it learnt; a second one breaks off."""

    def stop(*_: object) -> None:
        control.stop()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _with_progress_bar(events: Iterator[TrainingEvent]) -> Iterator[TrainingEvent]:
    """Pass the events on; on a terminal, show on standard error how far the run is."""
    hidden = sys.stderr is None or not sys.stderr.isatty()
    with tqdm(unit=" samples", unit_scale=True, dynamic_ncols=True, disable=hidden, leave=False) as bar:
        for event in events:
            if isinstance(event, Started):
                bar.total = event.epochs * event.samples_per_epoch
            elif isinstance(event, StepDone):
                bar.set_description(f"epoch {event.epoch}, loss {event.loss:.3f}", refresh=False)
                bar.update(event.samples)
            yield event


class _JsonReporter:
    """One JSON object a line."""

    def __init__(self, output: PatientOutput) -> None:
        self._output = output

    def tell(self, event: TrainingEvent) -> None:
        if isinstance(event, EpochDone):
            figures = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
            self._print("epoch", **{name: getattr(event, name) for name in (*figures, "samples_per_second", "seconds")})
        elif isinstance(event, Diverged):
            # NaN and infinity are not JSON; the message says them in words.
            self._print("diverged", epoch=event.epoch, step=event.step, message=event.message)

    def finish(self, event: Finished, model: Path | None) -> None:
        self._print(
            "finished",
            test_accuracy=event.test.accuracy if event.test else None,
            test_loss=event.test.loss if event.test else None,
            epochs=event.epochs,
            seconds=round(event.seconds, 3),
            stopped=event.stopped,
            model=str(model) if model else None,
        )

    def _print(self, name: str, **fields: object) -> None:
        self._output.say(json.dumps({"event": name, **fields}, allow_nan=False))


class _TextReporter:
    """A few lines for a reader."""

    def __init__(self, output: PatientOutput, spec: NetworkSpec, data: Splits) -> None:
        self._say = output.say
        widths = " - ".join(map(str, spec.widths))
        self._say(f"{widths}: {spec.parameter_count:,} weights; {data.training.source}, {len(data.training):,} images")

    def tell(self, event: TrainingEvent) -> None:
        if not isinstance(event, EpochDone):
            return
        line = f"epoch {event.epoch:3}  loss {event.training_loss:.4f}  accuracy {event.training_accuracy:7.2%}"
        if event.validation_loss is not None:
            line += f"   validation: loss {event.validation_loss:.4f}  accuracy {event.validation_accuracy:7.2%}"
        self._say(f"{line}   {event.samples_per_second:9,.0f} samples/s")

    def finish(self, event: Finished, model: Path | None) -> None:
        tested = f"test accuracy {event.test.accuracy:.2%}" if event.test else "not tested"
        ended = "stopped" if event.stopped else "finished"
        self._say(f"{ended} after {event.epochs} epochs, {event.seconds:.1f} s: {tested}")
        if model:
            self._say(f"kept as {model}")
