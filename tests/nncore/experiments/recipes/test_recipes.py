"""Each recipe is complete, fits its data and can be found by its name."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.experiments import recipes
from nncore.experiments.recipes import (
    DIGIT_RECIPES,
    FAILURES,
    NOTEBOOKS,
    RECIPES,
    CurveExamples,
    DigitExamples,
    Recipe,
    recipe_named,
)  # fmt: skip
from nncore.model.checks import check_fit
from nncore.model.layers import Scale
from nncore.model.network import Network
from nncore.training import RandomStreams, Training
from nncore.training.events import Diverged, EpochDone, Finished
from tests.nncore.example_data import small_mnist

DIGITS = [name for name, recipe in RECIPES.items() if not recipe.fits_a_curve]


def trained(recipe: Recipe, data: Splits, **settings: object) -> tuple[Network, list[object]]:
    config = replace(recipe.config, **settings)  # type: ignore[arg-type]
    network = Network(recipe.spec)
    network.initialize(RandomStreams.from_seed(config.seed).initialization)
    return network, list(Training(network, data, config, cores=1).events())


def test_a_recipe_is_found_by_its_name() -> None:
    assert all(recipe_named(name).name == name for name in RECIPES)


def test_every_recipe_of_the_package_is_in_the_table() -> None:
    modules = [import_module(f"{recipes.__name__}.{found.name}") for found in iter_modules(recipes.__path__)]
    defined = [each for module in modules for each in vars(module).values() if isinstance(each, Recipe)]
    listed = [*NOTEBOOKS, *DIGIT_RECIPES, *FAILURES]
    assert {recipe.name for recipe in defined} <= RECIPES.keys()
    assert len(listed) == len(RECIPES)  # otherwise two recipes have the same name


def test_the_recipes_contain_the_notebooks_the_good_networks_and_the_failures() -> None:
    assert [recipe.name for recipe in NOTEBOOKS] == ["basic-ml", "two-layer", "numpynet", "three-layer", "sine"]
    assert {"quick", "mlp", "convnet", "handwriting"} <= RECIPES.keys()
    assert [recipe.name for recipe in FAILURES] == [
        "pixels-0-255", "rate-too-high", "vanishing-sigmoid", "all-zero", "dead-relus", "overfitting",
    ]  # fmt: skip


def test_an_unknown_name_is_rejected_with_a_list_of_all_names() -> None:
    with pytest.raises(SettingError, match=r"no recipe 'soup'; choose one of quick, .*handwriting\.") as error:
        recipe_named("soup")
    assert error.value.field == "recipe"


@pytest.mark.parametrize("name", DIGITS)
def test_every_recipe_for_digits_fits_mnist(name: str) -> None:
    network, digits = Network(RECIPES[name].spec), small_mnist().training
    network.initialize(np.random.default_rng(0))
    check_fit(network, digits)
    assert network.predict(digits.inputs(slice(0, 3))).shape == (3, len(digits.class_names))


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_has_a_title_a_description_and_a_complete_page(name: str) -> None:
    recipe = RECIPES[name]
    assert 0 <= recipe.validation_fraction < 1
    assert recipe.title
    assert recipe.description.endswith((".", "?"))
    page = recipe.page
    assert page.formulas
    assert all(part.endswith((".", "?")) for part in (page.goal, page.expected, page.source, *page.look_at))


@pytest.mark.parametrize("name", RECIPES)
def test_every_page_is_plain_text_without_html_and_latex(name: str) -> None:
    text = RECIPES[name].page.to_text(80)
    assert not re.search(r"</?\w+>|&\w+;|[\\{}$]", text)
    assert all(len(line) <= 80 for line in text.splitlines() if not line.startswith("    "))


def test_a_recipe_can_be_written_as_json() -> None:
    fields = json.loads(json.dumps(RECIPES["quick"].to_json()))
    assert (fields["name"], fields["layers"], fields["parameters"]) == ("quick", [784, 128, 64, 10], 109_386)
    assert fields["config"]["optimizer"] == "adam"
    assert fields["page"]["goal"]
    convnet = json.loads(json.dumps(RECIPES["convnet"].to_json()))
    assert (convnet["network"], convnet["layers"]) == (
        "28x28 - conv 24 - norm - conv 64 - norm - 128 - norm - 10",
        None,
    )


def test_the_notebooks_have_the_settings_of_their_authors() -> None:
    reported = {
        recipe.name: (recipe.spec.widths, recipe.config.learning_rate, recipe.config.epochs) for recipe in NOTEBOOKS
    }
    assert reported == {
        "basic-ml": ((784, 10, 10), 0.1, 500),
        "two-layer": ((784, 10, 10), 0.1, 100),
        "numpynet": ((784, 64, 10), 0.1, 500),
        "three-layer": ((784, 10, 10, 10), 1.0, 500),
        "sine": ((1, 10, 10, 1), 0.01, 1000),
    }
    assert [recipe.config.batch_size for recipe in NOTEBOOKS] == [None] * 4 + [1]
    assert all(recipe.config.optimizer == "sgd" for recipe in NOTEBOOKS)
    assert recipe_named("numpynet").config.seed == 33


@pytest.mark.parametrize(
    ("examples", "training", "validation"),
    [
        (DigitExamples(), slice(0, None), None),
        (DigitExamples(200), slice(0, 200), None),
        (DigitExamples(200, held_out=50), slice(50, 200), slice(0, 50)),
        (DigitExamples(10**6, held_out=50), slice(50, None), slice(0, 50)),
    ],
)
def test_the_first_images_are_used_and_some_of_them_are_held_out(
    examples: DigitExamples, training: slice, validation: slice | None
) -> None:
    data = small_mnist()
    chosen = examples.take_from(data)
    np.testing.assert_array_equal(chosen.training.images, data.training.images[training])
    assert chosen.test is data.test
    if validation is None:
        assert chosen.validation is data.validation
    else:
        assert chosen.validation is not None
        np.testing.assert_array_equal(chosen.validation.labels, data.training.labels[validation])


def test_too_few_images_to_hold_some_out_are_rejected() -> None:
    data = small_mnist()
    few = Splits(data.training.take(slice(0, 1000)))
    with pytest.raises(SettingError, match="has 1,000 training images; this recipe needs more than 1,000") as no:
        recipe_named("basic-ml").splits(few)
    assert no.value.field == "data"


def test_sine_learns_five_hundred_points_of_its_curve() -> None:
    data = recipe_named("sine").splits().training
    assert (len(data), data.input_shape) == (500, (1,))
    assert data.source == "500 points of 0.5 * (sin(x) + 1), x from -2*pi to 2*pi"
    assert CurveExamples("x").description == "500 points of x, x from -2*pi to 2*pi"


@pytest.mark.slow
def test_the_loss_of_sine_begins_and_falls_as_its_author_reported() -> None:
    recipe = recipe_named("sine")
    _, events = trained(recipe, recipe.splits(), epochs=200)
    losses = [event.training_loss for event in events if isinstance(event, EpochDone)]
    assert losses[0] == pytest.approx(0.0624, abs=0.001)
    assert losses[-1] < 2 * 0.0062


def test_pixels_from_0_to_255_kill_every_hidden_unit() -> None:
    recipe = recipe_named("pixels-0-255")
    assert recipe.spec.layers[0] == Scale(255.0)
    network, events = trained(recipe, small_mnist(), epochs=10)
    assert isinstance(events[-1], Finished)
    assert not network.activations(small_mnist().training.inputs(slice(0, 100)))[2].any()


def test_a_learning_rate_that_is_too_high_diverges() -> None:
    assert isinstance(trained(recipe_named("rate-too-high"), small_mnist())[1][-1], Diverged)


def test_sigmoids_make_the_gradient_of_the_first_layer_small() -> None:
    epochs = [
        e for e in trained(recipe_named("vanishing-sigmoid"), small_mnist(), epochs=1)[1] if isinstance(e, EpochDone)
    ]
    assert epochs[0].health is not None
    norms = [layer.gradient_norm for layer in epochs[0].health if layer.gradient_norm is not None]
    assert norms[0] < 0.05 * norms[-1]


def test_if_all_weights_are_zero_only_the_last_biases_learn() -> None:
    network, _ = trained(recipe_named("all-zero"), small_mnist(), epochs=1)
    moved = np.flatnonzero(network.parameters.values)
    assert moved.tolist() == list(range(network.parameters.size - 10, network.parameters.size))


def test_many_relus_die_at_a_high_learning_rate_only() -> None:
    active = []
    for rate in (0.1, 0.003):
        network, _ = trained(recipe_named("dead-relus"), small_mnist(), learning_rate=rate)
        active.append(network.activations(small_mnist().training.inputs(slice(0, 500)))[3].any(axis=0).mean())
    assert active[0] < 0.8 < active[1]


def test_five_hundred_digits_are_memorized() -> None:
    recipe = recipe_named("overfitting")
    _, events = trained(recipe, recipe.splits(small_mnist()), epochs=30)
    last = [event for event in events if isinstance(event, EpochDone)][-1]
    assert last.training_accuracy == 1.0
    assert last.validation_accuracy is not None
    assert last.validation_accuracy < 0.9


def test_texts_call_other_recipes_by_their_titles() -> None:
    names = "|".join(name for name in RECIPES if name not in ("quick", "sine", "handwriting"))  # these are words too
    for recipe in RECIPES.values():
        texts = (recipe.title, recipe.description, recipe.page.goal, recipe.page.expected, recipe.page.source)
        for text in (*texts, *recipe.page.look_at):
            assert not re.search(rf"(?<![\w-])({names})(?![\w-]| network)", text), text
        assert recipe.tip.endswith(f"Its name on the command line is {recipe.name}.")
        assert recipe.settings_in_words.split(",")[0] in ("Adam", "SGD", "momentum")
