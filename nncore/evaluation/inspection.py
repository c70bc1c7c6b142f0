"""What a network computes for one input, number by number: the output of each layer, and how each number came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError, SettingError
from nncore.evaluation.calculation.source_lines import SourceLines
from nncore.evaluation.recognition import Prediction
from nncore.model.layers import LayerSpec
from nncore.model.layers.terms import Position, Terms, position_in_shape
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.reporting.number_text import counted_text, number_in_words
from nncore.system.copying import DeepCopyable


@dataclass(frozen=True, eq=False)
class InspectedLayer:
    """A layer and its output for the input that is inspected.

    Attributes:
        number: from 1 in the order of the layers.
        values: the output, (units,) or (channels, height, width); read-only.
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

    Attributes:
        layers: one for each layer of the network, first to last; the output of the last are the logits.
        answers: (outputs,) the probabilities of the classes, or the numbers that the network predicts. Later training
            does not change them, but `terms` reads the network's present weights: make a new inspection after a step.
    """

    def __init__(self, network: Network, values: NDArray[np.floating]) -> None:
        """values: the input in any shape with as many numbers as the network has inputs, 0 to 1 for pixels.

        Raises DataError if the number of values is wrong or one is not finite.
        """
        expected = int(np.prod(network.spec.input_shape))
        if values.size != expected:
            raise DataError(f"The input has {counted_text(values.size, 'number')}; the network takes {expected:,}.")
        if not np.isfinite(values).all():
            raise DataError("The input has a number that is not finite.")
        self.network = network
        row = np.array(values, network.dtype).reshape(1, *network.spec.shapes[0])
        with np.errstate(all="ignore"):  # the weights of a diverged training may overflow or be NaN
            self._keep(row[0], [output[0] for output in network.activations(row)])

    def _keep(self, row: NDArray[np.floating], outputs: Sequence[NDArray[np.floating]]) -> None:
        """Keep the input and the output of each layer, which nobody else may change later."""
        network = self.network
        self._inputs: list[NDArray[np.floating]] = [row, *outputs]
        for output in self._inputs:
            output.flags.writeable = False
        self.layers = tuple(
            InspectedLayer(number, spec, output)
            for number, (spec, output) in enumerate(zip(network.spec.layers, outputs, strict=True), start=1)
        )
        with np.errstate(all="ignore"):
            self.answers = OUTPUTS[network.spec.output](outputs[-1][None])[0]

    @classmethod
    def of_image(cls, network: Network, image: NDArray[np.uint8]) -> Inspection:
        """Inspect an image (height, width), 0 for paper to 255 for ink. Raises DataError if it has the wrong size."""
        return cls(network, np.multiply(image, np.float32(1 / 255), dtype=network.dtype))

    @classmethod
    def of_prediction(cls, network: Network, prediction: Prediction) -> Inspection:
        """Inspect what `network` has computed for a prediction; nothing is computed again."""
        inspection = cls.__new__(cls)
        inspection.network = network
        row = np.multiply(prediction.image, np.float32(1 / 255), dtype=network.dtype)
        inspection._keep(row.reshape(network.spec.shapes[0]), prediction.activations)
        return inspection

    @property
    def input(self) -> NDArray[np.floating]:
        """The input in the shape that the first layer takes; read-only."""
        return self._inputs[0]

    def input_of(self, layer: int) -> NDArray[np.floating]:
        """What `layer`, from 1, takes: the output of the layer before it. Raises SettingError."""
        return self._inputs[self.layer(layer).number - 1]

    def values_of(self, layer: int) -> NDArray[np.floating]:
        """What `layer`, from 1, gives, or for 0 the input; read-only. Raises SettingError."""
        return self._inputs[self.layer(layer).number if layer else 0]

    def value_at(self, layer: int, position: Position) -> np.floating:
        """The number at `position` of what `layer`, from 1, gives, or for 0 of the input. Raises SettingError."""
        values = self.values_of(layer)
        shape = values.shape
        if len(position) != len(shape) or any(
            not 0 <= index < side for index, side in zip(position, shape, strict=True)
        ):
            shown = " ".join(str(index + 1) for index in position)
            sides = " × ".join(str(side) for side in shape)
            owner = f"Layer {layer}" if layer else "The input"
            raise SettingError("unit", f"{owner} has {sides} numbers; there is no number {shown}.")
        found: np.floating = values[position]
        return found

    def picture_shape(self, layer: int) -> tuple[int, int, int] | None:
        """(maps, height, width) if the numbers of `layer`, or for 0 of the input, are a picture; else None.

        Those of a flat layer are one if each belongs to a pixel of a picture before it, in the same order.
        """
        spec = self.network.spec
        shape = self.values_of(layer).shape
        while len(shape) == 1 and layer:
            layer_spec, before = spec.layers[layer - 1], spec.shapes[layer - 1]
            if layer_spec.has_weights or prod(before) != prod(shape):
                return None
            layer, shape = layer - 1, before
        if len(shape) == 1:  # a network without layers for images gets them as rows
            shape = (1, *spec.input_shape)[-3:] if len(spec.input_shape) in (2, 3) else shape
        return (shape[0], shape[1], shape[2]) if len(shape) == 3 and prod(shape) > 1 else None

    def short_place(self, layer: int, position: Position) -> str:
        """Where a number is, without words: "17" for a unit, "7, 3" for line and column, "2: 7, 3" with a map."""
        shape, picture = self.values_of(layer).shape, self.picture_shape(layer)
        if picture is None:
            return f"{position[0] + 1:,}"
        map_number, line, column = position_in_shape(position, shape, picture)
        where = f"{line + 1}, {column + 1}"
        return where if picture[0] == 1 else f"{map_number + 1}: {where}"

    def nearest_position(self, layer: int, position: Position) -> tuple[int, Position] | None:
        """The position in this network nearest to one of another network; None without such a layer or shape."""
        if not 0 <= layer <= len(self.layers):
            return None
        shape = self.values_of(layer).shape
        if len(position) != len(shape):
            return None
        return layer, tuple(min(max(index, 0), side - 1) for index, side in zip(position, shape, strict=True))

    def layer(self, number: int) -> InspectedLayer:
        """Layer `number`, from 1. Raises SettingError if there is none."""
        if not 1 <= number <= len(self.layers):
            raise SettingError("layer", f"There is no layer {number}; the network has layers 1 to {len(self.layers)}.")
        return self.layers[number - 1]

    def terms(self, layer: int, position: Position) -> Terms:
        """How `layer`, from 1, computes the number at `position`, with the network's present weights.

        Raises SettingError if there is no such layer or position.
        """
        self.layer(layer)
        self.value_at(layer, position)
        with np.errstate(all="ignore"):  # the weights of a diverged training may overflow or be NaN
            return self.network.layers[layer - 1].terms(self.input_of(layer)[None], position)

    def in_words(self, layer: int, position: Position) -> str:
        """A number as a screen reader says it: "layer 2, unit 17 of 64, 0.83, third largest".

        For layer 0, the input: "input, line 7, column 3, 0.4". Raises SettingError.
        """
        value = number_in_words(float(self.value_at(layer, position)))
        where = self.place_in_words(layer, position)
        if layer == 0:
            return f"input, {where}, {value}"
        output = self.layer(layer)
        rank = f", {ordinal(output.rank(position))}largest" if np.isfinite(output.values[position]) else ""
        return f"layer {layer}, {where}, {value}{rank}"

    def place_in_words(self, layer: int, position: Position) -> str:
        """Where a number is in its layer: "unit 17 of 64", "map 2 of 24, line 7, column 3"; in one map without the map.

        layer: 0 for the input. Raises SettingError.
        """
        self.value_at(layer, position)
        shape = self.values_of(layer).shape
        picture = self.picture_shape(layer) if layer == 0 else None
        if picture is not None:
            position, shape = position_in_shape(position, shape, picture), picture
        if len(shape) == 1:
            return f"{'unit' if layer else 'number'} {position[0] + 1:,} of {shape[0]:,}"
        where = f"line {position[1] + 1}, column {position[2] + 1}"
        return where if shape[0] == 1 and layer == 0 else f"map {position[0] + 1} of {shape[0]:,}, {where}"

    def softmax_steps(self, temperature: float = 1.0) -> SoftmaxSteps:
        """The softmax of the logits worked out; a temperature above 1 makes the answer less certain, below 1 more.

        Raises SettingError if the temperature is not a number above 0.
        """
        if not (isfinite(temperature) and temperature > 0):
            raise SettingError("temperature", f"The temperature must be a number above 0; got {temperature}.")
        logits = self._inputs[-1]
        with np.errstate(all="ignore"):
            shifted = (logits - logits.max()) / np.asarray(temperature, logits.dtype)
            powers = np.exp(shifted)
            return SoftmaxSteps(logits, shifted, powers, powers / powers.sum(), temperature)

    @cached_property
    def is_finite(self) -> bool:
        """Whether every number is finite; damaged or diverged weights make some NaN or infinite."""
        return all(bool(np.isfinite(values).all()) for values in self._inputs)

    def source_of(self, layer: int) -> tuple[SourceLines, ...]:
        """The lines of Python that compute `layer`, from 1.

        Raises SettingError if there is no such layer, OSError if the program has no source files.
        """
        self.layer(layer)
        return tuple(SourceLines.from_function(function) for function in self.network.layers[layer - 1].computed_by)

    def source_of_answers(self) -> tuple[SourceLines, ...]:
        """The lines of Python that compute the answers from the last layer; raises OSError as `source_of` does."""
        return (SourceLines.from_function(OUTPUTS[self.network.spec.output]),)

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


def ordinal(place: int) -> str:
    """Return "" for place 1, "second ", "third ", then "4th " and so on, to be followed by a superlative."""
    if place <= 3:
        return ("", "second ", "third ")[place - 1]
    ends = {1: "st", 2: "nd", 3: "rd"} if place % 100 not in (11, 12, 13) else {}
    return f"{place:,}{ends.get(place % 10, 'th')} "
