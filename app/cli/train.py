"""`train`: train a network from a recipe or from options, test it, and save it if asked."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path

from app.background.interrupt import on_end_signal
from app.cli.output import INTERRUPTED, FaultTolerantOutput, print_error
from app.cli.train_options import (
    RunSetup,
    add_settings,
    continued_training,
    new_training,
    recipe_from,
    verbose_epoch,
)
from app.cli.train_report import JsonReporter, Reporter, TextReporter, with_progress_bar
from app.storage.leftovers import remove_leftovers
from app.storage.paths import run_log_path, runs_folder
from app.storage.run_process import machine_description
from app.storage.run_recorder import RunRecorder, lock_file
from nncore.data.formats import format_names
from nncore.errors import ModelFileError, SettingError
from nncore.experiments.run_log.log import RunSettings
from nncore.files.checkpoint_file import save_checkpoint
from nncore.files.model_file import save_model, trained_model
from nncore.model.layers import ACTIVATIONS, INITIALIZATIONS
from nncore.reporting.number_text import decimal_text
from nncore.system.file_lock import FileLock
from nncore.training import Training
from nncore.training.config import SETTINGS
from nncore.training.diagnosis.advice import Adviser
from nncore.training.events import Diverged, EpochDone, Finished, TrainingEvent
from nncore.training.rate_finder import find_learning_rate

DIVERGED = 1
"""The exit status of a run that diverged."""

OUTPUT_LOST = 1
"""The exit status if the output could not be written to its end."""

MAX_NAME_BYTES = 255
"""Largest length of a file name in bytes that all usual file systems accept."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `train`."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--recipe", metavar="NAME", help="a named experiment; other options change parts of it")
    what.add_argument("--layers", type=int, nargs="+", metavar="N", help="widths from inputs to classes: 784 128 64 10")
    activations = f"one for all hidden layers or one each: {', '.join(ACTIVATIONS)}"
    parser.add_argument("--activations", nargs="+", metavar="NAME", help=activations)
    parser.add_argument("--initialization", choices=INITIALIZATIONS, help="how weights are initialized (default: he)")
    add_settings(parser, SETTINGS)
    find_rate = "do not train; report the learning rate at which the loss falls fastest"
    parser.add_argument("--find-rate", action="store_true", help=find_rate)
    parser.add_argument("--data", type=Path, metavar="PATH", help=f"{format_names()} file (bundled MNIST)")
    parser.add_argument("--out", type=Path, metavar="MODEL.npz", help="save the trained model to this file")
    checkpoint = "save the state of the run to this file after each epoch and at the end"
    parser.add_argument("--checkpoint", type=Path, metavar="RUN.npz", help=checkpoint)
    what.add_argument("--resume", type=Path, metavar="RUN.npz", help="continue the run of a checkpoint")
    function = "for sine: fit this function of x instead, such as sin(3*x)*x"
    parser.add_argument("--function", metavar="TEXT", help=function)
    parser.add_argument("--verbose-epoch", type=int, metavar="N", help="report only every N-th epoch")
    parser.add_argument("--no-log", action="store_true", help="do not log the run")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    _check_files(options)
    with _locked(options.checkpoint):
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    every = verbose_epoch(options)
    remove_leftovers()
    if options.resume is not None:
        setup = continued_training(options)
    else:
        chosen = recipe_from(options)
        setup = RunSetup(new_training(chosen, options.data), chosen.name, chosen.validation_fraction)
    training, recipe = setup.training, setup.recipe
    if options.find_rate:
        return _find_rate(training, options.json)
    output = FaultTolerantOutput()
    reporter: Reporter = JsonReporter(output, every) if options.json else TextReporter(output, training, every)
    with _recorder(options, setup) as recorder:
        event, checkpoint_error = _train(setup, reporter, recorder, options.checkpoint)
        saved = _save_model(options.out, training, event, recipe)
        if saved is not None and recorder is not None:
            recorder.keep_model(saved)
    if checkpoint_error is not None:
        print_error(str(checkpoint_error))
    if isinstance(event, Diverged):
        saved_as = f" The weights after epoch {event.epochs} were saved as {saved}." if saved else ""
        advice = Adviser(training.network.spec, training.config).after_divergence(event)
        print_error(f"{advice.text}{saved_as}")
        return DIVERGED
    assert isinstance(event, Finished)
    reporter.finish(event, saved)
    if event.stopped:
        if options.out is not None and saved is None:
            print_error(f"Stopped within the first epoch: no model was written to {options.out}.")
        return INTERRUPTED
    if output.problem is not None and not isinstance(output.problem, BrokenPipeError):
        print_error(f"The output could not be written: {output.problem.strerror}.")
        return OUTPUT_LOST
    return 0 if checkpoint_error is None else OUTPUT_LOST


@contextmanager
def _locked(checkpoint_path: Path | None) -> Iterator[None]:
    """Hold the lock of the file of --checkpoint; raises SettingError if another training writes this file.

    The lock is in the folder of runs, where `app.storage.leftovers` deletes it later. Without it, training continues.
    """
    if checkpoint_path is None:
        yield
        return
    place = Path(os.path.realpath(checkpoint_path))
    if place.parent != Path(os.path.realpath(runs_folder())):
        place = runs_folder() / f"{sha256(os.fsencode(place)).hexdigest()[:32]}.checkpoint"
    lock = FileLock(lock_file(place))
    with suppress(OSError):
        if not lock.acquire():
            raise SettingError("checkpoint", f"{checkpoint_path}: another training is writing this checkpoint.")
    try:
        yield
    finally:
        lock.release()


def _recorder(options: argparse.Namespace, setup: RunSetup) -> AbstractContextManager[RunRecorder | None]:
    """The recorder that logs the run; None with --no-log."""
    if options.no_log:
        return nullcontext()
    training, name = setup.training, options.out.stem if options.out else ""
    spec = training.network.spec
    settings = RunSettings(
        name or spec.default_name, spec, training.config, data=training.data.training.source,
        machine=machine_description(), recipe=setup.recipe, validation_fraction=setup.validation_fraction,
    )  # fmt: skip
    return RunRecorder(run_log_path(), settings, runs_folder(), print_error)


def _save_model(out: Path | None, training: Training, event: TrainingEvent, recipe: str) -> Path | None:
    """Save the model if --out is given and an epoch was completed; returns its path, otherwise None."""
    if out is None or not training.history.epochs:
        return None
    test = event.test if isinstance(event, Finished) else None
    save_model(trained_model(training, test, name=out.stem, recipe=recipe), out)
    return out


def _find_rate(training: Training, as_json: bool) -> int:
    """Report a good learning rate for this network and data, without training; returns the exit status."""
    result = find_learning_rate(training.network, training.data, training.config)
    assert result is not None  # None only if cancelled
    if as_json:
        found = {"suggested": result.suggested, "rates": result.rates.tolist(), "losses": result.losses.tolist()}
        print(json.dumps({"event": "learning_rate", **found}))
    else:
        print(
            f"learning rate {decimal_text(result.suggested, 2)}: the loss falls fastest there, of "
            f"{len(result.rates)} rates tried"
        )
    return 0


def _train(
    setup: RunSetup, reporter: Reporter, recorder: RunRecorder | None, checkpoint_path: Path | None
) -> tuple[TrainingEvent, ModelFileError | None]:
    """Train to the end; returns the last event, and the error of the last checkpoint if it could not be saved.

    The run continues without a checkpoint, so that a full disk does not end it.
    """
    problem, training = None, setup.training
    with on_end_signal(training.control.stop):
        for event in with_progress_bar(training.events()):
            reporter.report(event)
            if recorder is not None:
                recorder.record(event, training)
            if checkpoint_path is not None and isinstance(event, EpochDone | Finished):
                try:
                    save_checkpoint(setup.checkpoint(), checkpoint_path)
                    problem = None
                except ModelFileError as failure:
                    problem = failure
    return event, problem


def _check_files(options: argparse.Namespace) -> None:
    """Raise SettingError now if the model or checkpoint could not be saved later, or would replace another file."""
    given = {field: getattr(options, field) for field in ("data", "resume", "checkpoint", "out")}
    seen: dict[str, str] = {}
    for field, path in given.items():
        if path is None:
            continue
        try:
            place = os.path.realpath(path)
            writable = field in ("data", "resume") or _can_write(Path(place))
        except (OSError, ValueError):  # a name that is too long or contains NUL, or a folder without permission
            place, writable = "", False
        if not writable:
            what = "model" if field == "out" else "checkpoint"
            raise SettingError(field, f"{path}: a {what} cannot be written there. Choose another folder.")
        other = seen.setdefault(place, field)
        if other != field and (other, field) != ("resume", "checkpoint"):
            raise SettingError(field, f"{path}: --{field} and --{other} must be different files.")


def _can_write(target: Path) -> bool:
    if target.exists():
        return target.is_file() and os.access(target, os.W_OK)
    folder = next(parent for parent in target.parents if parent.exists())
    return folder.is_dir() and os.access(folder, os.W_OK) and len(os.fsencode(target.name)) <= MAX_NAME_BYTES
