"""The options of `train`: they select and change a recipe, its data, and a new or resumed run."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from app.storage.csv_dialects import read_any_dataset
from nncore.data.dataset import Splits
from nncore.data.formats.points import read_points
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES, CurveExamples, Recipe, recipe_named
from nncore.files.checkpoint_file import load_checkpoint
from nncore.model.checks import check_fit
from nncore.model.layers import Activation, Dense
from nncore.model.network import Network, NetworkSpec
from nncore.training import Training
from nncore.training.checkpoint import Checkpoint
from nncore.training.config import SETTINGS
from nncore.training.memory import check_memory
from nncore.training.settings import Setting

OPTIONS_WITH_RESUME = ("learning_rate", "steps", "epochs", "seconds")
"""Options that can be combined with --resume."""


def add_settings(parser: argparse.ArgumentParser, rows: Mapping[str, Setting], several: bool = False) -> None:
    """Add an option for each setting; several: each takes one or more values. Omitted options are not set."""
    quick = RECIPES["quick"].config
    for name, setting in rows.items():
        if setting.kind == "distortions":
            continue
        option, text = f"--{name.replace('_', '-')}", setting.help.replace("%", "%%")
        if setting.none_text and not setting.choices:
            text += f' It can also be "{setting.none_text.replace("no limit", "none")}".'
        if not several and hasattr(quick, name):
            text += f" (default: {setting.in_words(getattr(quick, name))})"
        keywords: dict[str, Any] = {"default": argparse.SUPPRESS, "help": text}
        if setting.kind == "flag" and not several:
            parser.add_argument(option, action="store_true", **keywords)
            continue
        keywords |= {"nargs": "+"} if several else {}
        if setting.choices:
            parser.add_argument(option, choices=tuple(setting.choices), **keywords)
        else:
            metavar = {"flag": "yes/no", "widths": "N-N"}.get(setting.kind, "N")
            keywords["action"] = partial(_ReadSetting, setting)
            parser.add_argument(option, metavar=metavar, **keywords)


class _ReadSetting(argparse.Action):
    """Parses the text of an option; its SettingError passes through argparse, unlike one from a `type` function."""

    def __init__(self, setting: Setting, *names: Any, **keywords: Any) -> None:
        super().__init__(*names, **keywords)
        self._setting = setting

    def __call__(self, parser: object, options: argparse.Namespace, given: Any, name: object = None) -> None:
        read = self._setting.read
        setattr(options, self.dest, [read(text) for text in given] if isinstance(given, list) else read(given))


def recipe_from(options: argparse.Namespace) -> Recipe:
    """Return the chosen recipe with the changes of the options.

    The default is "quick", or "sine" for a network with one input and one output, or a function to fit.
    """
    widths = options.layers or (0,)
    has_one_input_and_output = widths[0] == widths[-1] == 1
    fits_a_curve = options.recipe is None and (_function(options) is not None or has_one_input_and_output)
    recipe = _with_function(recipe_named(options.recipe or ("sine" if fits_a_curve else "quick")), options)
    given = {name: value for name, value in vars(options).items() if name in SETTINGS}
    name = recipe.name if options.recipe is not None or fits_a_curve else ""
    return replace(recipe, name=name, spec=_spec_from(recipe, options), config=replace(recipe.config, **given))


def _spec_from(recipe: Recipe, options: argparse.Namespace) -> NetworkSpec:
    """Return the network of the recipe, with the widths, activations and initialization of the options."""
    spec = recipe.spec
    if options.layers is None and not options.activations and not options.initialization:
        return spec
    if options.layers is None and not spec.is_dense:
        raise SettingError("layers", f"The layers of the recipe {recipe.name} cannot be changed by options.")
    own = [layer.function for layer in spec.layers if isinstance(layer, Activation)]
    initializations = [layer.initialization for layer in spec.layers if isinstance(layer, Dense)]
    activations = options.activations or (own if options.layers is None else ["relu"])
    changed = NetworkSpec.dense(
        spec.widths if options.layers is None else options.layers,
        activations[0] if len(activations) == 1 else activations,
        options.initialization or initializations[0],
    )
    return replace(changed, output=spec.output)


@dataclass(frozen=True)
class RunSetup:
    """A run before its first step.

    Attributes:
        recipe: its name, or "".
        validation_fraction: of the training images, 0 to below 1.
    """

    training: Training
    recipe: str
    validation_fraction: float

    def checkpoint(self) -> Checkpoint:
        """Return the state of the run now, to continue it later."""
        state = self.training.checkpoint()
        return replace(state, recipe=self.recipe, validation_fraction=self.validation_fraction)


def new_training(recipe: Recipe, path: Path | None) -> Training:
    """Return a new run, with the data at `path` or the data of the recipe."""
    check_memory(recipe.spec, recipe.config)
    data = recipe.hold_out(examples_for(recipe, path))
    network = Network(recipe.spec, seed=recipe.config.seed)
    check_fit(network, data.training)
    return Training(network, data, recipe.config)


def continued_training(options: argparse.Namespace) -> RunSetup:
    """Return the run of a checkpoint."""
    for name in (*SETTINGS, "activations", "initialization"):
        if getattr(options, name, None) is not None and name not in OPTIONS_WITH_RESUME:
            option = name.replace("_", "-")
            raise SettingError(
                name,
                f"--{option} cannot be used with --resume: a resumed run keeps its settings. Only --learning-rate, and "
                "how many more --steps, --epochs or --seconds, can be given.",
            )
    checkpoint = load_checkpoint(options.resume)
    checkpoint = checkpoint.extended(**{name: getattr(options, name, None) for name in OPTIONS_WITH_RESUME})
    check_memory(checkpoint.spec, checkpoint.config)
    recipe = replace(
        _with_function(RECIPES.get(checkpoint.recipe, RECIPES["quick"]), options),
        config=checkpoint.config,
        validation_fraction=checkpoint.validation_fraction,
    )
    data = recipe.hold_out(examples_for(recipe, options.data))
    return RunSetup(Training.continued(checkpoint, data), checkpoint.recipe, checkpoint.validation_fraction)


def verbose_epoch(options: argparse.Namespace) -> int:
    """Return N if only every N-th epoch is reported; raises SettingError below 1."""
    every: int | None = getattr(options, "verbose_epoch", None)
    if every is not None and every < 1:
        raise SettingError("verbose_epoch", f"--verbose-epoch must be at least 1; got {every}.")
    return every or 1


def examples_for(recipe: Recipe, path: Path | None) -> Splits:
    """Return the examples that the recipe selects from the data at `path`, or from its own data."""
    if path is None:
        return recipe.chosen()
    return read_points(path).splits() if recipe.fits_a_curve else recipe.chosen(read_any_dataset(path))


def _function(options: argparse.Namespace) -> str | None:
    function: str | None = getattr(options, "function", None)
    return function


def _with_function(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    """Return the recipe; with --function, for the points of that function."""
    function = _function(options)
    if function is None:
        return recipe
    if not isinstance(recipe.examples, CurveExamples):
        raise SettingError("function", f"--function is for the recipe sine; the recipe {recipe.name} reads digits.")
    if options.data is not None:
        raise SettingError("function", "--function and --data both give the points: use one of them.")
    return replace(recipe, examples=replace(recipe.examples, function=function))
