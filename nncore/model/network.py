"""A network: a spec that describes it, and the layers that compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import compress
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nncore.errors import SettingError
from nncore.model.layers import LAYER_SPECS, Activation, Dense, Layer, LayerSpec
from nncore.model.layers.parameters import Array, Parameters, Shape
from nncore.model.outputs import OUTPUTS
from nncore.preprocessing.ink import SIDE
from nncore.system.copying import DeepCopyable

PREDICTION_BATCH_SIZE = 128
"""The most rows of one prediction: this bounds the memory, and a cancelled evaluation ends after at most one batch."""


@dataclass(frozen=True)
class NetworkSpec:
    """The description of a network: its input, its layers in order, and its output function.

    Attributes:
        input_shape: shape of one example. If a layer needs images, (height, width) means one channel; otherwise
            examples are flattened before the first layer.
        layers: the specs of the layers, first to last.
        output: "softmax" for the probabilities of classes of which exactly one is correct, "sigmoid" for independent
            probabilities, "linear" for any numbers.

    Raises SettingError if this is not a valid network. If two layers do not fit, the message names the layer and both
    shapes.
    """

    input_shape: Shape
    layers: tuple[LayerSpec, ...]
    output: str = "softmax"

    def __post_init__(self) -> None:
        if not self.input_shape or any(not isinstance(n, int) or n < 1 for n in self.input_shape):
            raise SettingError(
                "layers", f"Each side of the input shape must be a whole number, 1 or more; got {self.input_shape}."
            )
        if not self.layers:
            raise SettingError("layers", "A network needs at least one layer.")
        if self.output not in OUTPUTS:
            raise SettingError("output", f"Output {self.output!r} is unknown: choose one of {', '.join(OUTPUTS)}.")
        if len(self.shapes[-1]) != 1:
            raise SettingError(
                "layers",
                f"The last layer must give one row of numbers, (outputs,); it gives {self.shapes[-1]}.",
            )

    @classmethod
    def dense(
        cls,
        widths: Sequence[int],
        activations: str | Sequence[str] = "relu",
        initialization: str = "he",
        input_shape: Shape | None = None,
    ) -> NetworkSpec:
        """A dense network from its widths, including inputs and outputs: (784, 128, 64, 10).

        `activations`: one name for all hidden layers, or one name for each of them. `input_shape`: the shape of an
        example, with widths[0] numbers; by default (28, 28) for 784 inputs and (inputs,) otherwise.
        """
        if len(widths) < 2:
            raise SettingError(
                "layers", f"Give at least two widths, inputs and outputs, such as 784 10; got {len(widths)}."
            )
        names = [activations] * (len(widths) - 2) if isinstance(activations, str) else list(activations)
        if len(names) != len(widths) - 2:
            raise SettingError(
                "activation", f"Give one activation for each of the {len(widths) - 2} hidden layers; got {len(names)}."
            )
        if input_shape is None:
            input_shape = (SIDE, SIDE) if widths[0] == SIDE * SIDE else (widths[0],)
        if prod(input_shape) != widths[0]:
            raise SettingError(
                "layers", f"The first width must be {prod(input_shape)}, the numbers of an example; got {widths[0]}."
            )
        layers: list[LayerSpec] = []
        for units, name in zip(widths[1:], [*names, "linear"], strict=True):
            layers.append(Dense(units, initialization))
            if name != "linear":
                layers.append(Activation(name))
        return cls(input_shape, tuple(layers))

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shape of one example before the first layer and after each layer."""
        shapes = [self._first_shape()]
        for number, layer in enumerate(self.layers, start=1):
            try:
                shapes.append(layer.output_shape(shapes[-1]))
            except SettingError as problem:
                raise SettingError(problem.field, f"Layer {number} ({layer.kind}) {problem}") from None
        return tuple(shapes)

    def _first_shape(self) -> Shape:
        if not any(layer.needs_images for layer in self.layers):
            return (prod(self.input_shape),)
        return (1, *self.input_shape) if len(self.input_shape) == 2 else self.input_shape

    @property
    def summary(self) -> str:
        """The network in one line: "784 - 128 - 64 - 10", or "28x28 - conv 8 - conv 32 - 100 - 10"."""
        first = str(self.shapes[0][0]) if len(self.shapes[0]) == 1 else "x".join(map(str, self.input_shape))
        return " - ".join([first, *(layer.summary for layer in self.layers if layer.summary)])

    @property
    def default_name(self) -> str:
        """The name of a run of this network that has no other name: "784-128-64-10"."""
        return self.summary.replace(" ", "")

    @property
    def widths(self) -> tuple[int, ...]:
        """The number of inputs and the units of each dense layer: (784, 128, 64, 10)."""
        return (prod(self.input_shape), *(layer.units for layer in self.layers if isinstance(layer, Dense)))

    @property
    def is_dense(self) -> bool:
        """Whether it consists only of dense layers and activations."""
        return all(isinstance(layer, Dense | Activation) for layer in self.layers)

    @property
    def outputs(self) -> int:
        """The number of outputs; a network for classes has one per class."""
        return self.shapes[-1][0]

    def can_distinguish(self, classes: int) -> bool:
        """Whether it has one output for each class, or a single sigmoid for two classes."""
        return 2 <= classes == self.outputs or (classes == 2 and self.outputs == 1 and self.output == "sigmoid")

    @property
    def parameter_shapes(self) -> dict[str, Shape]:
        """Name and shape of each array that is trained; "1.W" is W of the first layer."""
        return self._shapes_by_name(lambda layer, shape: layer.parameter_shapes(shape))

    @property
    def state_shapes(self) -> dict[str, Shape]:
        """Name and shape of each array that has no gradient, such as "2.mean", a running mean of the second layer."""
        return self._shapes_by_name(lambda layer, shape: layer.state_shapes(shape))

    def _shapes_by_name(self, shapes_of: Callable[[LayerSpec, Shape], dict[str, Shape]]) -> dict[str, Shape]:
        return {
            f"{number}.{name}": shape
            for number, (layer, input_shape) in enumerate(zip(self.layers, self.shapes, strict=False), start=1)
            for name, shape in shapes_of(layer, input_shape).items()
        }

    @property
    def parameter_count(self) -> int:
        """The number of parameters, including the state."""
        return sum(prod(shape) for shape in (*self.parameter_shapes.values(), *self.state_shapes.values()))

    @property
    def multiplications(self) -> int:
        """The number of multiplications by a weight in the forward pass of one example."""
        shapes = self.parameter_shapes
        # Each weight is used once for each position of the output: (units,) has one, (filters, height, width) has
        # height * width.
        return sum(
            prod(shapes[f"{number}.W"]) * prod(output[1:])
            for number, output in enumerate(self.shapes[1:], start=1)
            if f"{number}.W" in shapes
        )

    @property
    def numbers_per_row(self) -> int:
        """An estimate of how many numbers the workspaces of a training hold per row of a batch."""
        return sum(
            layer.workspace_size(before) + prod(after)
            for layer, before, after in zip(self.layers, self.shapes, self.shapes[1:], strict=False)
        )

    def to_json(self) -> dict[str, Any]:
        """The spec as plain lists, numbers and strings."""
        layers = [
            {name: float(value) if isinstance(value, np.floating) else value for name, value in described.items()}
            for described in ({"kind": layer.kind, **asdict(layer)} for layer in self.layers)
        ]
        return {"input_shape": list(self.input_shape), "layers": layers, "output": self.output}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> NetworkSpec:
        """The inverse of `to_json`; raises SettingError for fields that `to_json` never writes."""
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


def initialization_generator(seed: int) -> np.random.Generator:
    """The generator that draws the first parameters of a run with this seed.

    It is the first of a run's streams (`nncore.training.random_streams`), so the random numbers of the training do not
    depend on how many numbers the first parameters need.
    """
    return np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])


class Network(DeepCopyable):
    """The layers of a spec, which share one Parameters.

    Training calls `forward` and `backward`, which use workspaces; `predict` uses no workspace, so a network can
    predict while a copy of it trains. `copy.deepcopy`, `copy.copy` and `pickle` make an independent network whose
    training continues with the same bits; workspaces are not copied, so call `forward` of the copy before `backward`.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        dtype: DTypeLike = np.float32,
        parameters: Parameters | None = None,
        *,
        seed: int | None = None,
    ) -> None:
        """parameters: those of a network with the same spec, used without a copy; by default new ones, all zero.

        seed: that of the run, 0 or more; draws the parameters from the first stream of `RandomStreams.from_seed(seed)`.
        None leaves the parameters unchanged.
        """
        self.spec = spec
        self._build_layers(parameters or Parameters(spec.parameter_shapes, spec.state_shapes, dtype))
        if seed is not None:
            self.initialize(initialization_generator(seed))

    def _build_layers(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.layers: list[Layer] = [
            layer.build(str(number), shape, parameters)
            for number, (layer, shape) in enumerate(zip(self.spec.layers, self.spec.shapes, strict=False), start=1)
        ]
        # "3.W" belongs to the third layer. The gradients end at the first layer that has parameters.
        first = min((int(name.split(".")[0]) for name in self.spec.parameter_shapes), default=1)
        self._first_trained = first - 1  # layers before it need no gradient
        self._later_layers = self.layers[: first - 1 : -1]  # last to first
        self._shape = self.spec.shapes[0]
        random = (spec.uses_randomness for spec in self.spec.layers)
        self._random_layers = list(compress(self.layers, random))
        self._rows = 0

    def move_to(self, values: Array, gradients: Array) -> None:
        """Keep the parameters and their gradients in these arrays, for example in shared memory.

        values: (size,), overwritten with the current values. gradients: one number per trained parameter. Afterwards
        `parameters` is a new object, and the workspaces must be allocated again.
        """
        values[:] = self.parameters.values
        shapes, state_shapes = self.spec.parameter_shapes, self.spec.state_shapes
        self._build_layers(Parameters(shapes, state_shapes, self.dtype, values, gradients))

    @property
    def first_trained(self) -> int:
        """The index of the first layer with parameters, where the backward pass ends."""
        return self._first_trained

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """float32, or float64 for a gradient check."""
        return self.parameters.values.dtype

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw new parameters, layer by layer."""
        for layer in self.layers:
            layer.initialize(rng)

    def set_generator(self, rng: np.random.Generator) -> None:
        """Let all layers that use randomness draw from `rng` in training."""
        for layer in self._random_layers:
            layer.set_generator(rng)

    def allocate(self, rows: int) -> None:
        """Create the workspaces for training batches of up to `rows` rows."""
        if rows > self._rows:
            for layer in self.layers:
                layer.allocate(rows)
            self._rows = rows

    def forward(self, X: Array) -> Array:
        """The logits (n, outputs) of inputs (n, inputs), in a workspace; keeps what `backward` needs."""
        self.allocate(len(X))
        if X.shape[1:] != self._shape:
            X = X.reshape(len(X), *self._shape)
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, dlogits: Array) -> None:
        """Set `parameters.gradients` from the gradient (n, outputs) of the loss for the logits of `forward`."""
        gradient = dlogits
        for layer in self._later_layers:
            gradient = layer.backward(gradient)  # type: ignore[assignment]
        self.layers[self._first_trained].backward(gradient, need_dX=False)

    def input_gradient(self, X: Array, dlogits: Array) -> Array:
        """The gradient (n, inputs) of sum(dlogits * logits) for inputs (n, inputs), of the network as it reads.

        dlogits: (n, outputs). Batch normalization uses its running averages, and nothing is dropped. It uses the
        workspaces and changes `parameters.gradients`, so call it of a copy while the network may be in a training step.
        """
        self.allocate(len(X))
        outputs = self.activations(X)
        gradient = np.array(dlogits, self.dtype)  # a copy, because layers overwrite it
        inputs = [X.reshape(len(X), *self.spec.shapes[0]), *outputs[:-1]]
        for layer, given in zip(reversed(self.layers), reversed(inputs), strict=True):
            gradient = layer.input_gradient(given, gradient)
        return gradient.reshape(len(X), -1)

    def logits(self, X: Array) -> Array:
        """The logits (n, outputs) of inputs (n, inputs), in a new array."""
        return self.activations(X)[-1]

    def activations(self, X: Array) -> list[Array]:
        """The output of each layer for inputs (n, inputs), first to last; the last output is the logits."""
        X = X.reshape(len(X), *self.spec.shapes[0])
        outputs = []
        for layer in self.layers:
            X = layer.predict(X)
            outputs.append(X)
        return outputs

    def predict(self, X: Array) -> Array:
        """The answers (n, outputs) to inputs (n, inputs); with a softmax output, the probabilities of the classes."""
        answers = np.empty((len(X), self.spec.outputs), self.dtype)
        for start in range(0, len(X), PREDICTION_BATCH_SIZE):
            # In small batches, because the outputs of all layers are in memory at once.
            rows = slice(start, start + PREDICTION_BATCH_SIZE)
            answers[rows] = OUTPUTS[self.spec.output](self.logits(X[rows]))
        return answers

    def __getstate__(self) -> dict[str, Any]:
        """The spec, the parameters and the random generators; the layers are not copied because they hold views."""
        generators = [layer.generator for layer in self._random_layers]
        return {"spec": self.spec, "parameters": self.parameters, "generators": generators}

    def __setstate__(self, copied: dict[str, Any]) -> None:
        """Build new layers on the copied parameters."""
        self.spec = copied["spec"]
        self._build_layers(copied["parameters"])
        for layer, generator in zip(self._random_layers, copied["generators"], strict=True):
            layer.set_generator(generator)

    def copy(self) -> Network:
        """A new network with a copy of the parameters; unlike `copy.deepcopy`, without gradients and generators."""
        copied = Network(self.spec, self.dtype)
        copied.parameters.values[:] = self.parameters.values
        return copied
