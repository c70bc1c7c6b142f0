from __future__ import annotations

import json

import pytest

from nncore.errors import SettingError
from nncore.network import Network
from nncore.recipes import RECIPES, recipe_named
from nncore.training import check_fit
from tests.nncore.data import small_mnist


def test_a_recipe_is_found_by_its_name() -> None:
    assert all(recipe_named(name).name == name for name in RECIPES)


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingError, match=r"no recipe 'soup': choose one of quick, mlp, convnet\.") as refusal:
        recipe_named("soup")
    assert refusal.value.field == "recipe"


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_fits_mnist_and_says_what_it_is(name: str) -> None:
    recipe = RECIPES[name]
    check_fit(Network(recipe.spec), small_mnist().training)
    assert 0 <= recipe.validation_share < 1
    assert recipe.title
    assert recipe.description.endswith(".")


def test_a_recipe_survives_json() -> None:
    fields = json.loads(json.dumps(RECIPES["quick"].to_json()))
    assert (fields["name"], fields["layers"], fields["parameters"]) == ("quick", [784, 128, 64, 10], 109_386)
    assert fields["config"]["optimizer"] == "adam"
    convnet = json.loads(json.dumps(RECIPES["convnet"].to_json()))
    assert (convnet["network"], convnet["layers"]) == (
        "28x28 - conv 24 - norm - conv 64 - norm - 128 - norm - 10",
        None,
    )
