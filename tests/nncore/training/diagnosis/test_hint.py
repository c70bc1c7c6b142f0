"""A remedy changes its settings and layers and nothing else."""

import pytest

from nncore.errors import SettingError
from nncore.model.layers import Activation, Conv2D, Dense, Flatten, Scale
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.diagnosis.hint import (
    Hint,
    rate_remedy,
    with_he_initialization,
    with_leaky_relu,
    with_relu,
    without_first_layer,
)

SPEC = NetworkSpec.dense((784, 8, 4, 10), ["relu", "tanh"], "uniform")


def test_a_hint_changes_only_its_settings_and_layers() -> None:
    hint = Hint("dead", "It is dead.", "Clip it", {"clip_norm": 1.0}, with_leaky_relu)
    spec, config = hint.apply(SPEC, TrainingConfig(epochs=9))
    assert spec == NetworkSpec.dense((784, 8, 4, 10), ["leaky_relu", "tanh"], "uniform")
    assert config == TrainingConfig(epochs=9, clip_norm=1.0)
    assert hint.text == "It is dead. Try this: clip it."


def test_changes_only_learning_rate_is_true_only_for_a_rate() -> None:
    assert Hint("", "It is.", *rate_remedy(0.1)).changes_only_learning_rate
    assert not Hint("", "It is.", "Do", {"learning_rate": 0.1, "epochs": 3}).changes_only_learning_rate
    assert not Hint("", "It is.", "Do", {"learning_rate": 0.1}, with_relu).changes_only_learning_rate
    assert not Hint("", "It is.", "Do").changes_only_learning_rate


def test_a_rate_is_rounded_to_three_digits() -> None:
    assert rate_remedy(0.1 * 0.3) == ("Learning rate 0.03", {"learning_rate": 0.03})


def test_applying_an_invalid_setting_raises_an_error() -> None:
    with pytest.raises(SettingError):
        Hint("", "It is.", "Do", {"learning_rate": -1.0}).apply(SPEC, TrainingConfig())


def test_spec_changes_return_the_changed_network() -> None:
    assert with_relu(SPEC) == NetworkSpec.dense((784, 8, 4, 10), "relu", "uniform")
    assert with_he_initialization(SPEC) == NetworkSpec.dense((784, 8, 4, 10), ["relu", "tanh"])
    layers = (Scale(255.0), Conv2D(2, initialization="zeros"), Activation("sigmoid"), Flatten(), Dense(10))
    images = NetworkSpec((28, 28), layers)
    assert without_first_layer(images).layers == layers[1:]
    assert with_he_initialization(images).layers[1] == Conv2D(2)
