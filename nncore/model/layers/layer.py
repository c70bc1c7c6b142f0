"""The base classes of every layer: a frozen spec that describes it, and a layer that computes.

    forward(X)          in training: writes to the layer's workspace and stores what backward needs
    backward(dY)        given dLoss/dY of the last forward, sets the parameters' gradients and returns dLoss/dX
    predict(X)          the same for a trained layer, in new arrays: no workspace is changed
    terms(X, position)  how predict computes one number of its output, for a view that explains the network

Arrays have the axes (rows, features), or (rows, channels, height, width) for images. Their order in memory may differ:
layers that work on images keep the rows last in memory. One pixel of all images is then contiguous, which gives NumPy
the longest runs to work on.

`backward` may overwrite dY, which saves a copy. `allocate` creates all workspaces once, so that a training step
allocates nothing whose size grows with the batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.layers.terms import Position, Terms
from nncore.reporting.number_text import decimal_text
from nncore.system.copying import NotCopyable

if TYPE_CHECKING:
    from nncore.model.layers.windows import Windows


@dataclass(frozen=True)
class LayerSpec(ABC):
    """The description of a layer in files and forms.

    A kind of layer is a frozen dataclass that derives from this class: its fields are the settings of the layer. The
    defaults below are those of a layer that takes any input and has neither parameters nor state.
    """

    kind: ClassVar[str]
    """Its name in files."""
    label: ClassVar[str]
    """Its name in the window."""
    help: ClassVar[str]
    """What it does, in one sentence for the window."""
    formula: ClassVar[str]
    """How one number y of its output is computed from inputs x, with the constants that `Layer.terms` gives."""
    summary_format: ClassVar[str] = ""
    """A format string for the fields: the layer's part of a one-line summary of the network; "" to leave it out."""
    needs_images: ClassVar[bool] = False
    """Whether its input must be (channels, height, width)."""
    needs_flat_input: ClassVar[bool] = False
    """Whether its input must be (features,)."""
    gives_flat_output: ClassVar[bool] = False
    """Whether its output is (features,) even if its input is an image."""
    has_weights: ClassVar[bool] = False
    """Whether it has a weight matrix or kernel "W", and a field `initialization` that names how it is initialized."""
    uses_randomness: ClassVar[bool] = False
    """Whether it draws random numbers in training."""
    is_counted: ClassVar[bool] = True
    """Whether users count it as a layer of its own; an activation belongs to the layer before it."""

    @property
    def summary(self) -> str:
        """Its part of a one-line summary of the network; "" if it has none."""
        values = {name: decimal_text(each, 6) if isinstance(each, float) else each for name, each in vars(self).items()}
        return self.summary_format.format(**values)

    @property
    def reading_note(self) -> str:
        """How it differs when a trained network reads, in a sentence or two for the window; "" if it does not."""
        return ""

    @property
    def windows(self) -> Windows | None:
        """The windows of the image from which it computes its numbers; None if it uses no windows."""
        return None

    @property
    def full_label(self) -> str:
        """Its name in the window; for an activation, that of its function."""
        return self.label

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one row of its output; raises SettingError if it cannot take rows of `input_shape`."""
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name and shape of each array that is trained."""
        return {}

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name and shape of each array that is updated in training, but has no gradient."""
        return {}

    def workspace_size(self, input_shape: Shape) -> int:
        """The number of values in its workspaces per row of a batch, without its output; one array for most layers."""
        return prod(input_shape)

    def min_batch_size(self, input_shape: Shape) -> int:
        """The smallest batch that it can be trained on."""
        return 1

    def with_initialization(self, name: str) -> Self:
        """The same layer with another initialization; unchanged if it has no weights."""
        return replace(self, **{"initialization": name}) if self.has_weights else self

    @abstractmethod
    def build(self, name: str, input_shape: Shape, parameters: Parameters) -> Layer:
        """Return the layer that computes, on the views of `parameters` whose names begin with `name`."""


class Layer(NotCopyable):
    """A layer that computes. Layers without parameters, workspaces or randomness keep the methods that do nothing."""

    copy_instead = "Copy the Network that the layer belongs to: the layer's arrays are views of its parameters."

    generator: np.random.Generator
    """The source of its random numbers; only if its spec `uses_randomness`."""

    def allocate(self, rows: int) -> None:
        """Create the workspaces for batches of up to `rows` rows."""

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw new parameters."""

    def set_generator(self, rng: np.random.Generator) -> None:
        """Draw random numbers from `rng` in every later `forward`."""

    def forward(self, X: Array) -> Array:
        """Compute the output (rows, ...) of X (rows, ...), and store what `backward` needs."""
        raise NotImplementedError

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """Set the gradients of the parameters; return dLoss/dX, of the shape of X. dY: of the shape of the output.

        The result is undefined if `need_dX` is False.
        """
        raise NotImplementedError

    def input_gradient(self, X: Array, dY: Array) -> Array:
        """Return dLoss/dX of `predict` for X, given dLoss/dY, which may be overwritten.

        It uses the workspaces of a training step, and changes the gradients of the parameters. Layers whose `predict`
        differs from `forward` override this.
        """
        self.forward(X)
        dX = self.backward(dY)
        assert dX is not None  # `backward` returns it unless need_dX is False
        return dX

    def predict(self, X: Array) -> Array:
        """Compute the output without changing a workspace or X."""
        raise NotImplementedError

    def terms(self, X: Array, position: Position) -> Terms:
        """How `predict` computes the number at `position` of its output, for one row X (1, ...)."""
        raise NotImplementedError

    @property
    def computed_by(self) -> tuple[Callable[..., Any], ...]:
        """The functions whose lines compute its output, for a view that shows them."""
        return (type(self).predict,)


class Workspace(NotCopyable):
    """A reused array of up to `rows` rows of `shape`; images have their rows last in memory.

    zeroed: whether to fill it with zeros whenever the number of rows changes, for layers that never write its margins.
    """

    copy_instead = "Create another one of the same size: a workspace holds nothing that outlives a step."

    def __init__(self, rows: int, shape: Shape, dtype: DTypeLike, zeroed: bool = False) -> None:
        self.shape, self._zeroed = shape, zeroed
        self._memory: NDArray[Any] = np.zeros(rows * prod(shape), dtype)
        self._array = self._memory[:0]
        self._rows = -1

    def vector(self, rows: int) -> Array:
        """The memory of `array(rows)` as one flat vector."""
        return self._memory[: rows * prod(self.shape)]

    def array(self, rows: int) -> Array:
        """The array (rows, *shape), with the numbers that were last written to it."""
        # The view is kept: nearly all batches of a run have the same number of rows.
        if rows != self._rows:
            self._rows = rows
            vector = self.vector(rows)
            if self._zeroed:
                vector[:] = 0
            images = len(self.shape) > 1
            self._array = rows_first(vector.reshape(*self.shape, rows)) if images else vector.reshape(rows, *self.shape)
        return self._array


def rows_last(X: Array) -> Array:
    """Images (rows, channels, height, width) as (channels, height, width, rows), their order in memory; a view."""
    return X.transpose(1, 2, 3, 0)


def rows_first(X: Array) -> Array:
    """The inverse of `rows_last`: (channels, height, width, rows) as (rows, channels, height, width)."""
    return X.transpose(3, 0, 1, 2)


def contiguous_rows_last(X: Array, workspace: Workspace) -> Array:
    """X as contiguous (channels, height, width, rows): a view if that is its order in memory, else a copy."""
    if not rows_last(X).flags.c_contiguous:
        copy = workspace.array(len(X))
        copy[...] = X
        X = copy
    return rows_last(X)
