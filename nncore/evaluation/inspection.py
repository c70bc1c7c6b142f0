"""What a network computes for one input, number by number: the output of each layer, and how each number came about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from textwrap import dedent
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError, SettingError
from nncore.model.layers import LayerSpec
from nncore.model.layers.terms import Position, Terms
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.system.copying import DeepCopyable


@dataclass(frozen=True, eq=False)
class InspectedLayer:
    """A layer and its output for the input that is inspected.

    number: from 1 in the order of the layers. values: the output, (units,) or (channels, height, width); read-only.
    """

    number: int
    spec: LayerSpec
    values: NDArray[np.floating]

    @property
    def label(self) -> str:
        """The layer's name in the window; for an activation, that of its function."""
        return self.spec.full_label

    @property
    def has_units(self) -> bool:
        """Whether the output is a row of units instead of feature maps."""
        return self.values.ndim == 1

    def rank(self, position: Position) -> int:
        """The place of a number in the order of size, 1 for the largest; equal numbers share the better place."""
        return 1 + int((self.values > self.values[position]).sum())


@dataclass(frozen=True, eq=False)
class SoftmaxSteps:
    """The steps from logits z to probabilities, each (classes,): p = exp((z - max z) / T) / sum of all these."""

    logits: NDArray[np.floating]
    shifted: NDArray[np.floating]
    powers: NDArray[np.floating]
    probabilities: NDArray[np.floating]
    temperature: float

    @property
    def total(self) -> float:
        """The sum of the powers."""
        return float(self.powers.sum())


class Inspection(DeepCopyable):
    """The network's calculation for one input, as it was when the inspection was made.

    layers: one for each layer of the network, first to last; the output of the last are the logits. answers: (outputs,)
    the probabilities of the classes, or the numbers that the network predicts. Later training does not change them, but
    `terms` reads the network's present weights: make a new inspection after a step.
    """

    def __init__(self, network: Network, values: NDArray[np.floating]) -> None:
        """values: the input in any shape with as many numbers as the network has inputs, 0 to 1 for pixels.

        Raises DataError if the number of values is wrong or one is not finite.
        """
        expected = int(np.prod(network.spec.input_shape))
        if values.size != expected:
            raise DataError(f"The input has {values.size:,} numbers; the network takes {expected:,}.")
        if not np.isfinite(values).all():
            raise DataError("The input has a number that is not finite.")
        self.network = network
        row = np.array(values, network.dtype).reshape(1, *network.spec.shapes[0])
        outputs = [output[0] for output in network.activations(row)]
        self._inputs: list[NDArray[np.floating]] = [row[0], *outputs]
        for output in self._inputs:
            output.flags.writeable = False
        self.layers = tuple(
            InspectedLayer(number, spec, output)
            for number, (spec, output) in enumerate(zip(network.spec.layers, outputs, strict=True), start=1)
        )
        self.answers = OUTPUTS[network.spec.output](outputs[-1][None])[0]

    @classmethod
    def of_image(cls, network: Network, image: NDArray[np.uint8]) -> Inspection:
        """Inspect an image (height, width), 0 for paper to 255 for ink. Raises DataError if it has the wrong size."""
        return cls(network, np.multiply(image, np.float32(1 / 255), dtype=network.dtype))

    @property
    def input(self) -> NDArray[np.floating]:
        """The input in the shape that the first layer takes; read-only."""
        return self._inputs[0]

    def input_of(self, number: int) -> NDArray[np.floating]:
        """What layer `number`, from 1, takes: the output of the layer before it. Raises SettingError."""
        return self._inputs[self.layer(number).number - 1]

    def layer(self, number: int) -> InspectedLayer:
        """Layer `number`, from 1. Raises SettingError if there is none."""
        if not 1 <= number <= len(self.layers):
            raise SettingError("layer", f"There is no layer {number}; the network has layers 1 to {len(self.layers)}.")
        return self.layers[number - 1]

    def terms(self, number: int, position: Position) -> Terms:
        """How layer `number`, from 1, computes the number at `position`, with the network's present weights.

        Raises SettingError if there is no such layer or position.
        """
        layer = self.layer(number)
        self._check(layer, position)
        return self.network.layers[number - 1].terms(self.input_of(number)[None], position)

    def in_words(self, number: int, position: Position) -> str:
        """A number as a screen reader says it: "layer 2, unit 17 of 64, 0.83, third largest"."""
        layer = self.layer(number)
        self._check(layer, position)
        where = f"unit {position[0] + 1} of {layer.values.size:,}"
        if not layer.has_units:
            where = f"map {position[0] + 1} of {len(layer.values):,}, line {position[1] + 1}, column {position[2] + 1}"
        return f"layer {number}, {where}, {layer.values[position]:.3g}, {ordinal(layer.rank(position))}largest"

    def softmax_steps(self, temperature: float = 1.0) -> SoftmaxSteps:
        """The softmax of the logits worked out; a temperature above 1 makes the answer less certain, below 1 more.

        Raises SettingError if the temperature is not a number above 0.
        """
        if not (isfinite(temperature) and temperature > 0):
            raise SettingError("temperature", f"The temperature must be a number above 0; got {temperature}.")
        logits = self._inputs[-1]
        shifted = (logits - logits.max()) / np.asarray(temperature, logits.dtype)
        powers = np.exp(shifted)
        return SoftmaxSteps(logits, shifted, powers, powers / powers.sum(), temperature)

    @cached_property
    def is_finite(self) -> bool:
        """Whether every number is finite; damaged or diverged weights make some NaN or infinite."""
        return all(bool(np.isfinite(values).all()) for values in self._inputs)

    def source_of(self, number: int) -> str:
        """The lines of Python that compute layer `number`, from 1, without their indentation.

        Raises SettingError if there is no such layer, OSError if the program has no source files.
        """
        self.layer(number)
        return dedent(self.network.layers[number - 1].source())

    def to_json(self) -> dict[str, Any]:
        """Return the shapes and numbers of all layers as lists for JSON."""
        return {
            "input": self.input.tolist(),
            "layers": [
                {
                    "number": layer.number,
                    "layer": layer.label,
                    "formula": layer.spec.formula,
                    "shape": list(layer.values.shape),
                    "values": layer.values.tolist(),
                }
                for layer in self.layers
            ],
            "answers": self.answers.tolist(),
        }

    def _check(self, layer: InspectedLayer, position: Position) -> None:
        shape = layer.values.shape
        if len(position) != len(shape) or any(
            not 0 <= index < side for index, side in zip(position, shape, strict=True)
        ):
            shown = " ".join(str(index + 1) for index in position)
            sides = " × ".join(str(side) for side in shape)
            raise SettingError("unit", f"Layer {layer.number} has {sides} numbers; there is no number {shown}.")


def ordinal(place: int) -> str:
    """Return "" for place 1, "second ", "third ", then "4th " and so on, to be followed by a superlative."""
    if place <= 3:
        return ("", "second ", "third ")[place - 1]
    ends = {1: "st", 2: "nd", 3: "rd"} if place % 100 not in (11, 12, 13) else {}
    return f"{place:,}{ends.get(place % 10, 'th')} "
