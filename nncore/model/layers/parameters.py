"""All weights of a network in one flat vector, which optimizer, model file and gradient check use as one array.

Layers get reshaped views of it: writing to a view changes the vector, and writing to the vector changes the view.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.system.copying import DeepCopyable

Shape: TypeAlias = tuple[int, ...]
"""The size of an array along each axis; of inputs and outputs without the axis of the rows."""

Array: TypeAlias = NDArray[np.floating]
"""An array in the precision of the network, float32 or float64: parameters, gradients, inputs, outputs."""


class Parameters(DeepCopyable):
    """One flat vector of values, one of gradients, and named views of both.

    The trained parameters come first in `values`. The state, which a layer updates without a gradient (the running
    means of batch normalization), comes last. A model file stores all of `values`; an optimizer uses the first part.

    Attributes:
        values: (size,) all weights and biases in the order of `shapes`, then the state in the order of `state_shapes`.
        trainable, state: views of the two parts of `values`.
        gradients: the gradient of the loss with respect to `trainable`.
        shapes, state_shapes: the name and shape of each view.
    """

    def __init__(
        self,
        shapes: Mapping[str, Shape],
        state_shapes: Mapping[str, Shape] | None = None,
        dtype: DTypeLike = np.float32,
        values: Array | None = None,
        gradients: Array | None = None,
    ) -> None:
        """`values`, `gradients`: arrays to use, not copied, of the sizes above; new arrays of zeros by default."""
        self.shapes: dict[str, Shape] = dict(shapes)
        self.state_shapes: dict[str, Shape] = dict(state_shapes or {})
        trained = sum(prod(shape) for shape in self.shapes.values())
        size = trained + sum(prod(shape) for shape in self.state_shapes.values())
        self.values = np.zeros(size, dtype) if values is None else values
        self.trainable = self.values[:trained]
        self._make_views(self.values[trained:], gradients)

    def replica(self, gradients: Array | None = None) -> Parameters:
        """Parameters that share `trainable` with these, but have their own gradients and state.

        `gradients`: an array to use for the gradients, not copied.
        """
        replica = object.__new__(Parameters)
        replica.shapes, replica.state_shapes = self.shapes, self.state_shapes
        replica.values, replica.trainable = self.values, self.trainable
        replica._make_views(self.state.copy(), gradients)
        return replica

    def _make_views(self, state: Array, gradients: Array | None) -> None:
        self.state = state
        self.gradients = np.zeros_like(self.trainable) if gradients is None else gradients
        self._value_views = _views(self.trainable, self.shapes) | _views(state, self.state_shapes)
        self._gradient_views = _views(self.gradients, self.shapes)

    def __getstate__(self) -> dict[str, Any]:
        """The vectors without their views: a copied view would be a separate array, which no optimizer changes."""
        values = np.concatenate([self.trainable, self.state])  # the state of a replica is not part of its `values`
        return {"shapes": self.shapes, "state_shapes": self.state_shapes, "values": values, "gradients": self.gradients}

    def __setstate__(self, copied: dict[str, Any]) -> None:
        """Make new views of the copied vectors."""
        self.__init__(**copied)  # type: ignore[misc]

    @property
    def size(self) -> int:
        """Length of `values`."""
        return self.values.size

    def value(self, name: str) -> Array:
        """The view of `values` called `name`, in its own shape."""
        return self._value_views[name]

    def gradient(self, name: str) -> Array:
        """The view of `gradients` called `name`, in its own shape."""
        return self._gradient_views[name]

    def weights(self) -> list[slice]:
        """The slices of `trainable` with weight matrices and kernels; arrays of one axis (biases) are left out."""
        return [part for name, part in parameter_slices(self.shapes).items() if len(self.shapes[name]) > 1]


def parameter_slices(shapes: Mapping[str, Shape]) -> dict[str, slice]:
    """Where each array is in a flat vector that holds arrays of these shapes one after the other."""
    stops = list(accumulate(prod(shape) for shape in shapes.values()))
    return {name: slice(start, stop) for name, start, stop in zip(shapes, [0, *stops], stops, strict=False)}


def _views(vector: Array, shapes: Mapping[str, Shape]) -> dict[str, Array]:
    return {name: vector[part].reshape(shapes[name]) for name, part in parameter_slices(shapes).items()}
