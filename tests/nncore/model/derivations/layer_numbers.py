"""What one layer computes, by the keys of SYMBOLS."""

from __future__ import annotations

import numpy as np

from nncore.model.layers import LayerSpec
from nncore.model.layers.parameters import Array, Parameters, Shape

ROWS = 5


def layer_numbers(spec: LayerSpec, shape: Shape) -> dict[str, Array]:
    """What a layer computes forwards and backwards for random numbers, by the keys of SYMBOLS."""
    rng = np.random.default_rng(3)
    trained = {f"1.{name}": each for name, each in spec.parameter_shapes(shape).items()}
    parameters = Parameters(trained, {f"1.{name}": each for name, each in spec.state_shapes(shape).items()}, np.float64)
    layer = spec.build("1", shape, parameters)
    layer.initialize(rng)
    layer.allocate(ROWS)
    X = rng.normal(size=(ROWS, *shape))
    Y = layer.forward(X).copy()
    dY = rng.normal(size=Y.shape)
    dX = layer.backward(dY.copy())
    assert dX is not None
    numbers = {"X": X, "Y": Y, "dY": dY, "dX": dX.copy()}
    for name in spec.parameter_shapes(shape):
        numbers[name] = parameters.value(f"1.{name}").copy()
        numbers[f"d{name}"] = parameters.gradient(f"1.{name}").copy()
    return numbers
