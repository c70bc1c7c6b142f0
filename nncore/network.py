"""A network: a spec that describes it, and the layers that compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.errors import SettingError
from nncore.ink import SIDE
from nncore.layers import LAYER_SPECS, Activation, Dense, Layer, LayerSpec
from nncore.losses import softmax
from nncore.parameters import Parameters, Shape

Array = NDArray[np.floating]

PREDICT_ROWS = 2048
"""Rows that `predict` takes at once: its memory stays flat however many are asked for."""


@dataclass(frozen=True)
class NetworkSpec:
    """The description of a network: what comes in, the layers in order, what the numbers that come out mean.

    input_shape: shape of one example, (28, 28) for MNIST; flattened before the first layer.
    layers: the specs of the layers, first to last. output: "softmax", the only one so far.

    Raises SettingError if it does not describe a network.
    """

    input_shape: Shape
    layers: tuple[LayerSpec, ...]
    output: str = "softmax"

    def __post_init__(self) -> None:
        if not self.input_shape or any(not isinstance(n, int) or n < 1 for n in self.input_shape):
            raise SettingError("layers", f"The input shape {self.input_shape} is none: each side is 1 or more.")
        if not self.layers:
            raise SettingError("layers", "A network needs at least one layer.")
        if self.output != "softmax":
            raise SettingError("output", f"Output {self.output!r} is unknown: it is softmax.")

    @classmethod
    def dense(
        cls,
        widths: Sequence[int],
        activations: str | Sequence[str] = "relu",
        initialization: str = "he",
        input_shape: Shape | None = None,
    ) -> NetworkSpec:
        """A dense network from its widths, inputs and classes included: (784, 128, 64, 10).

        `activations`: one name for all hidden layers, or one name for each of them. `input_shape`: the shape
        of an example whose product is widths[0]; (28, 28) for 784 unless given.
        """
        if len(widths) < 2:
            raise SettingError("layers", "Layers need at least two widths, the inputs and the classes: 784 10.")
        names = [activations] * (len(widths) - 2) if isinstance(activations, str) else list(activations)
        if len(names) != len(widths) - 2:
            raise SettingError(
                "activation", f"{len(widths) - 2} hidden layers need as many activations; {len(names)} given."
            )
        if input_shape is None:
            input_shape = (SIDE, SIDE) if widths[0] == SIDE * SIDE else (widths[0],)
        if prod(input_shape) != widths[0]:
            raise SettingError("layers", f"An example has {prod(input_shape)} numbers, the first width is {widths[0]}.")
        layers: list[LayerSpec] = []
        for units, name in zip(widths[1:], [*names, "linear"], strict=True):
            layers.append(Dense(units, initialization))
            if name != "linear":
                layers.append(Activation(name))
        return cls(input_shape, tuple(layers))

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shape of one example before the first layer (flattened) and after each layer."""
        shapes: list[Shape] = [(prod(self.input_shape),)]
        for layer in self.layers:
            shapes.append(layer.output_shape(shapes[-1]))
        return tuple(shapes)

    @property
    def widths(self) -> tuple[int, ...]:
        """The inputs and the units of each dense layer: (784, 128, 64, 10)."""
        return (prod(self.input_shape), *(layer.units for layer in self.layers if isinstance(layer, Dense)))

    @property
    def classes(self) -> int:
        """How many classes the output tells apart."""
        return self.shapes[-1][0]

    @property
    def parameter_shapes(self) -> dict[str, Shape]:
        """Name ("1.W": W of the first layer) and shape of each array of parameters."""
        return {
            f"{number}.{name}": shape
            for number, (layer, input_shape) in enumerate(zip(self.layers, self.shapes, strict=False), start=1)
            for name, shape in layer.parameter_shapes(input_shape).items()
        }

    @property
    def parameter_count(self) -> int:
        """How many weights and biases it has."""
        return sum(prod(shape) for shape in self.parameter_shapes.values())

    def to_json(self) -> dict[str, Any]:
        """As plain lists, numbers and strings."""
        layers = [{"kind": layer.kind, **asdict(layer)} for layer in self.layers]
        return {"input_shape": list(self.input_shape), "layers": layers, "output": self.output}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> NetworkSpec:
        """The opposite of `to_json`; raises SettingError for anything that it cannot have written."""
        try:
            layers = []
            for layer in fields["layers"]:
                settings = dict(layer)
                layers.append(LAYER_SPECS[settings.pop("kind")](**settings))
            return cls(tuple(fields["input_shape"]), tuple(layers), fields["output"])
        except SettingError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise SettingError("layers", f"This is not the description of a network ({problem!r}).") from None


class Network:
    """The layers of a spec, working on one Parameters.

    Training calls `forward` and `backward`, which use workspaces; `predict` touches none, so one network may be
    shown while a copy of it trains.
    """

    def __init__(self, spec: NetworkSpec, dtype: DTypeLike = np.float32) -> None:
        self.spec = spec
        self.parameters = Parameters(spec.parameter_shapes, dtype)
        self.layers: list[Layer] = [
            layer.build(str(number), shape, self.parameters)
            for number, (layer, shape) in enumerate(zip(spec.layers, spec.shapes, strict=False), start=1)
        ]
        self._rows = 0

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """float32, or float64 for a gradient check."""
        return self.parameters.values.dtype

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw fresh parameters, layer by layer."""
        for layer in self.layers:
            layer.initialize(rng)

    def allocate(self, rows: int) -> None:
        """Make room for training batches of up to `rows` rows."""
        if rows > self._rows:
            for layer in self.layers:
                layer.allocate(rows)
            self._rows = rows

    def forward(self, X: Array) -> Array:
        """The logits (n, classes) of inputs (n, inputs), in a workspace; remembers what `backward` needs."""
        self.allocate(len(X))
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, dlogits: Array) -> None:
        """Set `parameters.gradients` from the gradient (n, classes) of the last forward's logits."""
        gradient: Array | None = dlogits
        for number in range(len(self.layers) - 1, -1, -1):
            assert gradient is not None
            gradient = self.layers[number].backward(gradient, need_dX=number > 0)

    def logits(self, X: Array) -> Array:
        """The logits (n, classes) of inputs (n, inputs) in [0, 1], in a fresh array."""
        return self.activations(X)[-1]

    def activations(self, X: Array) -> list[Array]:
        """What each layer gives for inputs (n, inputs), first to last; the last are the logits."""
        outputs = []
        for layer in self.layers:
            X = layer.predict(X)
            outputs.append(X)
        return outputs

    def predict(self, X: Array) -> Array:
        """The probabilities (n, classes) of inputs (n, inputs), a few thousand rows at a time."""
        probabilities = np.empty((len(X), self.spec.classes), self.dtype)
        for start in range(0, len(X), PREDICT_ROWS):
            rows = slice(start, start + PREDICT_ROWS)
            probabilities[rows] = softmax(self.logits(X[rows]))
        return probabilities

    def copy(self) -> Network:
        """A network of its own with the same parameters."""
        twin = Network(self.spec, self.dtype)
        twin.parameters.values[:] = self.parameters.values
        return twin
