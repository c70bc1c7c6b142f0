"""Every derivation gives the gradient that the layers and losses compute, and its text can be read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from nncore.model.derivations import DERIVATIONS, SYMBOLS
from nncore.model.layers import ACTIVATIONS, Activation, BatchNorm, Conv2D, Dense
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.losses import make_loss
from tests.nncore.model.derivations.layer_numbers import ROWS, layer_numbers


def assert_results(name: str, numbers: Mapping[str, Array]) -> None:
    derivation = DERIVATIONS[name]
    results = derivation.results(numbers)
    assert tuple(results) == derivation.outputs
    for output, result in results.items():
        np.testing.assert_allclose(result, numbers[output], rtol=1e-9, atol=1e-12, err_msg=output)


@pytest.mark.parametrize("name", ["dense-input", "dense-weights"])
def test_the_gradients_of_a_dense_layer_are_those_of_the_layer(name: str) -> None:
    assert_results(name, layer_numbers(Dense(4), (6,)))


@pytest.mark.parametrize("function", [name for name in ACTIVATIONS if name != "softmax"])
def test_the_gradient_of_an_activation_is_that_of_the_layer(function: str) -> None:
    numbers = layer_numbers(Activation(function), (7,))
    h = 1e-6
    f = Activation(function).build("1", (7,), Parameters({}, {}, np.float64)).predict
    slope = (f(numbers["X"] + h) - f(numbers["X"] - h)) / (2 * h)
    dX = DERIVATIONS["elementwise"].results({**numbers, "slope": slope})["dX"]
    np.testing.assert_allclose(dX, numbers["dX"], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("stride", "padding"), [((1, 1), (0, 0)), ((2, 2), (2, 2)), ((2, 1), (0, 1)), ((3, 2), (1, 1))]
)
def test_the_gradients_of_a_convolution_are_those_of_the_layer(
    stride: tuple[int, int], padding: tuple[int, int]
) -> None:
    numbers = layer_numbers(Conv2D(3, (3, 2), stride, padding), (2, 8, 7))
    assert_results("convolution", {**numbers, "stride": np.array(stride), "padding": np.array(padding)})


@pytest.mark.parametrize("shape", [(4,), (3, 5, 6)])
def test_the_gradients_of_a_batch_normalization_are_those_of_the_layer(shape: Shape) -> None:
    numbers = layer_numbers(BatchNorm(), shape)
    assert_results("batch-norm", {**numbers, "epsilon": np.array(BatchNorm().epsilon)})


@pytest.mark.parametrize("name", ["softmax-cross-entropy", "sigmoid-squared-error"])
def test_the_gradient_of_a_loss_is_that_of_the_loss(name: str) -> None:
    rng, derivation = np.random.default_rng(4), DERIVATIONS[name]
    Z, T = 3 * rng.normal(size=(ROWS, 6)), np.eye(6)[rng.integers(6, size=ROWS)]
    ((loss_name, output),) = derivation.losses
    loss = make_loss(loss_name, output)
    loss.allocate(ROWS, 6, np.dtype(np.float64))
    loss.forward(Z.copy(), T.argmax(axis=1))
    assert_results(name, {"Z": Z, "T": T, "dZ": loss.backward()})


def test_the_chain_rule_goes_through_a_dense_layer_and_the_activation_before_it() -> None:
    numbers = layer_numbers(Dense(4), (6,))
    slope = np.cos(numbers["X"])
    result = DERIVATIONS["chain-rule"].results({**numbers, "slope": slope})["dX"]
    np.testing.assert_allclose(result, numbers["dX"] * slope)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_derivation_names_known_symbols_and_can_be_read_as_text(name: str) -> None:
    derivation = DERIVATIONS[name]
    assert derivation.name == name
    assert {*derivation.inputs, *derivation.outputs, *(each for step in derivation.steps for each in step.symbols)} <= (
        SYMBOLS.keys()
    )
    text = derivation.to_text(80)
    assert not set("\\{}$") & set(text)
    assert "partial" not in text
    assert max(len(line) for line in text.splitlines() if " = " not in line) <= 80


def test_a_missing_array_is_named() -> None:
    with pytest.raises(KeyError, match="dY"):
        DERIVATIONS["dense-input"].results({"W": np.ones((2, 2))})
