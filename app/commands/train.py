"""`train`: a network from a recipe or from options, trained, judged, and kept if asked."""

from __future__ import annotations

import argparse
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.commands.output import PatientOutput, complain
from app.commands.train_report import JsonReporter, TextReporter, with_progress_bar
from nncore.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.control import TrainingControl
from nncore.dataset import Splits, load_mnist
from nncore.errors import ModelFileError, SettingError
from nncore.events import Diverged, EpochDone, Finished, TrainingEvent
from nncore.memory import check_memory
from nncore.model_file import save_model, trained_model
from nncore.network import Network, NetworkSpec
from nncore.rate_finder import find_learning_rate
from nncore.readers import read_dataset
from nncore.recipes import Recipe, recipe_named
from nncore.training import RandomStreams, Training, check_fit, hold_out_validation

DIVERGED, OUTPUT_LOST, INTERRUPTED = 1, 1, 130
"""Exit statuses; the last is the one a shell expects after Ctrl+C."""

CONFIG_OPTIONS = (
    "optimizer", "learning_rate", "schedule", "epochs", "seed", "loss", "label_smoothing", "weight_decay", "clip_norm",
    "steps", "seconds", "patience", "keep_best",
)  # fmt: skip
"""Options that are fields of TrainingConfig as they stand."""

LONGEST_NAME = 255
"""Bytes of a file name that all usual file systems take."""


def train_command(options: argparse.Namespace) -> int:
    """Run it; gives the exit status."""
    _check_files(options)
    if options.resume is not None:
        training, recipe, share = _resumed(options)
    else:
        chosen = recipe_from(options)
        training, recipe, share = _begun(chosen, options.data), chosen.name, chosen.validation_share
    if options.find_rate:
        return _find_rate(training, options.json)
    output = PatientOutput()
    reporter = JsonReporter(output) if options.json else TextReporter(output, training)
    event, not_kept = _run_through(training, reporter, recipe, share, options.checkpoint)
    test = event.test if isinstance(event, Finished) else None
    kept = None
    if options.out is not None and training.history.epochs:
        save_model(trained_model(training, test, name=options.out.stem, recipe=recipe), options.out)
        kept = options.out
    if not_kept is not None:
        complain(str(not_kept))
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
    return 0 if not_kept is None else OUTPUT_LOST


def _find_rate(training: Training, as_json: bool) -> int:
    """Say which learning rate suits this network and data; nothing is trained. Gives the exit status."""
    sweep = find_learning_rate(training.network, training.data, training.config)
    assert sweep is not None  # nobody cancels it
    if as_json:
        found = {"suggested": sweep.suggested, "rates": sweep.rates.tolist(), "losses": sweep.losses.tolist()}
        print(json.dumps({"event": "learning_rate", **found}))
    else:
        print(f"learning rate {sweep.suggested:.2g}: there the loss falls fastest, of {len(sweep.rates)} rates tried")
    return 0


def _run_through(
    training: Training, reporter: JsonReporter | TextReporter, recipe: str, share: float, checkpoint: Path | None
) -> tuple[TrainingEvent, ModelFileError | None]:
    """Train to the end; gives the last event, and why the last checkpoint could not be kept, if it could not.

    A run goes on without its checkpoint: nothing that was learnt is lost to a full disk.
    """
    problem = None
    with _ctrl_c_stops(training.control):
        for event in with_progress_bar(training.events()):
            reporter.tell(event)
            if checkpoint is not None and isinstance(event, EpochDone | Finished):
                try:
                    state = replace(training.checkpoint(), recipe=recipe, validation_share=share)
                    save_checkpoint(state, checkpoint)
                    problem = None
                except ModelFileError as failure:
                    problem = failure
    return event, problem


def _begun(recipe: Recipe, path: Path | None) -> Training:
    """A run from its beginning."""
    check_memory(recipe.spec, recipe.config)
    data = hold_out_validation(_data_of(path), recipe.validation_share, recipe.config.seed)
    network = Network(recipe.spec)
    check_fit(network, data.training)
    network.initialize(RandomStreams.of(recipe.config.seed).initialization)
    return Training(network, data, recipe.config)


def _resumed(options: argparse.Namespace) -> tuple[Training, str, float]:
    """A run from where a checkpoint left it, the name of its recipe, and the share that it holds out."""
    for name in (*CONFIG_OPTIONS, "batch_size", "activations", "initialization"):
        if getattr(options, name) is not None:
            option = name.replace("_", "-")
            raise SettingError(name, f"--{option}: a run that is resumed keeps its settings; leave the option out.")
    checkpoint = load_checkpoint(options.resume)
    check_memory(checkpoint.spec, checkpoint.config)
    data = hold_out_validation(_data_of(options.data), checkpoint.validation_share, checkpoint.config.seed)
    return Training.resumed(checkpoint, data), checkpoint.recipe, checkpoint.validation_share


def _data_of(path: Path | None) -> Splits:
    return read_dataset(path) if path else load_mnist()


def recipe_from(options: argparse.Namespace) -> Recipe:
    """The recipe that was named, or "quick", with whatever the options change of it."""
    recipe = recipe_named("quick" if options.recipe is None else options.recipe)
    given = {name: getattr(options, name) for name in CONFIG_OPTIONS if getattr(options, name) is not None}
    if options.batch_size is not None:
        given["batch_size"] = None if options.batch_size == "full" else options.batch_size
    spec = recipe.spec
    if options.layers is not None or options.activations or options.initialization:
        if options.layers is None and not spec.is_dense:
            raise SettingError("layers", f"The layers of {recipe.name} are its own: they cannot be changed by options.")
        activations = options.activations or ["relu"]
        spec = NetworkSpec.dense(
            recipe.spec.widths if options.layers is None else options.layers,
            activations[0] if len(activations) == 1 else activations,
            options.initialization or "he",
        )
    name = recipe.name if options.recipe is not None else ""
    return replace(recipe, name=name, spec=spec, config=replace(recipe.config, **given))


def _check_files(options: argparse.Namespace) -> None:
    """Raise SettingError now if what is learnt could not be kept afterwards, or would replace something else."""
    given = {field: getattr(options, field) for field in ("data", "resume", "checkpoint", "out")}
    seen: dict[str, str] = {}
    for field, path in given.items():
        if path is None:
            continue
        try:
            place = os.path.realpath(path)
            writable = field in ("data", "resume") or _can_write(Path(place))
        except (OSError, ValueError):  # a name too long, with a NUL, in a folder that may not be entered
            place, writable = "", False
        if not writable:
            what = "model" if field == "out" else "checkpoint"
            raise SettingError(field, f"{path}: a {what} cannot be written there; name a file in a folder of yours.")
        other = seen.setdefault(place, field)
        if other != field and (other, field) != ("resume", "checkpoint"):
            raise SettingError(field, f"{path}: --{field} and --{other} need a file each.")


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
