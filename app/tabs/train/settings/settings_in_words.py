"""The lines above the settings: network, recipe and data in words."""

from __future__ import annotations

from nncore.data.dataset import Dataset
from nncore.experiments.recipes import ALL_DIGITS, Recipe
from nncore.model.network import NetworkSpec
from nncore.reporting.number_text import decimal_text


def network_line(spec: NetworkSpec | None) -> str:
    """The layers and the number of weights; None if the entries describe no network."""
    if spec is None:
        return "No network yet. Correct the hidden layers."
    return f"{spec.summary.replace('-', '–')} · {spec.parameter_count:,} weights"


def recipe_line(recipe: Recipe, *, changed: bool) -> str:
    """What to expect of a recipe, unless its settings are `changed`."""
    return f"{recipe.title}, changed." if changed else f"Expected: {recipe.result}."


def data_line(recipe: Recipe, training: Dataset | None, validation_fraction: float) -> str:
    """The images to train on, and the fraction to hold out if it is not the recipe's; "" before any data is open."""
    if training is None:
        return ""
    examples = recipe.examples
    percent = decimal_text(100 * validation_fraction, 6)
    held_out = "" if validation_fraction == recipe.validation_fraction else f", {percent} % held out"
    if examples != ALL_DIGITS:
        return f"{examples.description}, of {training.source}{held_out}"
    kind = "images" if training.is_bytes else "examples"
    return f"{training.source}: {len(training):,} {kind}{held_out}"
