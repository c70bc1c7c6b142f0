"""All weights of a network as one flat vector, so that an optimiser, a save and a gradient check see ONE array.

Layers get reshaped views of it: writing through a view changes the vector and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np
from numpy.typing import DTypeLike, NDArray

Shape = tuple[int, ...]


class Parameters:
    """One flat vector of values, one of gradients, and named views into both.

    Attributes:
        values: (size,) every weight and bias, in the order of `shapes`.
        gradients: (size,) the gradient of the loss with respect to `values`.
        shapes: the name and shape of each view.
    """

    def __init__(self, shapes: Mapping[str, Shape], dtype: DTypeLike = np.float32) -> None:
        self.shapes: dict[str, Shape] = dict(shapes)
        size = sum(prod(shape) for shape in self.shapes.values())
        self.values = np.zeros(size, dtype)
        self.gradients = np.zeros(size, dtype)
        self._value_views = self._views_of(self.values)
        self._gradient_views = self._views_of(self.gradients)

    def _views_of(self, vector: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
        views, start = {}, 0
        for name, shape in self.shapes.items():
            views[name] = vector[start : start + prod(shape)].reshape(shape)
            start += prod(shape)
        return views

    @property
    def size(self) -> int:
        """Number of weights and biases."""
        return self.values.size

    def value(self, name: str) -> NDArray[np.floating]:
        """The view of `values` called `name`, in its own shape."""
        return self._value_views[name]

    def gradient(self, name: str) -> NDArray[np.floating]:
        """The view of `gradients` called `name`, in its own shape."""
        return self._gradient_views[name]


def he(weights: NDArray[np.floating], biases: NDArray[np.floating], rng: np.random.Generator) -> None:
    """Fill weights (inputs, units) from N(0, 2 / inputs), biases with zeros.

    Keeps the variance of ReLU activations constant from layer to layer
    (He et al., "Delving Deep into Rectifiers", ICCV 2015, section 2.2).
    """
    weights[...] = rng.standard_normal(weights.shape, dtype=np.float32)
    weights *= np.sqrt(2.0 / max(1, weights.shape[0]))
    biases[...] = 0.0


def uniform(weights: NDArray[np.floating], biases: NDArray[np.floating], rng: np.random.Generator) -> None:
    """Fill weights AND biases from U(-0.5, 0.5), as many a first notebook does."""
    for values in (weights, biases):
        values[...] = rng.random(values.shape, dtype=np.float32)
        values -= 0.5


INITIALIZATIONS = {"he": he, "uniform": uniform}
