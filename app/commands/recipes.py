"""`recipes`: the named experiments."""

from __future__ import annotations

import argparse
import json

from nncore.recipes import RECIPES


def recipes_command(options: argparse.Namespace) -> int:
    """List them; gives the exit status."""
    for recipe in RECIPES.values():
        if options.json:
            print(json.dumps(recipe.to_json()))
        else:
            what = f"{recipe.title}: {recipe.spec.summary}, {recipe.config.epochs} epochs."
            print(f"{recipe.name:10} {what} {recipe.description}")
    return 0
