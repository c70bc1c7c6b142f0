"""Named, complete experiments: data, network, training settings, and a page that explains each.

Read first: `recipe.py`.
"""

from nncore.errors import SettingError
from nncore.experiments.recipes.digits import DIGIT_RECIPES
from nncore.experiments.recipes.examples import ALL_DIGITS, CurveExamples, DigitExamples
from nncore.experiments.recipes.failures import FAILURES
from nncore.experiments.recipes.notebooks import NOTEBOOKS
from nncore.experiments.recipes.page import Page
from nncore.experiments.recipes.recipe import VALIDATION_SHARE, Recipe

__all__ = [
    "ALL_DIGITS",
    "DIGIT_RECIPES",
    "FAILURES",
    "NOTEBOOKS",
    "RECIPES",
    "VALIDATION_SHARE",
    "CurveExamples",
    "DigitExamples",
    "Page",
    "Recipe",
    "recipe_named",
]

RECIPES = {recipe.name: recipe for recipe in (*NOTEBOOKS, *DIGIT_RECIPES, *FAILURES)}


def recipe_named(name: str) -> Recipe:
    """Return the recipe called `name`. Raises SettingError with all names if there is none."""
    if name not in RECIPES:
        raise SettingError("recipe", f"There is no recipe {name!r}; choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]
