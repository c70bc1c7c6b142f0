"""All weights of a network as one flat vector, so that an optimiser, a save and a gradient check see ONE array.

Layers get reshaped views of it: writing through a view changes the vector and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.system.copying import CopiedDeeply

Shape = tuple[int, ...]
Array = NDArray[np.floating]


class Parameters(CopiedDeeply):
    """One flat vector of values, one of gradients, and named views into both.

    What is trained comes first in `values`; what a layer only keeps count of, such as the running means of batch
    normalisation, comes last and has no gradient. So a save and a snapshot hold all of it, an optimiser the first part.

    Attributes:
        values: (size,) every weight and bias, in the order of `shapes`, then the state, in that of `state_shapes`.
        trainable: the part of `values` that is trained; state: the rest. Both are views.
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
        """`values` and `gradients`: memory to use as it is, as long as they are; fresh zeros unless given."""
        self.shapes: dict[str, Shape] = dict(shapes)
        self.state_shapes: dict[str, Shape] = dict(state_shapes or {})
        trained = sum(prod(shape) for shape in self.shapes.values())
        size = trained + sum(prod(shape) for shape in self.state_shapes.values())
        self.values = np.zeros(size, dtype) if values is None else values
        self.trainable = self.values[:trained]
        self._lay_out(self.values[trained:], gradients)

    def replica(self, gradients: Array | None = None) -> Parameters:
        """Parameters that share what is trained, but have gradients and a state of their own.

        `gradients`: memory for those, to use as it is.
        """
        twin = object.__new__(Parameters)
        twin.shapes, twin.state_shapes = self.shapes, self.state_shapes
        twin.values, twin.trainable = self.values, self.trainable
        twin._lay_out(self.state.copy(), gradients)
        return twin

    def _lay_out(self, state: Array, gradients: Array | None) -> None:
        self.state = state
        self.gradients = np.zeros_like(self.trainable) if gradients is None else gradients
        self._value_views = _views(self.trainable, self.shapes) | _views(state, self.state_shapes)
        self._gradient_views = _views(self.gradients, self.shapes)

    def __getstate__(self) -> dict[str, Any]:
        """The vectors without their views: a copied view would be an array of its own, which no optimiser moves."""
        values = np.concatenate([self.trainable, self.state])  # a replica's state is no part of its `values`
        return {"shapes": self.shapes, "state_shapes": self.state_shapes, "values": values, "gradients": self.gradients}

    def __setstate__(self, copied: dict[str, Any]) -> None:
        """Make the views anew, of the copied vectors."""
        self.__init__(**copied)  # type: ignore[misc]

    @property
    def size(self) -> int:
        """How many numbers `values` holds."""
        return self.values.size

    def value(self, name: str) -> Array:
        """The view of `values` called `name`, in its own shape."""
        return self._value_views[name]

    def gradient(self, name: str) -> Array:
        """The view of `gradients` called `name`, in its own shape."""
        return self._gradient_views[name]

    def weights(self) -> list[slice]:
        """Where in `trainable` each weight matrix and kernel is; biases and the like, of one axis, are left out."""
        places, start = [], 0
        for shape in self.shapes.values():
            if len(shape) > 1:
                places.append(slice(start, start + prod(shape)))
            start += prod(shape)
        return places


def _views(vector: Array, shapes: Mapping[str, Shape]) -> dict[str, Array]:
    views, start = {}, 0
    for name, shape in shapes.items():
        views[name] = vector[start : start + prod(shape)].reshape(shape)
        start += prod(shape)
    return views


def he(weights: Array, biases: Array, inputs: int, rng: np.random.Generator) -> None:
    """Fill the weights of units with `inputs` inputs each from N(0, 2 / inputs), biases with zeros.

    Keeps the variance of ReLU activations constant from layer to layer
    (He et al., "Delving Deep into Rectifiers", ICCV 2015, section 2.2).
    """
    weights[...] = rng.standard_normal(weights.shape, dtype=np.float32)
    weights *= sqrt(2.0 / max(1, inputs))
    biases[...] = 0.0


def uniform(weights: Array, biases: Array, inputs: int, rng: np.random.Generator) -> None:
    """Fill weights AND biases from U(-0.5, 0.5), as many a first notebook does."""
    for values in (weights, biases):
        values[...] = rng.random(values.shape, dtype=np.float32)
        values -= 0.5


def small_normal(weights: Array, biases: Array, inputs: int, rng: np.random.Generator) -> None:
    """Fill the weights from 0.1 N(0, 1), whatever the width of the layer, with signs dealt out instead of drawn.

    So small a start needs every unit, so signs and biases see to it that there is one of each kind everywhere:
    - Units with one input, standardised, get their kinks -b / W spread evenly from -sqrt(3) to sqrt(3), where evenly
      spread inputs lie. The first two look to the right of theirs, the next two to the left, and so on.
    - Other units have sides in turn: a weight is positive between units of the same side, negative between others. So
      what each unit does to the answer is not lost in a sum of chances, and of two neighbours one lifts it, one
      lowers it.
    - Their biases are 0.1, so that hardly one begins dead.
    With signs drawn, a hill of a sine stays missing from half of all starts: at that place no unit looks and pushes the
    way it should, or two of them do the same.
    """
    weights[...] = np.abs(rng.standard_normal(weights.shape, dtype=np.float32))
    weights *= 0.1
    if inputs == 1:
        units = np.arange(biases.size)
        weights *= np.where(units // 2 % 2, -1, 1).reshape(weights.shape)
        places = (2 * units + 1) / biases.size - 1  # the middles of as many equal parts of -1 to 1
        biases[...] = -sqrt(3) * places * weights.reshape(biases.shape)
    else:
        weights *= np.outer(_sides(weights.shape[0]), _sides(weights.shape[1]))
        biases[...] = 0.1


def _sides(units: int) -> Array:
    """1 and -1 in turn."""
    return np.where(np.arange(units) % 2, -1.0, 1.0)


def zeros(weights: Array, biases: Array, inputs: int, rng: np.random.Generator) -> None:
    """Fill everything with zeros, which shows why nobody does: all units of a layer are then the same, for ever."""
    weights[...] = 0.0
    biases[...] = 0.0


INITIALIZATIONS = {"he": he, "uniform": uniform, "small_normal": small_normal, "zeros": zeros}
