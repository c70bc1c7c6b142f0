"""What `train` is to do, from what was typed: the recipe with its changes, its data, a run from its beginning or on."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from nncore.data.dataset import Splits
from nncore.data.formats import read_dataset
from nncore.data.formats.points import read_points
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES, CurveExamples, Recipe, recipe_named
from nncore.files.checkpoint_file import load_checkpoint
from nncore.model.checks import check_fit
from nncore.model.layers import Activation, Dense
from nncore.model.network import Network, NetworkSpec
from nncore.training import RandomStreams, Training
from nncore.training.memory import check_memory

CONFIG_OPTIONS = (
    "optimizer", "learning_rate", "schedule", "epochs", "seed", "loss", "label_smoothing", "weight_decay", "clip_norm",
    "steps", "seconds", "patience", "keep_best",
)  # fmt: skip
"""Options that are fields of TrainingConfig as they stand."""

CHANGED_ON_THE_WAY = ("learning_rate", "steps", "epochs", "seconds")
"""Options that a run takes which goes on."""


def recipe_from(options: argparse.Namespace) -> Recipe:
    """The recipe that was named, with whatever the options change of it.

    Without a name it is "quick", or "sine" for a network from one number to one or a function to fit.
    """
    widths = options.layers or ()
    curve = options.recipe is None and (_function(options) is not None or (*widths[:1], *widths[-1:]) == (1, 1))
    recipe = _of_function(recipe_named(options.recipe or ("sine" if curve else "quick")), options)
    given = {name: getattr(options, name) for name in CONFIG_OPTIONS if getattr(options, name) is not None}
    if options.batch_size is not None:
        given["batch_size"] = None if options.batch_size == "full" else options.batch_size
    name = recipe.name if options.recipe is not None or curve else ""
    return replace(recipe, name=name, spec=_spec_from(recipe, options), config=replace(recipe.config, **given))


def _spec_from(recipe: Recipe, options: argparse.Namespace) -> NetworkSpec:
    """The recipe's network, with other widths, activations or weights to begin with."""
    spec = recipe.spec
    if options.layers is None and not options.activations and not options.initialization:
        return spec
    if options.layers is None and not spec.is_dense:
        raise SettingError("layers", f"The layers of {recipe.name} are its own: they cannot be changed by options.")
    own = [layer.function for layer in spec.layers if isinstance(layer, Activation)]
    begins = [layer.initialization for layer in spec.layers if isinstance(layer, Dense)]
    activations = options.activations or (own if options.layers is None else ["relu"])
    changed = NetworkSpec.dense(
        spec.widths if options.layers is None else options.layers,
        activations[0] if len(activations) == 1 else activations,
        options.initialization or begins[0],
    )
    return replace(changed, output=spec.output)


def begun(recipe: Recipe, path: Path | None) -> Training:
    """A run from its beginning, on the data of `path` if there is one."""
    check_memory(recipe.spec, recipe.config)
    data = _data_for(recipe, path)
    network = Network(recipe.spec)
    check_fit(network, data.training)
    network.initialize(RandomStreams.of(recipe.config.seed).initialization)
    return Training(network, data, recipe.config)


def resumed(options: argparse.Namespace) -> tuple[Training, str, float]:
    """A run from where a checkpoint left it, the name of its recipe, and the share that it holds out."""
    for name in (*CONFIG_OPTIONS, "batch_size", "activations", "initialization"):
        if getattr(options, name) is not None and name not in CHANGED_ON_THE_WAY:
            option = name.replace("_", "-")
            raise SettingError(
                name,
                f"--{option}: a run that is resumed keeps its settings, but for --learning-rate and how many --steps, "
                "--epochs or --seconds more; leave the option out.",
            )
    checkpoint = load_checkpoint(options.resume)
    checkpoint = checkpoint.extended(options.learning_rate, options.steps, options.epochs, options.seconds)
    check_memory(checkpoint.spec, checkpoint.config)
    recipe = replace(
        _of_function(RECIPES.get(checkpoint.recipe, RECIPES["quick"]), options),
        config=checkpoint.config,
        validation_share=checkpoint.validation_share,
    )
    data = _data_for(recipe, options.data)
    return Training.resumed(checkpoint, data), checkpoint.recipe, checkpoint.validation_share


def verbose_epoch(options: argparse.Namespace) -> int:
    """Of how many epochs one is told; raises SettingError below 1."""
    every: int | None = getattr(options, "verbose_epoch", None)
    if every is not None and every < 1:
        raise SettingError("verbose_epoch", f"Every {every} epochs cannot be told: it is 1 or more.")
    return every or 1


def _data_for(recipe: Recipe, path: Path | None) -> Splits:
    if path is None:
        return recipe.splits()
    return read_points(path).splits() if recipe.fits_a_curve else recipe.splits(read_dataset(path))


def _function(options: argparse.Namespace) -> str | None:
    function: str | None = getattr(options, "function", None)
    return function


def _of_function(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    """The recipe, made to fit the function that was given, if one was."""
    function = _function(options)
    if function is None:
        return recipe
    if not isinstance(recipe.examples, CurveExamples):
        raise SettingError("function", f"The recipe {recipe.name} reads digits: a --function is for sine.")
    if options.data is not None:
        raise SettingError("function", "The points come from --function or from --data: give one of them.")
    return replace(recipe, examples=replace(recipe.examples, function=function))
