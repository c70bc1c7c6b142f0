"""Tests that every layer must pass: shapes, gradient, allocation, forward and predict, determinism, copy and save."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.files.model_file import Model, ModelCard, load_model, save_model
from nncore.model.layers import (
    ACTIVATIONS,
    LAYER_SPECS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerSpec,
    MaxPool2D,
    Scale,
)
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.network import Network, NetworkSpec
from tests.nncore.gradient_check import numeric_gradient
from tests.nncore.model.layers.cases import CASES, FEATURES, IMAGE, ROWS


class Built(NamedTuple):
    spec: LayerSpec
    shape: Shape
    layer: Layer
    parameters: Parameters

    def forward(self, X: Array) -> Array:
        """Call `forward` with the same random numbers and the same state every time."""
        self.layer.set_generator(np.random.default_rng(7))
        state = self.parameters.state.copy()
        Y = self.layer.forward(X)
        self.parameters.state[:] = state
        return Y


def build(spec: LayerSpec, shape: Shape, dtype: type = np.float64, rows: int = ROWS) -> Built:
    trained = {f"1.{name}": each for name, each in spec.parameter_shapes(shape).items()}
    kept = {f"1.{name}": each for name, each in spec.state_shapes(shape).items()}
    parameters = Parameters(trained, kept, dtype)
    layer = spec.build("1", shape, parameters)
    layer.initialize(np.random.default_rng(1))
    layer.allocate(rows)
    return Built(spec, shape, layer, parameters)


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]} on {case[1]}")
def built(request: pytest.FixtureRequest) -> Built:
    built = build(*request.param)
    built.parameters.trainable[:] += np.random.default_rng(11).normal(0, 0.3, built.parameters.trainable.size)
    return built


def inputs(shape: Shape, rows: int = ROWS) -> Array:
    # Not near 0, where ReLU has no derivative; all different, so that the maximum of each window is unique.
    values = np.random.default_rng(2).uniform(0.1, 2, (rows, *shape))
    values[np.random.default_rng(3).random(values.shape) < 0.5] *= -1
    return values


def output_gradient(built: Built, rows: int = ROWS) -> Array:
    return np.random.default_rng(4).standard_normal((rows, *built.spec.output_shape(built.shape)))


def test_every_kind_of_layer_is_tested_here() -> None:
    assert {spec.kind for spec, _ in CASES} == set(LAYER_SPECS)


def test_output_has_the_shape_the_spec_promises(built: Built) -> None:
    X = inputs(built.shape)
    assert built.layer.forward(X).shape == built.layer.predict(X).shape == (ROWS, *built.spec.output_shape(built.shape))


def test_gradient_matches_central_differences(built: Built) -> None:
    X, weight = inputs(built.shape), output_gradient(built)

    def loss() -> float:
        return float((built.forward(X) * weight).sum())

    built.forward(X)
    dX = built.layer.backward(weight.copy())
    assert dX is not None
    dX, gradients = dX.copy(), built.parameters.gradients.copy()
    np.testing.assert_allclose(dX, numeric_gradient(loss, X), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(gradients, numeric_gradient(loss, built.parameters.trainable), rtol=1e-5, atol=1e-7)


def test_the_input_gradient_of_a_trained_layer_matches_central_differences(built: Built) -> None:
    X, weight = inputs(built.shape), output_gradient(built)
    state = built.parameters.state
    state[:] = np.random.default_rng(12).uniform(0.5, 2, state.size)  # running averages unlike those of the batch
    before = state.copy()
    numeric = numeric_gradient(lambda: float((built.layer.predict(X) * weight).sum()), X)
    np.testing.assert_allclose(built.layer.input_gradient(X, weight.copy()), numeric, rtol=1e-5, atol=1e-7)
    if isinstance(built.spec, BatchNorm):
        np.testing.assert_array_equal(state, before)


def test_gradients_of_parameters_do_not_depend_on_need_dX(built: Built) -> None:
    X, dY = inputs(built.shape), output_gradient(built)
    built.forward(X)
    built.layer.backward(dY.copy())
    expected = built.parameters.gradients.copy()
    built.parameters.gradients[:] = np.nan
    built.forward(X)
    built.layer.backward(dY.copy(), need_dX=False)
    np.testing.assert_array_equal(built.parameters.gradients, expected)


def test_a_step_allocates_nothing_that_grows_with_the_batch(built: Built) -> None:
    # More numbers than NumPy's own buffers hold (8192), whose size is fixed.
    rows = 9000 if built.shape == FEATURES else 1500
    assert peak_memory_of_a_step(built, 2 * rows) - peak_memory_of_a_step(built, rows) < rows, (
        "less than a byte per row"
    )


def peak_memory_of_a_step(built: Built, rows: int) -> int:
    """The largest number of bytes allocated during forward and backward of a batch of `rows`."""
    own = build(built.spec, built.shape, np.float32, rows)
    X, dY = inputs(built.shape, rows).astype(np.float32), output_gradient(built, rows).astype(np.float32)
    for measured in (False, True):
        if measured:
            tracemalloc.start()
        try:
            own.layer.forward(X)
            own.layer.backward(dY)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    return peak


def test_predict_changes_neither_its_input_nor_a_training_step(built: Built) -> None:
    X, dY = inputs(built.shape), output_gradient(built)
    kept, results = X.copy(), []
    for disturbed in (False, True):
        Y = built.forward(X)
        if disturbed:
            built.layer.predict(X[::-1] * 3)
        dX = built.layer.backward(dY.copy())
        assert dX is not None
        results.append((Y.copy(), dX.copy(), built.parameters.gradients.copy()))
    np.testing.assert_array_equal(X, kept)
    for undisturbed, after_predict in zip(*results, strict=True):
        np.testing.assert_array_equal(undisturbed, after_predict)


def test_predict_equals_forward_once_running_averages_have_converged(built: Built) -> None:
    X = inputs(built.shape)
    if isinstance(built.spec, Dropout):
        np.testing.assert_array_equal(built.layer.predict(X), X)
        return
    for _ in range(400):
        Y = built.layer.forward(X)
    if isinstance(built.spec, BatchNorm):
        # The running variance is the unbiased estimate, m / (m - 1) times the variance of the batch.
        m = X.size // X.shape[1]
        built.parameters.value("1.variance")[:] *= (m - 1) / m
    np.testing.assert_allclose(built.layer.predict(X), Y, rtol=1e-9, atol=1e-12)


def test_a_smaller_batch_is_not_affected_by_a_larger_one_before_it(built: Built) -> None:
    X, dY = inputs(built.shape), output_gradient(built)
    fresh = build(built.spec, built.shape)
    fresh.parameters.values[:] = built.parameters.values
    built.forward(X)
    built.layer.backward(dY.copy())
    results = []
    for each in (built, fresh):
        Y = each.forward(X[:2]).copy()
        dX = each.layer.backward(dY[:2].copy())
        assert dX is not None
        results.append((Y, dX.copy(), each.parameters.gradients.copy()))
    for used, new in zip(*results, strict=True):
        np.testing.assert_array_equal(used, new)


def test_the_order_in_memory_does_not_change_the_results(built: Built) -> None:
    X, dY = inputs(built.shape), output_gradient(built)
    results = []
    for order in ("C", "F"):
        Y = built.forward(np.asarray(X, order=order)).copy()
        dX = built.layer.backward(np.array(dY, order=order))
        assert dX is not None
        results.append(
            (Y, dX.copy(), built.parameters.gradients.copy(), built.layer.predict(np.asarray(X, order=order)))
        )
    for by_rows, by_columns in zip(*results, strict=True):
        np.testing.assert_allclose(by_rows, by_columns, rtol=1e-12, atol=1e-14)


def test_initialization_depends_only_on_the_seed(built: Built) -> None:
    drawn = []
    for seed in (1, 1, 2):
        built.layer.initialize(np.random.default_rng(seed))
        drawn.append(built.parameters.values.copy())
    np.testing.assert_array_equal(drawn[0], drawn[1])
    if built.parameters.weights():
        assert not np.array_equal(drawn[0], drawn[2])


def test_a_copied_or_loaded_network_computes_the_same_bits(built: Built, tmp_path: Path) -> None:
    spec = NetworkSpec(built.shape, (built.spec, Flatten()))
    network = Network(spec)
    network.initialize(np.random.default_rng(5))
    network.parameters.values[:] += 0.25
    X = inputs(built.shape).astype(np.float32)
    assert NetworkSpec.from_json(spec.to_json()) == spec
    names = tuple(map(str, range(spec.outputs)))
    save_model(Model(spec, network.parameters.values, ModelCard("it"), names), tmp_path / "it.npz")
    for copied in (network.copy(), load_model(tmp_path / "it.npz").network()):
        np.testing.assert_array_equal(copied.logits(X), network.logits(X))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_relu_has_the_same_derivative_in_small_and_large_arrays(dtype: type) -> None:
    layer = build(Activation("relu"), (9,), dtype, rows=400).layer
    x: NDArray[np.floating] = inputs((9,), 400).astype(dtype)
    x[0] = 0, -0.0, 1e-38, -1e-38, 1e30, -1e30, np.inf, -np.inf, 1
    gradient: NDArray[np.floating] = inputs((9,), 400).astype(dtype) + 3
    layer.forward(x)
    gradient_of_batch = layer.backward(gradient.copy())
    gradient_of_rows = np.empty_like(gradient)
    for row in range(400):
        layer.forward(x[[row]])
        gradient_of_rows[[row]] = layer.backward(gradient[[row]])
    np.testing.assert_array_equal(gradient_of_batch, gradient * (x > 0))
    np.testing.assert_array_equal(gradient_of_rows, gradient_of_batch)


def test_dropout_draws_a_new_mask_from_its_generator_in_each_forward() -> None:
    built = build(Dropout(0.3), (1000,))
    X = np.ones((ROWS, 1000))
    built.layer.set_generator(np.random.default_rng(7))
    first, second = built.layer.forward(X).copy(), built.layer.forward(X).copy()
    built.layer.set_generator(np.random.default_rng(7))
    np.testing.assert_array_equal(built.layer.forward(X), first)
    assert not np.array_equal(first, second)
    assert np.unique(first) == pytest.approx([0, 1 / 0.7])
    assert (first == 0).mean() == pytest.approx(0.3, abs=0.03)


def test_batch_normalization_gives_each_channel_mean_beta_and_deviation_gamma() -> None:
    built = build(BatchNorm(), IMAGE)
    built.parameters.value("1.gamma")[:] = 2, 3
    built.parameters.value("1.beta")[:] = -1, 4
    Y = built.layer.forward(inputs(IMAGE) * 50 + 9)
    np.testing.assert_allclose(Y.mean(axis=(0, 2, 3)), [-1, 4], atol=1e-10)
    np.testing.assert_allclose(Y.std(axis=(0, 2, 3)), [2, 3], rtol=1e-5)


def test_batch_normalization_ignores_a_batch_of_a_single_number() -> None:
    built = build(BatchNorm(), FEATURES)
    built.layer.forward(inputs(FEATURES))
    kept = built.parameters.state.copy()
    built.layer.forward(inputs(FEATURES, rows=1))
    np.testing.assert_array_equal(built.parameters.state, kept)


sides = st.integers(1, 4)


@settings(max_examples=60)
@given(
    kernel=st.tuples(sides, sides),
    stride=st.tuples(sides, sides),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
def test_convolution_is_the_sum_over_each_window(kernel: Shape, stride: Shape, padding: Shape) -> None:
    spec = Conv2D(3, kernel, stride, padding)  # type: ignore[arg-type]
    built = build(spec, IMAGE)
    X, W, b = inputs(IMAGE), built.parameters.value("1.W"), built.parameters.value("1.b")
    b[:] = 1, -2, 3
    expected = np.array(
        [[[[(window * w).sum() + bias for window in line] for line in windows_of(x, kernel, stride, padding, 0)]
          for w, bias in zip(W, b, strict=True)] for x in X]
    )  # fmt: skip
    np.testing.assert_allclose(built.layer.forward(X), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(built.layer.predict(X), expected, rtol=1e-10, atol=1e-12)


@settings(max_examples=60)
@given(size=st.tuples(sides, sides), stride=st.tuples(sides, sides), padded=st.booleans())
def test_pooling_is_the_largest_or_the_mean_of_each_window(size: Shape, stride: Shape, padded: bool) -> None:
    padding = (size[0] // 2, size[1] // 2) if padded else (0, 0)
    X = inputs(IMAGE)
    for kind, margin in ((MaxPool2D, -np.inf), (AveragePool2D, 0)):
        built = build(kind(size, stride, padding), IMAGE)  # type: ignore[arg-type]
        reduce = np.max if kind is MaxPool2D else np.mean
        expected = np.array(
            [[[reduce(window, axis=(1, 2)) for window in line] for line in windows_of(x, size, stride, padding, margin)]
             for x in X]
        ).transpose(0, 3, 1, 2)  # fmt: skip
        np.testing.assert_allclose(built.layer.forward(X), expected, rtol=1e-12)


def windows_of(x: Array, size: Shape, stride: Shape, padding: Shape, margin: float) -> list[list[Array]]:
    """The windows (channels, height, width) of one image, line by line."""
    padded = np.pad(x, ((0, 0), (padding[0],) * 2, (padding[1],) * 2), constant_values=margin)
    tops = range(0, padded.shape[1] - size[0] + 1, stride[0])
    lefts = range(0, padded.shape[2] - size[1] + 1, stride[1])
    return [[padded[:, top : top + size[0], left : left + size[1]] for left in lefts] for top in tops]


def test_the_first_of_equal_maxima_gets_the_gradient() -> None:
    built = build(MaxPool2D(2), (1, 2, 2), rows=1)
    built.layer.forward(np.ones((1, 1, 2, 2)))
    dX = built.layer.backward(np.full((1, 1, 1, 1), 5.0))
    assert dX is not None
    assert dX.ravel().tolist() == [5, 0, 0, 0]


def test_he_keeps_the_variance_of_relu_layers() -> None:
    network = Network(NetworkSpec.dense((400, 300, 10)))
    network.initialize(np.random.default_rng(0))
    assert network.parameters.value("1.W").std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert not network.parameters.value("1.b").any()
    kernel = build(Conv2D(64), (8, 14, 14)).parameters.value("1.W")
    assert kernel.std() == pytest.approx(np.sqrt(2 / (8 * 25)), rel=0.03)


def test_uniform_draws_weights_and_biases_from_minus_to_plus_one_half() -> None:
    network = Network(NetworkSpec.dense((400, 300, 10), initialization="uniform"))
    network.initialize(np.random.default_rng(0))
    for name in ("1.W", "1.b"):
        values = network.parameters.value(name)
        assert -0.5 <= values.min() < -0.45
        assert 0.45 < values.max() <= 0.5


@pytest.mark.parametrize("units", [0, -3, 2.5, True])
def test_invalid_numbers_of_units_and_filters_raise_an_error(units: int) -> None:
    with pytest.raises(SettingError, match=f"width of a layer must be a whole number, 1 or more; got {units}"):
        Dense(units)
    with pytest.raises(SettingError, match=f"filters of a convolution must be a whole number, 1 or more; got {units}"):
        Conv2D(units)


@pytest.mark.parametrize("value", [0, (3, 0), (1, 2, 3), 2.5, "3", True, (True, 1)])
def test_invalid_window_sizes_and_strides_raise_an_error(value: Any) -> None:
    for make in (
        lambda: Conv2D(1, kernel=value),
        lambda: Conv2D(1, stride=value),
        lambda: MaxPool2D(value),
        lambda: AveragePool2D(2, stride=value),
    ):
        with pytest.raises(SettingError, match="must be one or two whole numbers, 1 or more; got"):
            make()


def test_pooling_padding_above_half_the_window_raises_an_error() -> None:
    with pytest.raises(SettingError, match=r"at most half of its windows, \(3, 3\); got \(2, 2\)"):
        MaxPool2D(3, padding=2)


def test_rate_momentum_and_epsilon_out_of_range_raise_an_error() -> None:
    for rate in (-0.1, 1, float("nan")):
        with pytest.raises(SettingError, match="dropout rate must be 0 or more and below 1"):
            Dropout(rate)
    for momentum, epsilon in ((0, 1e-5), (1.1, 1e-5), (0.1, 0), (0.1, float("inf"))):
        with pytest.raises(SettingError, match="of batch normalization must be above 0"):
            BatchNorm(momentum, epsilon)


def test_unknown_names_raise_an_error_that_lists_the_choices() -> None:
    with pytest.raises(SettingError, match="'rulu' is unknown: choose one of relu"):
        Activation("rulu")
    with pytest.raises(SettingError, match="'ones' is unknown: choose one of he, uniform, small_normal, zeros"):
        Dense(3, "ones")


@pytest.mark.parametrize("factor", [0, float("nan"), float("inf"), True])
def test_an_infinite_or_zero_factor_raises_an_error(factor: float) -> None:
    with pytest.raises(SettingError, match="factor of a scale layer must be finite and not 0"):
        Scale(factor)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_stay_finite_at_extremes(name: str) -> None:
    network = Network(NetworkSpec((2,), (Activation(name),)))
    with np.errstate(over="ignore"):
        output = network.logits(np.array([[-1e30, 1e30]], np.float32))
    assert np.isfinite(output).all()


def test_terms_explain_every_number_of_the_output(built: Built) -> None:
    X = inputs(built.shape, rows=1)
    Y = built.layer.predict(X)[0]
    for position in np.ndindex(Y.shape):
        terms = built.layer.terms(X, position)
        assert terms.value == Y[position]
        np.testing.assert_array_equal(terms.inputs, X[0][tuple(terms.sources.T)])
        if terms.weights is not None:
            total = terms.products.sum() + terms.constants.get("b", 0.0)
            assert total == pytest.approx(terms.value, abs=1e-12)
        if terms.chosen is not None:
            assert terms.inputs[terms.chosen] == terms.inputs.max() == terms.value
        if terms.steps:
            assert terms.steps[-1].value == terms.value
        assert built.layer.computed_by
    assert built.spec.formula.startswith("y = ")


def test_the_sources_of_a_term_are_all_inputs_that_change_it(built: Built) -> None:
    X = inputs(built.shape, rows=1)
    last = tuple(side - 1 for side in built.spec.output_shape(built.shape))  # its window may reach into the padding
    terms = built.layer.terms(X, last)
    sources = {tuple(int(index) for index in source) for source in terms.sources}
    assert len(sources) == len(terms.sources)
    for source in np.ndindex(built.shape):
        changed = X.copy()
        changed[0][source] = 100.0  # positive, so that each activation passes it on, and each maximum takes it
        differs = built.layer.predict(changed)[0][last] != terms.value
        assert differs == (source in sources), source


def test_the_steps_of_batch_normalization_lead_to_its_result() -> None:
    built = build(BatchNorm(epsilon=0.5), (2,))
    for name, numbers in {"gamma": (2, 3), "beta": (1, -1), "mean": (0.5, 4), "variance": (0.75, 3.5)}.items():
        built.parameters.value(f"1.{name}")[...] = numbers
    terms = built.layer.terms(np.array([[1.0, 10.0]]), (1,))
    expected = {
        "x − mean": 6, "√(variance + ε)": 2, "(x − mean) / √(variance + ε)": 3, "γ (x − mean) / √(variance + ε)": 9,
        "γ (x − mean) / √(variance + ε) + β": 8,
    }  # fmt: skip
    assert {step.operation: step.value for step in terms.steps} == pytest.approx(expected)


def test_the_steps_of_softmax_lead_to_its_result() -> None:
    terms = build(Activation("softmax"), (3,)).layer.terms(np.array([[1.0, 2.0, 2.0]]), (0,))
    assert [step.value for step in terms.steps] == pytest.approx(
        [2, -1, np.exp(-1), 2 + np.exp(-1), np.exp(-1) / (2 + np.exp(-1))]
    )


def test_terms_that_are_not_finite_come_first() -> None:
    built = build(Dense(1), (3,))
    built.parameters.value("1.W")[:, 0] = 1, np.nan, 2
    assert built.layer.terms(np.array([[1.0, 1.0, 1.0]]), (0,)).order.tolist() == [1, 2, 0]


def test_the_largest_terms_come_first() -> None:
    built = build(Dense(1), (3,))
    built.parameters.value("1.W")[:, 0] = 1, -5, 2
    terms = built.layer.terms(np.array([[1.0, 1.0, 1.0]]), (0,))
    assert terms.order.tolist() == [1, 2, 0]
    assert terms.to_json()["weights"] == [1, -5, 2]


def test_layers_that_act_differently_in_training_say_so() -> None:
    assert "probability of 25 %" in Dropout(0.25).reading_note
    assert "divides the others by 0.75" in Dropout(0.25).reading_note
    assert "averages kept from the training" in BatchNorm().reading_note
    assert Dense(3).reading_note == ""
