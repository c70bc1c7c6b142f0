"""Each loss equals its definition, and its gradient equals central differences."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS
from nncore.errors import DataError, SettingError
from nncore.model.layers.parameters import Array
from nncore.model.losses import (
    LOSSES,
    BinaryCrossEntropy,
    Loss,
    MeanSquaredError,
    SoftmaxCrossEntropy,
    cross_entropy,
    make_loss,
)
from nncore.model.outputs import OUTPUTS, sigmoid, softmax
from tests.nncore.gradient_check import numeric_gradient
from tests.nncore.model.every_loss import EVERY_LOSS

RNG = np.random.default_rng(0)
LOGITS = 2 * RNG.standard_normal((6, 5))
LABELS = np.array([0, 4, 2, 2, 1, 0])
ONE_HOT = np.eye(5)[LABELS]
NUMBERS = RNG.random((6, 5))


EVERY_LOSS_AND_TARGET = [
    (*case, labels) for case in EVERY_LOSS for labels in (True, False) if labels or case[0] != "cross_entropy"
]
"""The loss, and whether the targets are labels; cross-entropy takes only labels."""


def allocated(loss: Loss, rows: int = 6, outputs: int = 5, dtype: type = np.float64) -> Loss:
    """The loss with workspaces for batches two rows larger."""
    loss.allocate(rows + 2, outputs, np.dtype(dtype))
    return loss


def test_cross_entropy_of_each_row_is_minus_log_of_the_label_probability() -> None:
    P = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    logits = np.log(P) + 7
    kept = logits.copy()
    np.testing.assert_allclose(cross_entropy(logits, np.array([0, 1])), -np.log([0.5, 0.1]))
    np.testing.assert_array_equal(logits, kept)


def test_softmax_cross_entropy_is_the_mean_of_minus_log_of_the_label_probability() -> None:
    logits = np.log(np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]))
    loss = allocated(SoftmaxCrossEntropy(), 2, 3)
    assert loss.forward(logits, np.array([0, 1])) == pytest.approx(-(np.log(0.5) + np.log(0.1)) / 2)


def test_label_smoothing_spreads_the_target_over_all_classes() -> None:
    T = 0.8 * ONE_HOT + 0.2 / 5
    expected = -(T * np.log(softmax(LOGITS))).sum(axis=1).mean()
    assert allocated(SoftmaxCrossEntropy(0.2)).forward(LOGITS, LABELS) == pytest.approx(expected)


@pytest.mark.parametrize(("targets", "T"), [(LABELS, ONE_HOT), (ONE_HOT, ONE_HOT), (NUMBERS, NUMBERS)])
def test_binary_cross_entropy_matches_its_definition(targets: NDArray[np.generic], T: Array) -> None:
    P = sigmoid(LOGITS)

    def definition(T: Array) -> Array:
        losses: Array = -(T * np.log(P) + (1 - T) * np.log(1 - P)).sum(axis=1)
        return losses

    assert allocated(BinaryCrossEntropy()).forward(LOGITS, targets) == pytest.approx(definition(T).mean())
    smoothed = allocated(BinaryCrossEntropy(0.2)).forward(LOGITS, targets)
    assert smoothed == pytest.approx(definition(0.8 * T + 0.1).mean())
    np.testing.assert_allclose(BinaryCrossEntropy(0.2).per_example(LOGITS, targets), definition(T))


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize(("targets", "T"), [(LABELS, ONE_HOT), (NUMBERS, NUMBERS)])
def test_mean_squared_error_is_half_the_squared_distance_to_the_target(
    output: str, targets: NDArray[np.generic], T: Array
) -> None:
    distances = 0.5 * ((OUTPUTS[output](LOGITS) - T) ** 2).sum(axis=1)
    loss = allocated(MeanSquaredError(output))
    assert loss.forward(LOGITS, targets) == pytest.approx(distances.mean())
    np.testing.assert_allclose(loss.per_example(LOGITS, targets), distances)


def test_the_error_of_a_single_sigmoid_equals_that_in_a_larger_network() -> None:
    logits, targets = np.array([[0.7], [-40.0], [800.0], [-800.0]]), np.array([[0.2], [1.0], [1.0], [1.0]])
    many, one = allocated(MeanSquaredError("sigmoid"), outputs=1), allocated(MeanSquaredError("sigmoid"), outputs=1)
    losses = [one.forward(logits[[row]], targets[[row]]) for row in range(4)]
    assert many.forward(logits, targets) == pytest.approx(np.mean(losses), rel=1e-14)
    gradients = many.backward() * 4
    for row in range(4):
        one.forward(logits[[row]], targets[[row]])
        np.testing.assert_allclose(one.backward(), gradients[[row]], rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "mean_squared_error"])
def test_labels_of_a_single_output_are_its_target_numbers(name: str) -> None:
    logits, labels = np.array([[0.5], [-2.0], [1.0]]), np.array([1, 0, 0])
    loss = allocated(make_loss(name, "sigmoid"), 3, 1)
    as_column = allocated(make_loss(name, "sigmoid"), 3, 1).forward(logits, labels[:, None].astype(float))
    assert loss.forward(logits, labels) == pytest.approx(as_column)
    assert loss.per_example(logits, labels).mean() == pytest.approx(as_column)
    assert (loss.backward()[:, 0] < 0).tolist() == [True, False, False]


def test_the_target_of_no_class_is_the_same_for_every_class() -> None:
    labels = np.array([0, NO_CLASS, 2, NO_CLASS, 1, 0])
    T = np.eye(5)[labels]
    T[[1, 3]] = 1 / 5
    expected = -(T * np.log(softmax(LOGITS))).sum(axis=1)
    loss, logits = allocated(SoftmaxCrossEntropy()), LOGITS.copy()
    assert loss.forward(logits, labels) == pytest.approx(expected.mean())
    gradient = loss.backward().copy()
    np.testing.assert_allclose(gradient, (softmax(LOGITS) - T) / 6)
    numeric = numeric_gradient(lambda: loss.forward(logits, labels), logits)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(loss.per_example(LOGITS, labels), expected)


def test_the_target_of_no_class_is_zero_for_several_sigmoids_and_a_half_for_one() -> None:
    labels = np.array([1, NO_CLASS])
    numbers = np.array([[0.0, 1, 0, 0, 0], [0.0, 0, 0, 0, 0]])
    loss = allocated(BinaryCrossEntropy())
    assert loss.forward(LOGITS[:2], labels) == pytest.approx(loss.forward(LOGITS[:2], numbers))
    single, logits = allocated(BinaryCrossEntropy(), outputs=1), LOGITS[:2, :1]
    assert single.forward(logits, labels) == pytest.approx(single.forward(logits, np.array([[1], [0.5]])))


def test_equal_probabilities_for_no_class_have_no_gradient() -> None:
    for name in ("cross_entropy", "mean_squared_error"):
        loss = allocated(make_loss(name, "softmax"))
        loss.forward(np.full((2, 5), 3.0), np.array([NO_CLASS, NO_CLASS]))
        np.testing.assert_allclose(loss.backward(), 0, atol=1e-15)


@pytest.mark.parametrize(("name", "output", "smoothing", "labels"), EVERY_LOSS_AND_TARGET)
def test_gradient_matches_central_differences(name: str, output: str, smoothing: float, labels: bool) -> None:
    targets = LABELS if labels else NUMBERS
    loss, logits = allocated(make_loss(name, output, smoothing)), LOGITS.copy()
    loss.forward(logits, targets)
    gradient = loss.backward().copy()
    numeric = numeric_gradient(lambda: loss.forward(logits, targets), logits)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(logits, LOGITS)


@pytest.mark.parametrize(("name", "output", "smoothing"), EVERY_LOSS)
def test_loss_of_each_row_averages_to_the_loss_without_smoothing(name: str, output: str, smoothing: float) -> None:
    plain = allocated(make_loss(name, output)).forward(LOGITS, LABELS)
    rows = make_loss(name, output, smoothing).per_example(LOGITS, LABELS)
    assert rows.shape == (6,)
    assert rows.mean() == pytest.approx(plain)


@pytest.mark.parametrize(("name", "output", "smoothing"), EVERY_LOSS)
@given(logits=arrays(np.float32, (3, 4), elements=st.floats(-(2.0**40), 2.0**40, width=32)))
def test_loss_and_gradient_are_finite_whatever_the_logits(
    name: str, output: str, smoothing: float, logits: Array
) -> None:
    loss = allocated(make_loss(name, output, smoothing), 3, 4, np.float32)
    assert np.isfinite(loss.forward(logits, LABELS[:3] % 4))
    assert np.isfinite(loss.backward()).all()


def test_the_loss_of_an_extreme_logit_is_exact() -> None:
    logits = np.array([[-1e6, 1e6]], np.float32)
    assert allocated(SoftmaxCrossEntropy(), 1, 2, np.float32).forward(logits, np.array([0])) == pytest.approx(2e6)
    assert allocated(BinaryCrossEntropy(), 1, 2, np.float32).forward(logits, np.array([0])) == pytest.approx(2e6)


@pytest.mark.parametrize(("name", "output", "smoothing"), EVERY_LOSS)
def test_a_smaller_batch_is_not_affected_by_a_larger_workspace(name: str, output: str, smoothing: float) -> None:
    large, small = allocated(make_loss(name, output, smoothing), 6), allocated(make_loss(name, output, smoothing), 2)
    large.forward(LOGITS, LABELS)
    large.backward()
    assert large.forward(LOGITS[:2], LABELS[:2]) == small.forward(LOGITS[:2], LABELS[:2])
    np.testing.assert_array_equal(large.backward(), small.backward())


def peak_memory_of_a_step(loss: Loss, rows: int, labels: bool) -> int:
    """The largest number of bytes allocated during the second forward and backward."""
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((rows, 10)).astype(np.float32)
    targets = rng.integers(0, 10, rows) if labels else rng.random((rows, 10), np.float32)
    allocated(loss, rows, 10, np.float32)
    for _ in range(2):
        tracemalloc.start()
        loss.forward(logits, targets)
        assert loss.backward().dtype == np.float32
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize(("name", "output", "smoothing", "labels"), EVERY_LOSS_AND_TARGET)
def test_forward_and_backward_allocate_nothing_that_grows_with_the_batch(
    name: str, output: str, smoothing: float, labels: bool
) -> None:
    loss = make_loss(name, output, smoothing)
    # NumPy broadcasts a column with buffers of a fixed size. One more byte per row would be 30,000 bytes.
    assert abs(peak_memory_of_a_step(loss, 40_000, labels) - peak_memory_of_a_step(loss, 10_000, labels)) < 4000


@pytest.mark.parametrize(
    ("output", "loss"),
    [("softmax", SoftmaxCrossEntropy), ("sigmoid", BinaryCrossEntropy), ("linear", MeanSquaredError)],
)
def test_each_output_has_its_default_loss(output: str, loss: type[Loss]) -> None:
    assert type(make_loss(None, output)) is loss


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_loss_that_does_not_fit_the_output_raises_an_error_with_both_names(name: str, output: str) -> None:
    needed = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "mean_squared_error": output}[name]
    if needed == output:
        make_loss(name, output)
        return
    with pytest.raises(SettingError, match=f"{name} needs the output {needed}; .* {output}") as raised:
        make_loss(name, output)
    assert raised.value.field == "loss"


@pytest.mark.parametrize(
    ("name", "output", "smoothing", "field", "message"),
    [
        ("hinge", "softmax", 0.0, "loss", "'hinge' is unknown"),
        (None, "maxout", 0.0, "output", "'maxout' is unknown"),
        (None, "softmax", 1.0, "label_smoothing", "below 1; got 1"),
        (None, "sigmoid", -0.1, "label_smoothing", "below 1; got -0.1"),
        (None, "softmax", float("nan"), "label_smoothing", "below 1; got not a number"),
        ("mean_squared_error", "softmax", 0.1, "label_smoothing", "mean_squared_error has no label smoothing"),
    ],
)
def test_invalid_combinations_of_loss_output_and_smoothing_raise_an_error(
    name: str | None, output: str, smoothing: float, field: str, message: str
) -> None:
    with pytest.raises(SettingError, match=message) as raised:
        make_loss(name, output, smoothing)
    assert raised.value.field == field


@pytest.mark.parametrize("columns", [1, 4])
def test_targets_with_a_different_number_of_columns_raise_an_error(columns: int) -> None:
    loss = allocated(MeanSquaredError("linear"))
    with pytest.raises(DataError, match=f"must have 5 numbers, one for each output; got {columns}"):
        loss.forward(LOGITS, NUMBERS[:, :columns])


def test_cross_entropy_with_numbers_as_targets_raises_an_error() -> None:
    loss = allocated(SoftmaxCrossEntropy())
    with pytest.raises(DataError, match="one label per example"):
        loss.forward(LOGITS, NUMBERS)
