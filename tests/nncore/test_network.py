from __future__ import annotations

import json

import numpy as np
import pytest

from nncore.errors import SettingError
from nncore.layers import ACTIVATIONS, Activation, Dense
from nncore.losses import SoftmaxCrossEntropy
from nncore.network import PREDICT_ROWS, Network, NetworkSpec
from tests.nncore.gradient_check import numeric_gradient


def initialized(spec: NetworkSpec, dtype: type = np.float32) -> Network:
    network = Network(spec, dtype)
    network.initialize(np.random.default_rng(0))
    return network


def test_dense_builds_what_its_widths_say() -> None:
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


def test_predict_gives_the_same_in_one_go_and_in_parts() -> None:
    network = initialized(NetworkSpec.dense((3, 4, 2)))
    X = np.random.default_rng(1).random((2 * PREDICT_ROWS + 7, 3), np.float32)
    whole = network.predict(X)
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(whole[-3:], network.predict(X[-3:]), rtol=1e-5)


def test_a_copy_shares_nothing() -> None:
    network = initialized(NetworkSpec.dense((3, 4, 2)))
    twin = network.copy()
    np.testing.assert_array_equal(twin.parameters.values, network.parameters.values)
    twin.parameters.value("1.W")[:] = 7
    assert not (network.parameters.values == 7).any()


def test_spec_survives_json() -> None:
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
def test_foreign_json_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        NetworkSpec.from_json(fields)


def test_a_spec_that_does_not_fit_names_what_is_wrong() -> None:
    with pytest.raises(SettingError, match="at least two widths"):
        NetworkSpec.dense((784,))
    with pytest.raises(SettingError, match="A layer of 0 units"):
        NetworkSpec.dense((784, 0, 10))
    with pytest.raises(SettingError, match="2 hidden layers need as many activations; 1 given"):
        NetworkSpec.dense((784, 5, 5, 10), ("relu",))
    with pytest.raises(SettingError, match="784 numbers, the first width is 700"):
        NetworkSpec.dense((700, 10), input_shape=(28, 28))
    with pytest.raises(SettingError, match="at least one layer"):
        NetworkSpec((28, 28), ())
