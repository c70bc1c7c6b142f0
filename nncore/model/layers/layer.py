"""What every layer is: a frozen spec that describes it, and a layer that computes.

    forward(X)          training: writes into a workspace of its own and remembers what backward needs
    backward(dY)        given dLoss/dY of the last forward, sets its parameters' gradients, returns dLoss/dX
    predict(X)          what the trained layer computes, into fresh arrays: no workspace is touched

Arrays are indexed (rows, features), or (rows, channels, height, width) for images. How they lie in memory is a
layer's own affair: those that work on images keep the rows last there, so that one pixel of all images is one run of
memory, the longest that a kernel can move at once.

`backward` may overwrite the dY it is given, which spares a copy: that array belongs to the step. Nothing is allocated
in a step that grows with the batch: `allocate` sizes every workspace once.
"""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.model.layers.parameters import Parameters, Shape
from nncore.system.copying import NotCopied

Array = NDArray[np.floating]


class LayerSpec(Protocol):
    """The description of a layer, as it goes into files and forms: a frozen dataclass."""

    kind: ClassVar[str]
    wants_images: ClassVar[bool]
    """Whether it takes (channels, height, width) and nothing else."""
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def summary(self) -> str:
        """What stands for it in a line about the network; "" if it goes without saying."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one row after it; raises SettingError if rows of `input_shape` do not fit."""

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name and shape of each array it trains."""

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name and shape of each array it keeps, but does not train."""

    def workspace(self, input_shape: Shape) -> int:
        """How many numbers its workspaces hold for each row of a batch, but for the output itself."""

    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Layer:
        """The layer that computes, on the views of `parameters` whose names begin with `name`."""


class Spec:
    """What a spec says unless it says otherwise: any input will do, and there is nothing to train or to keep."""

    wants_images: ClassVar[bool] = False

    @property
    def summary(self) -> str:
        """Nothing: it goes without saying."""
        return ""

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Nothing to train."""
        return {}

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Nothing to keep."""
        return {}

    def workspace(self, input_shape: Shape) -> int:
        """One more array as large as the input, which is what most layers take."""
        return prod(input_shape)


class Layer(NotCopied):
    """A layer that computes; those with parameters, workspaces or randomness override more than this one does."""

    copy_instead = "Copy the Network that the layer belongs to: the layer's arrays are views of its parameters."

    has_chance: ClassVar[bool] = False
    """Whether it draws random numbers while it trains."""

    generator: np.random.Generator
    """What it draws them from; only where it draws any."""

    def allocate(self, rows: int) -> None:
        """Size the workspaces for batches of up to `rows` rows."""

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw fresh parameters."""

    def use_randomness(self, rng: np.random.Generator) -> None:
        """Draw from `rng` in every `forward` from now on."""

    def forward(self, X: Array) -> Array:
        """Compute the output and remember what `backward` needs."""
        raise NotImplementedError

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """Set the parameters' gradients; return dLoss/dX unless it is not needed."""
        raise NotImplementedError

    def predict(self, X: Array) -> Array:
        """Compute the output without touching a workspace; X is left as it is."""
        raise NotImplementedError


class Workspace(NotCopied):
    """Room for an array of up to `rows` rows of `shape`, kept from step to step; images lie with their rows last.

    zeroed: whether it is all zeros whenever the number of rows has changed, for those who never write its margins.
    """

    copy_instead = "Make another one of the same size: a workspace holds nothing that outlives a step."

    def __init__(self, rows: int, shape: Shape, dtype: DTypeLike, zeroed: bool = False) -> None:
        self.shape, self._zeroed = shape, zeroed
        self._memory: NDArray[Any] = np.zeros(rows * prod(shape), dtype)
        self._array = self._memory[:0]
        self._rows = -1

    def memory(self, rows: int) -> Array:
        """What `of(rows)` is made of, as one vector."""
        return self._memory[: rows * prod(self.shape)]

    def of(self, rows: int) -> Array:
        """The array (rows, *shape), with whatever it held before."""
        if rows != self._rows:
            self._rows = rows
            memory = self.memory(rows)
            if self._zeroed:
                memory[:] = 0
            images = len(self.shape) > 1
            self._array = rows_first(memory.reshape(*self.shape, rows)) if images else memory.reshape(rows, *self.shape)
        return self._array


def rows_last(X: Array) -> Array:
    """Images (rows, channels, height, width) seen as (channels, height, width, rows), the order they lie in."""
    return X.transpose(1, 2, 3, 0)


def rows_first(X: Array) -> Array:
    """The opposite of `rows_last`."""
    return X.transpose(3, 0, 1, 2)
