"""One contract for every layer: shapes, gradient, train against predict, determinism."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import SettingError
from nncore.layers import ACTIVATIONS, Activation, Dense, LayerSpec
from nncore.network import Network, NetworkSpec
from tests.nncore.gradient_check import numeric_gradient

ROWS, INPUTS = 5, 7
LAYERS: list[LayerSpec] = [
    Dense(4),
    Dense(1),
    Dense(4, "uniform"),
    *(Activation(name) for name in ACTIVATIONS),
]


def network_of(layer: LayerSpec) -> Network:
    network = Network(NetworkSpec((INPUTS,), (layer,)), np.float64)
    network.initialize(np.random.default_rng(1))
    return network


@pytest.fixture(params=LAYERS, ids=str)
def network(request: pytest.FixtureRequest) -> Network:
    layer: LayerSpec = request.param
    return network_of(layer)


@pytest.fixture
def X() -> np.ndarray:
    # Away from zero, where ReLU has no derivative to check against.
    values = np.random.default_rng(2).uniform(0.1, 2, (ROWS, INPUTS))
    values[np.random.default_rng(3).random((ROWS, INPUTS)) < 0.5] *= -1
    return values


def test_output_has_the_shape_the_spec_promises(network: Network, X: np.ndarray) -> None:
    assert network.forward(X).shape == (ROWS, *network.spec.shapes[-1])


def test_predict_gives_what_forward_gives_and_leaves_its_input_alone(network: Network, X: np.ndarray) -> None:
    kept = X.copy()
    predicted = network.logits(X)
    np.testing.assert_array_equal(X, kept)
    np.testing.assert_allclose(predicted, network.forward(X), rtol=1e-12)


def test_predict_touches_no_training_workspace(network: Network, X: np.ndarray) -> None:
    undisturbed = network.copy()
    dY = np.random.default_rng(5).standard_normal((ROWS, *network.spec.shapes[-1]))
    outputs, dXs = [], []
    for each in (network, undisturbed):
        outputs.append(each.forward(X))
        if each is network:
            each.logits(X[::-1] * 3)
        dXs.append(each.layers[0].backward(dY.copy()))
    np.testing.assert_array_equal(outputs[0], outputs[1])
    np.testing.assert_array_equal(dXs[0], dXs[1])
    np.testing.assert_array_equal(network.parameters.gradients, undisturbed.parameters.gradients)


def test_gradient_matches_central_differences(network: Network, X: np.ndarray) -> None:
    weight = np.random.default_rng(4).standard_normal((ROWS, *network.spec.shapes[-1]))

    def loss() -> float:
        return float((network.logits(X) * weight).sum())

    network.forward(X)
    dX = network.layers[0].backward(weight.copy())
    assert dX is not None
    np.testing.assert_allclose(dX, numeric_gradient(loss, X), rtol=1e-6, atol=1e-8)
    values = network.parameters.values
    np.testing.assert_allclose(network.parameters.gradients, numeric_gradient(loss, values), rtol=1e-6, atol=1e-8)


def test_a_smaller_batch_after_a_larger_one_sees_nothing_of_it(network: Network, X: np.ndarray) -> None:
    network.forward(X)
    network.layers[0].backward(np.ones((ROWS, *network.spec.shapes[-1])))
    fresh = network.copy()
    for each in (network, fresh):
        each.forward(X[:2])
        each.layers[0].backward(np.ones((2, *network.spec.shapes[-1])))
    np.testing.assert_array_equal(network.parameters.gradients, fresh.parameters.gradients)


def test_initialisation_is_decided_by_the_seed_alone(network: Network) -> None:
    twin, other = network.copy(), network.copy()
    twin.initialize(np.random.default_rng(1))
    np.testing.assert_array_equal(twin.parameters.values, network.parameters.values)
    other.initialize(np.random.default_rng(2))
    if network.parameters.size:
        assert not np.array_equal(other.parameters.values, network.parameters.values)


def test_he_keeps_the_variance_of_relu_layers() -> None:
    network = Network(NetworkSpec.dense((400, 300, 10)))
    network.initialize(np.random.default_rng(0))
    assert network.parameters.value("1.W").std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert not network.parameters.value("1.b").any()


def test_uniform_spreads_weights_and_biases_between_minus_and_plus_a_half() -> None:
    network = Network(NetworkSpec.dense((400, 300, 10), initialization="uniform"))
    network.initialize(np.random.default_rng(0))
    for name in ("1.W", "1.b"):
        values = network.parameters.value(name)
        assert -0.5 <= values.min() < -0.45
        assert 0.45 < values.max() <= 0.5


@pytest.mark.parametrize("units", [0, -3, 2.5, True])
def test_a_width_that_is_none_is_refused(units: int) -> None:
    with pytest.raises(SettingError, match=f"A layer of {units} units"):
        Dense(units)


def test_unknown_names_are_refused_with_the_choices() -> None:
    with pytest.raises(SettingError, match="'rulu' is unknown: choose one of relu"):
        Activation("rulu")
    with pytest.raises(SettingError, match="'zeros' is unknown: choose he or uniform"):
        Dense(3, "zeros")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_stay_finite_at_extremes(name: str) -> None:
    network = Network(NetworkSpec((2,), (Activation(name),)))
    output = network.logits(np.array([[-1e30, 1e30]], np.float32))
    assert np.isfinite(output).all()
