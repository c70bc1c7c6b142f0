"""The effect of the options of `train` on a recipe and on a resumed run."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.train_options import continued_training, new_training, recipe_from, verbose_epoch
from nncore.errors import DataError, SettingError
from nncore.experiments.recipes import RECIPES
from nncore.files.checkpoint_file import save_checkpoint

OPTIONS = ("recipe", "layers", "activations", "initialization", "data", "resume", "function", "verbose_epoch")


def options(**given: object) -> Namespace:
    """Return options as argparse does: without attributes for training settings that were not given."""
    return Namespace(**{**dict.fromkeys(OPTIONS), **given})


def test_the_default_recipe_is_quick() -> None:
    recipe = recipe_from(options(epochs=2))
    assert (recipe.name, recipe.spec, recipe.config.epochs) == ("", RECIPES["quick"].spec, 2)


def test_a_network_with_one_input_and_one_output_uses_the_recipe_sine() -> None:
    recipe = recipe_from(options(layers=[1, 10, 10, 1], learning_rate=0.01, epochs=1000, verbose_epoch=200))
    assert recipe == RECIPES["sine"]


def test_a_network_for_digits_does_not_fit_a_curve() -> None:
    assert not recipe_from(options(layers=[784, 10])).fits_a_curve


def test_a_recipe_keeps_its_initialization_and_activations_by_default() -> None:
    deeper = recipe_from(options(recipe="three-layer", activations=["sigmoid", "relu"]))
    functions = [layer["function"] for layer in deeper.spec.to_json()["layers"] if layer["kind"] == "activation"]
    starts = {layer["initialization"] for layer in deeper.spec.to_json()["layers"] if layer["kind"] == "dense"}
    assert (functions, starts) == (["sigmoid", "relu"], {"uniform"})
    again = recipe_from(options(recipe="vanishing-sigmoid", initialization="uniform"))
    functions = [layer["function"] for layer in again.spec.to_json()["layers"] if layer["kind"] == "activation"]
    assert functions == ["sigmoid"] * 6


def test_the_layers_of_a_convolutional_recipe_cannot_be_changed() -> None:
    with pytest.raises(SettingError, match="The layers of the recipe pixels-0-255 cannot be changed"):
        recipe_from(options(recipe="pixels-0-255", activations=["tanh"]))


def test_a_given_function_replaces_the_sine() -> None:
    training = new_training(recipe_from(options(function="sin(3*x)*x")), None)
    assert training.data.training.source == "500 points of sin(3*x)*x, x from -2*pi to 2*pi"


def test_a_file_with_two_columns_is_fitted(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    path.write_text("x,y\n0,1\n1,3\n2,5\n")
    training = new_training(recipe_from(options(layers=[1, 5, 1])), path)
    assert (training.data.training.source, len(training.data.training)) == ("curve.csv", 3)
    path.write_text("1,2,3\n")
    with pytest.raises(DataError, match="expected two numbers"):
        new_training(recipe_from(options(recipe="sine")), path)


def test_a_function_is_rejected_for_digits_and_together_with_a_file(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="the recipe mlp reads digits"):
        recipe_from(options(recipe="mlp", function="x"))
    with pytest.raises(SettingError, match="use one of them"):
        recipe_from(options(function="x", data=tmp_path / "curve.csv"))


def test_a_resumed_run_uses_its_examples_for_more_epochs_at_another_rate(tmp_path: Path) -> None:
    first = new_training(recipe_from(options(recipe="sine", epochs=2)), None)
    list(first.events())
    save_checkpoint(replace(first.checkpoint(), recipe="sine"), tmp_path / "run.npz")
    setup = continued_training(options(resume=tmp_path / "run.npz", learning_rate=0.005, epochs=3))
    on = setup.training
    list(on.events())
    assert (setup.recipe, setup.checkpoint().recipe) == ("sine", "sine")
    assert [row["epoch"] for row in on.history.rows()] == [1, 2, 3, 4, 5]
    assert on.control.rates_used == [(1, 0.01), (1001, 0.005)]


def test_other_settings_of_a_resumed_run_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="--batch-size cannot be used with --resume") as error:
        continued_training(options(resume=tmp_path / "run.npz", batch_size=3))
    assert error.value.field == "batch_size"


def test_only_every_nth_epoch_is_reported() -> None:
    assert verbose_epoch(options()) == 1
    assert verbose_epoch(options(verbose_epoch=200)) == 200
    with pytest.raises(SettingError, match="--verbose-epoch must be at least 1; got 0"):
        verbose_epoch(options(verbose_epoch=0))
