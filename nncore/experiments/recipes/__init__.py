"""Named, complete experiments: data, network, training settings, and a page that explains each.

Read first: `recipe.py`.
"""

from nncore.errors import SettingError
from nncore.experiments.recipes.digits import DIGIT_RECIPES
from nncore.experiments.recipes.examples import ALL_DIGITS, CurveExamples, DigitExamples
from nncore.experiments.recipes.failures import FAILURES
from nncore.experiments.recipes.notebooks import NOTEBOOKS
from nncore.experiments.recipes.page import Page
from nncore.experiments.recipes.recipe import RECIPE_GROUPS, VALIDATION_FRACTION, Recipe, RecipeGroup

__all__ = [
    "ALL_DIGITS",
    "DIGIT_RECIPES",
    "FAILURES",
    "NOTEBOOKS",
    "RECIPES",
    "RECIPE_GROUPS",
    "VALIDATION_FRACTION",
    "CurveExamples",
    "DigitExamples",
    "Page",
    "Recipe",
    "RecipeGroup",
    "recipe_named",
]

RECIPES = {
    recipe.name: recipe
    for group in RECIPE_GROUPS
    for recipe in (*DIGIT_RECIPES, *NOTEBOOKS, *FAILURES)
    if recipe.group == group
}


def recipe_named(name: str) -> Recipe:
    """Return the recipe called `name`. Raises SettingError with all names if there is none."""
    if name not in RECIPES:
        raise SettingError("recipe", f"There is no recipe {name!r}; choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]
