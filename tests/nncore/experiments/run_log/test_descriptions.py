"""Descriptions of runs in words, and of the differences between runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.descriptions import (
    changed_settings,
    differing_settings,
    labels_by_difference,
    settings_in_words,
    title_and_differences,
)
from nncore.experiments.run_log.log import RunSettings
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import TrainingConfig

ONE = RunSettings("one", NetworkSpec.dense((784, 16, 10)), TrainingConfig(), data="MNIST")


def with_config(**changed: object) -> RunSettings:
    return replace(ONE, config=replace(ONE.config, **changed))  # type: ignore[arg-type]


def test_every_setting_is_described() -> None:
    words = settings_in_words(with_config(augmentation=Augmentation(shift=1.5), batch_size=None, keep_best=True))
    assert words["network"] == "784 - 16 - 10"
    assert words["augmentation"] == "shift 1.5"
    assert words["batch size"] == "full"
    assert words["keep the best epoch"] == "yes"
    assert words["gradient clipping"] == "none"
    assert len(words) >= len(vars(ONE.config)) + 5


def test_recipes_and_functions_have_the_words_of_the_forms() -> None:
    sine = RECIPES["sine"]
    settings = RunSettings("x", sine.spec, sine.config, data="", recipe="sine")
    words = settings_in_words(settings)
    assert (words["recipe"], words["activations"], words["initialization"]) == (sine.title, "ReLU", "small normal")
    names = settings_in_words(settings, has_names=True)
    assert (names["recipe"], names["activations"], names["initialization"]) == ("sine", "relu", "small_normal")
    assert settings_in_words(with_config(augmentation=Augmentation(scale=0.1)))["augmentation"] == "size 0.1"
    assert labels_by_difference([settings, replace(settings, recipe="of a newer version")])[1] == (
        "recipe of a newer version"
    )


def test_equal_runs_have_no_differing_settings() -> None:
    assert differing_settings([ONE, replace(ONE, name="two", machine="another")]) == {}
    assert differing_settings([]) == {}
    assert labels_by_difference([ONE]) == [""]


def test_differing_settings_have_a_value_for_each_run() -> None:
    runs = [ONE, with_config(learning_rate=0.01), with_config(seed=10_000)]
    assert differing_settings(runs) == {"learning rate": ("0.001", "0.01", "0.001"), "seed": ("0", "0", "10000")}
    assert labels_by_difference(runs)[1] == "learning rate 0.01, seed 0"


def test_networks_of_equal_widths_may_differ() -> None:
    sigmoid = replace(ONE, spec=NetworkSpec.dense((784, 16, 10), "sigmoid"))
    assert differing_settings([ONE, sigmoid]) == {"activations": ("ReLU", "sigmoid")}
    wide = replace(ONE, spec=NetworkSpec.dense((784, 32, 10)))
    assert list(differing_settings([ONE, wide])) == ["network"]


def test_only_settings_that_differ_from_the_recipe_are_listed() -> None:
    config = RECIPES["quick"].config
    assert changed_settings(config, "quick") == ""
    assert changed_settings(replace(config, seed=3), "quick") == "seed 3"
    assert changed_settings(TrainingConfig(optimizer="sgd"), "") == "optimizer SGD"
    assert changed_settings(config, "quick", ((845, 0.5),)) == "from step 845 rate 0.5"
    assert changed_settings(TrainingConfig(optimizer="sgd"), "a deleted recipe") == "optimizer SGD"


def test_learning_rates_that_changed_during_a_run_are_described() -> None:
    def rate(*rates: tuple[int, float]) -> str:
        return settings_in_words(replace(ONE, rates=rates))["learning rate"]

    assert rate() == "0.001"
    assert rate((501, 0.5), (1001, 0.25)) == "0.001, from step 501 0.5, from step 1,001 0.25"
    assert rate((1, 0.5)) == "0.5"


@pytest.mark.parametrize(
    ("widths", "changed", "recipe", "expected"),
    [
        ((784, 128, 64, 10), {}, "quick", "A first network"),
        ((784, 64, 64, 10), {"learning_rate": 0.5}, "quick", "A first network: 64 64, rate 0.5"),
        ((784, 10), {}, "quick", "A first network: no hidden layer"),
        ((784, 30, 10), {}, "", "No recipe: 30"),
        ((784, 30, 10), {}, "of a newer version", "of a newer version: 30"),
    ],
)
def test_a_run_is_named_by_its_recipe_and_what_differs(
    widths: tuple[int, ...], changed: dict[str, float], recipe: str, expected: str
) -> None:
    config = replace(RECIPES[recipe].config if recipe in RECIPES else TrainingConfig(), **changed)  # type: ignore[arg-type]
    assert (
        title_and_differences(RunSettings("x", NetworkSpec.dense(widths), config, data="", recipe=recipe)) == expected
    )


def test_a_network_of_the_same_widths_is_told_apart_by_what_differs() -> None:
    spec = NetworkSpec.dense((784, 128, 64, 10), "sigmoid")
    settings = RunSettings("x", spec, RECIPES["quick"].config, data="", recipe="quick", rates=((501, 0.5),))
    assert title_and_differences(settings) == "A first network: sigmoid, from step 501 rate 0.5"
