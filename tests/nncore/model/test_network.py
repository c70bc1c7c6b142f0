"""A network computes what its layers compute; its gradient, copies, batches and JSON are correct."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nncore.errors import SettingError
from nncore.model.layers import (
    ACTIVATIONS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    LayerSpec,
    MaxPool2D,
)
from nncore.model.losses import SoftmaxCrossEntropy
from nncore.model.network import PREDICTION_BATCH_SIZE, Network, NetworkSpec
from tests.nncore.gradient_check import numeric_gradient


def initialized(spec: NetworkSpec, dtype: type = np.float32) -> Network:
    network = Network(spec, dtype)
    network.initialize(np.random.default_rng(0))
    return network


def test_dense_builds_a_network_from_widths() -> None:
    spec = NetworkSpec.dense((784, 128, 64, 10), ("relu", "tanh"))
    assert spec.layers == (Dense(128), Activation("relu"), Dense(64), Activation("tanh"), Dense(10))
    assert spec.input_shape == (28, 28)
    assert spec.widths == (784, 128, 64, 10)
    assert spec.shapes[-1] == (10,)
    assert spec.parameter_count == 784 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10 == 109_386


@pytest.mark.parametrize("hidden", [(), (3,), (4, 3, 5, 2)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_of_a_whole_network_matches_central_differences(hidden: tuple[int, ...], activation: str) -> None:
    # Biases that are not zero keep dead units away from the kink of ReLU, where there is no derivative.
    network = initialized(NetworkSpec.dense((6, *hidden, 4), activation, "uniform"), np.float64)
    X = np.random.default_rng(1).standard_normal((5, 6))
    labels = np.array([0, 1, 2, 3, 0])
    loss = SoftmaxCrossEntropy()
    loss.allocate(5, 4, network.dtype)
    loss.forward(network.forward(X), labels)
    network.backward(loss.backward())
    numeric = numeric_gradient(lambda: loss.forward(network.logits(X), labels), network.parameters.values)
    np.testing.assert_allclose(network.parameters.gradients, numeric, rtol=1e-5, atol=1e-8)


def test_predict_in_batches_equals_predict_of_few_rows() -> None:
    network = initialized(NetworkSpec.dense((3, 4, 2)))
    X = np.random.default_rng(1).random((2 * PREDICTION_BATCH_SIZE + 7, 3), np.float32)
    whole = network.predict(X)
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(whole[-3:], network.predict(X[-3:]), rtol=1e-5)


def test_a_copy_shares_no_parameters() -> None:
    network = initialized(NetworkSpec.dense((3, 4, 2)))
    twin = network.copy()
    np.testing.assert_array_equal(twin.parameters.values, network.parameters.values)
    twin.parameters.value("1.W")[:] = 7
    assert not (network.parameters.values == 7).any()


def test_a_spec_is_equal_after_json() -> None:
    spec = NetworkSpec.dense((784, 30, 10), "leaky_relu", "uniform")
    assert NetworkSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


@pytest.mark.parametrize(
    "fields",
    [
        {},
        [],
        {"input_shape": [28, 28], "layers": [{"kind": "teleport"}], "output": "softmax"},
        {"input_shape": [28, 28], "layers": [{"kind": "dense"}], "output": "softmax"},
        {"input_shape": [28, 28], "layers": [{"kind": "dense", "units": "3"}], "output": "softmax"},
        {"input_shape": 784, "layers": [{"kind": "dense", "units": 10}], "output": "softmax"},
        {"input_shape": [28, 28], "layers": [7], "output": "softmax"},
        {"input_shape": [28, 28], "layers": [{"kind": "dense", "units": 10}], "output": "oracle"},
        {"input_shape": [], "layers": [{"kind": "dense", "units": 10}], "output": "softmax"},
    ],
)
def test_invalid_json_raises_an_error(fields: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        NetworkSpec.from_json(fields)


def test_an_invalid_spec_raises_an_error_that_names_the_cause() -> None:
    with pytest.raises(SettingError, match="Give at least two widths"):
        NetworkSpec.dense((784,))
    with pytest.raises(SettingError, match="width of a layer must be a whole number, 1 or more; got 0"):
        NetworkSpec.dense((784, 0, 10))
    with pytest.raises(SettingError, match="one activation for each of the 2 hidden layers; got 1"):
        NetworkSpec.dense((784, 5, 5, 10), ("relu",))
    with pytest.raises(SettingError, match="first width must be 784, the numbers of an example; got 700"):
        NetworkSpec.dense((700, 10), input_shape=(28, 28))
    with pytest.raises(SettingError, match="at least one layer"):
        NetworkSpec((28, 28), ())


@pytest.mark.parametrize(
    ("input_shape", "layers", "number", "kind", "shapes"),
    [
        ((28, 28), (Conv2D(8), Dense(10)), 2, "dense", ["(inputs,)", "(8, 14, 14)"]),
        ((28, 28), (Conv2D(8), Activation("relu"), BatchNorm(), Dense(10)), 4, "dense", ["(inputs,)", "(8, 14, 14)"]),
        ((28, 28), (Flatten(), Conv2D(8)), 2, "conv2d", ["(channels, height, width)", "(784,)"]),
        ((28, 28), (Flatten(), Dense(9), MaxPool2D()), 3, "max_pool2d", ["(channels, height, width)", "(9,)"]),
        ((28, 28), (Dense(9), AveragePool2D()), 1, "dense", ["(inputs,)", "(1, 28, 28)"]),
        ((6, 6), (Conv2D(2, 9, 1, 1),), 1, "conv2d", ["(9, 9)", "(1, 6, 6)", "(8, 8)"]),
        ((3, 1, 6), (MaxPool2D(2),), 1, "max_pool2d", ["(2, 2)", "(3, 1, 6)"]),
        ((784,), (Conv2D(2),), 1, "conv2d", ["(channels, height, width)", "(784,)"]),
        ((5, 5, 5, 5), (Conv2D(2),), 1, "conv2d", ["(channels, height, width)", "(5, 5, 5, 5)"]),
    ],
)
def test_the_error_for_a_layer_that_does_not_fit_names_it_and_both_shapes(
    input_shape: tuple[int, ...], layers: tuple[LayerSpec, ...], number: int, kind: str, shapes: list[str]
) -> None:
    with pytest.raises(SettingError) as raised:
        NetworkSpec(input_shape, layers)
    assert raised.value.field == "layers"
    assert str(raised.value).startswith(f"Layer {number} ({kind}) ")
    for shape in shapes:
        assert shape in str(raised.value)


def test_a_network_whose_output_is_an_image_raises_an_error() -> None:
    with pytest.raises(SettingError, match=r"must give one row of numbers, \(outputs,\); it gives \(4, 14, 14\)"):
        NetworkSpec((28, 28), (Conv2D(4),))


@pytest.mark.parametrize("input_shape", [(), (0,), (28, -1), (28.0, 28)])
def test_an_invalid_input_shape_raises_an_error(input_shape: tuple[int, ...]) -> None:
    with pytest.raises(SettingError, match=r"side of the input shape must be a whole number, 1 or more"):
        NetworkSpec(input_shape, (Dense(10),))


CONVOLUTIONAL = NetworkSpec(
    (28, 28), (Conv2D(8), Activation("relu"), BatchNorm(), MaxPool2D(2), Flatten(), Dense(20), Dense(10))
)


def test_shapes_and_sizes_of_a_convolutional_network() -> None:
    spec = CONVOLUTIONAL
    assert spec.shapes[0] == (1, 28, 28)
    assert spec.shapes[4:6] == ((8, 7, 7), (392,))
    assert spec.summary.startswith("28x28 - conv 8 - ")
    assert spec.outputs == 10
    trained = 8 * 25 + 8 + 2 * 8 + 392 * 20 + 20 + 20 * 10 + 10
    assert spec.parameter_count == trained + 2 * 8
    assert initialized(spec).parameters.trainable.size == trained
    assert spec.multiplications == 8 * 25 * 14 * 14 + 392 * 20 + 20 * 10
    assert NetworkSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_a_network_can_be_trained_after_its_parameters_were_moved() -> None:
    network = initialized(CONVOLUTIONAL)
    X, twin = np.random.default_rng(1).random((6, 784), np.float32), network.copy()
    values, gradients = np.zeros_like(network.parameters.values), np.zeros_like(network.parameters.gradients)
    for each in (network, twin):
        each.forward(X)
    network.move_to(values, gradients)
    for each in (network, twin):
        each.forward(X)
        each.backward(np.ones((6, 10), np.float32))
    np.testing.assert_array_equal(values, twin.parameters.values)
    np.testing.assert_array_equal(gradients, twin.parameters.gradients)
    assert gradients.any()
    values[:] = 0
    assert not network.logits(X).any()


@pytest.mark.parametrize(
    ("outputs", "output", "distinguished"),
    [(10, "softmax", {10}), (2, "softmax", {2}), (1, "sigmoid", {2}), (1, "linear", set()), (3, "sigmoid", {3})],
)
def test_a_network_has_an_output_for_each_class_or_one_sigmoid_for_two(
    outputs: int, output: str, distinguished: set[int]
) -> None:
    spec = NetworkSpec((4,), (Dense(outputs),), output)
    assert {classes for classes in range(12) if spec.can_distinguish(classes)} == distinguished
