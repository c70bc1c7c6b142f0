"""`recipes`: list the named experiments, or show the page of one."""

from __future__ import annotations

import argparse
import json

from nncore.experiments.recipes import RECIPES, Recipe, recipe_named
from nncore.reporting.number_text import counted_text


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `recipes`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="show the page of this recipe")


def run(options: argparse.Namespace) -> int:
    """List all recipes, or show the page of one; returns the exit status."""
    name: str | None = getattr(options, "name", None)
    chosen = list(RECIPES.values()) if name is None else [recipe_named(name)]
    for recipe in chosen:
        if options.json:
            print(json.dumps(recipe.to_json()))
        elif name is None:
            what = f"{recipe.title}: {recipe.spec.summary}, {counted_text(recipe.config.epochs, 'epoch')}."
            print(f"{recipe.name:18} {what} {recipe.description}")
        else:
            print(_page_of(recipe))
    return 0


def _page_of(recipe: Recipe) -> str:
    return "\n".join(
        (
            f"{recipe.name}: {recipe.title}",
            f"{recipe.spec.summary}, {recipe.spec.parameter_count:,} weights; {recipe.settings_in_words}",
            f"It learns from {recipe.examples.description}.",
            "",
            recipe.page.to_text(),
        )
    )
