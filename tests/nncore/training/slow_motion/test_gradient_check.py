"""The gradient check agrees with the backward pass of every kind of layer, and finds every mistake."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nncore.errors import SettingError
from nncore.training.slow_motion.broken_backward import MISTAKES, short_training
from nncore.training.slow_motion.gradient_check import GRADIENT_TOLERANCE, check_gradient, weights_to_check
from tests.nncore.example_data import small_mnist
from tests.nncore.training.slow_motion.samples import SAMPLES, sample


@pytest.mark.parametrize("name", SAMPLES)
def test_the_gradients_agree_for_every_array_of_parameters(name: str) -> None:
    network, examples, config = sample(name)
    before = network.parameters.values.tobytes()
    weights = weights_to_check(network, examples, config)
    assert {parameter for parameter, _ in weights} == network.spec.parameter_shapes.keys()
    for parameter, position in weights:
        check = check_gradient(network, examples, config, parameter, position)
        assert check.agrees, (parameter, check)
    assert network.parameters.values.tobytes() == before


@pytest.mark.parametrize("name", ["one", "dense", "convolution", "sine"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_found(name: str, mistake: str) -> None:
    network, examples, config = sample(name)
    checks = [
        check_gradient(network, examples, config, parameter, position, MISTAKES[mistake])
        for parameter, position in weights_to_check(network, examples, config, MISTAKES[mistake])
    ]
    assert any(not each.agrees and each.relative_difference > 100 * GRADIENT_TOLERANCE for each in checks)


def test_a_mistake_leaves_the_code_that_trains_alone() -> None:
    network, examples, config = sample("dense")
    weight = weights_to_check(network, examples, config)[0]
    right = check_gradient(network, examples, config, *weight)
    check_gradient(network, examples, config, *weight, MISTAKES["derivative"])
    assert check_gradient(network, examples, config, *weight) == right


def test_a_gradient_at_a_corner_of_the_loss_may_have_any_slope_between_both() -> None:
    network, examples, config = sample("convolution")  # its biases are 0, so a ReLU gets exactly 0 where the paper is
    checks = [check_gradient(network, examples, config, "1.b", (number,)) for number in range(3)]
    corners = [each for each in checks if each.has_corner]
    assert corners
    assert all(each.agrees for each in corners)
    below, above = corners[0].slopes
    wrong = replace(corners[0], analytic=max(below, above) + abs(above - below))
    assert not wrong.agrees


def test_a_short_training_with_a_mistake_learns_worse() -> None:
    network, _, config = sample("one")
    examples, config = small_mnist().training.take(slice(0, 400)), replace(config, batch_size=50)
    right = short_training(network, examples, config, 60)
    wrong = short_training(network, examples, config, 60, MISTAKES["transpose"])
    assert right[0] == wrong[0]
    assert len(right) == len(wrong) == 60
    assert np.mean(right[-10:]) < 0.8 * np.mean(wrong[-10:])


def test_a_weight_that_does_not_exist_is_rejected() -> None:
    network, examples, config = sample("one")
    for parameter, position in (("2.W", (0, 12)), ("1.W", (0, 0)), ("2.b", (0, 0))):
        with pytest.raises(SettingError, match="no weight"):
            check_gradient(network, examples, config, parameter, position)
