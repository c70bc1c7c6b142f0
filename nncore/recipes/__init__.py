"""Named, complete experiments: what to learn from, a network, how to train it, and a page that explains it all."""

from nncore.errors import SettingError
from nncore.recipes.digits import DIGIT_RECIPES
from nncore.recipes.examples import ALL_DIGITS, CurveExamples, DigitExamples
from nncore.recipes.failures import FAILURES
from nncore.recipes.page import Page
from nncore.recipes.recipe import VALIDATION_SHARE, Recipe
from nncore.recipes.seeds import SEEDS

__all__ = [
    "ALL_DIGITS",
    "DIGIT_RECIPES",
    "FAILURES",
    "RECIPES",
    "SEEDS",
    "VALIDATION_SHARE",
    "CurveExamples",
    "DigitExamples",
    "Page",
    "Recipe",
    "recipe_named",
]

RECIPES = {recipe.name: recipe for recipe in (*SEEDS, *DIGIT_RECIPES, *FAILURES)}


def recipe_named(name: str) -> Recipe:
    """The recipe called `name`; raises SettingError with the names there are."""
    if name not in RECIPES:
        raise SettingError("recipe", f"There is no recipe {name!r}: choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]
