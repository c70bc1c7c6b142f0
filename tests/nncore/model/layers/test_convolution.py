"""Convolution with any windows, and batches that are computed in parts; and the size of NumPy's buffer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nncore.model.layers import Conv2D
from nncore.model.layers.convolution import MAX_NUMBERS_PER_PART, Conv2DLayer
from nncore.model.layers.parameters import Parameters
from nncore.model.layers.windows import WindowLines, Windows
from nncore.system.numpy_modes import unbuffered

IMAGE = (2, 6, 5)
sides = st.integers(1, 4)


def built(spec: Conv2D, rows: int) -> tuple[Conv2DLayer, Parameters]:
    parameters = Parameters({f"1.{name}": shape for name, shape in spec.parameter_shapes(IMAGE).items()}, {}, float)
    layer = spec.build("1", IMAGE, parameters)
    layer.allocate(rows)
    parameters.values[:] = np.random.default_rng(1).standard_normal(parameters.values.size)
    return layer, parameters


@settings(max_examples=80)
@given(
    rows=st.sampled_from((1, 4, 2000)),
    kernel=st.tuples(sides, sides),
    stride=st.tuples(sides, sides),
    padding=st.tuples(st.integers(0, 5), st.integers(0, 5)),
)
def test_gradients_equal_those_of_a_linear_function(
    rows: int, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]
) -> None:
    # Y is linear in W and b, and without b in X: so sum(Y dY) is sum(W dW) + sum(b db), and sum(X dX) + sum(b db).
    layer, parameters = built(Conv2D(3, kernel, stride, padding), rows)
    X = np.random.default_rng(2).standard_normal((rows, *IMAGE))
    Y = layer.forward(X)
    dY = np.random.default_rng(3).standard_normal(Y.shape)
    total = (Y * dY).sum()
    dX = layer.backward(dY.copy())
    assert dX is not None
    assert (parameters.values * parameters.gradients).sum() == pytest.approx(total, rel=1e-9, abs=1e-6)
    bias = (layer.b * layer.db).sum()
    assert (X * dX).sum() == pytest.approx(total - bias, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("rows", [60, 350, 1500])
def test_a_batch_in_parts_equals_small_batches(rows: int) -> None:
    spec = Conv2D(3, kernel=3, stride=1, padding=1)
    layer, parameters = built(spec, rows)
    small_layer, small_parameters = built(spec, 50)
    X = np.random.default_rng(2).standard_normal((rows, *IMAGE))
    dY = np.random.default_rng(3).standard_normal((rows, *spec.output_shape(IMAGE)))
    Y, dX = layer.forward(X), layer.backward(dY.copy())
    assert dX is not None
    expected = np.zeros_like(parameters.gradients)
    for start in range(0, rows, 50):
        some = slice(start, start + 50)
        np.testing.assert_allclose(Y[some], small_layer.forward(X[some]), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(dX[some], small_layer.backward(dY[some].copy()), rtol=1e-10, atol=1e-12)  # type: ignore[arg-type]
        expected += small_parameters.gradients
    np.testing.assert_allclose(parameters.gradients, expected, rtol=1e-9)
    np.testing.assert_allclose(layer.predict(X), Y, rtol=1e-10, atol=1e-12)


def test_memory_for_columns_does_not_grow_with_the_image_height() -> None:
    rows = 64
    low_layer, high_layer = (Conv2DLayer(*_of_height(height)) for height in (28, 280))
    low_layer.allocate(rows)
    high_layer.allocate(rows)
    assert low_layer._columns.size == high_layer._columns.size <= MAX_NUMBERS_PER_PART


def _of_height(height: int) -> tuple[Conv2D, str, tuple[int, int, int], Parameters]:
    spec, shape = Conv2D(8), (1, height, 28)
    return spec, "1", shape, Parameters({f"1.{name}": each for name, each in spec.parameter_shapes(shape).items()})


def test_parts_exclude_kernel_lines_on_the_padding() -> None:
    windows = Windows(size=(5, 5), stride=(2, 2), padding=(2, 2))
    assert list(windows.parts((1, 14, 14), max_lines=3)) == [
        WindowLines(slice(0, 1), slice(2, 5)),
        WindowLines(slice(1, 4), slice(0, 5)),
        WindowLines(slice(4, 6), slice(0, 5)),
        WindowLines(slice(6, 7), slice(0, 4)),
    ]
    assert list(windows.parts((1, 14, 14), max_lines=7)) == [WindowLines(slice(0, 7), slice(0, 5))]


def test_unbuffered_restores_numpys_buffer_size() -> None:
    before = np.getbufsize()
    with unbuffered():
        assert np.getbufsize() < before
    assert np.getbufsize() == before
    with pytest.raises(ValueError, match="shapes"), unbuffered():
        np.add(np.ones(2), np.ones(3))
    assert np.getbufsize() == before
