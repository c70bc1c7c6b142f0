"""What of each layer of a network is drawn: images, feature maps or units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from nncore.model.layers import ACTIVATIONS, Activation, Scale
from nncore.model.layers.terms import Position
from nncore.model.network import NetworkSpec


@dataclass(frozen=True)
class DrawnLayer:
    """A layer as it is drawn; number 0 is the input of the network.

    shape: that of its output in an Inspection. drawn_as: (units,) for a grid of units, or (maps, height, width) for
    images; it has as many numbers as `shape`, in the same order. is_signed: whether its numbers can be negative.
    """

    number: int
    name: str
    shape: tuple[int, ...]
    drawn_as: tuple[int, ...]
    is_signed: bool

    @property
    def has_maps(self) -> bool:
        """Whether images or feature maps are drawn instead of units."""
        return len(self.drawn_as) == 3

    @property
    def count(self) -> int:
        """The number of units or of maps."""
        return self.drawn_as[0]

    @property
    def items(self) -> str:
        """The name of several of them: "units" or "maps"."""
        return "maps" if self.has_maps else "units"

    @cached_property
    def shape_text(self) -> str:
        """The shape of what it gives: "24 × 14 × 14", "128"."""
        return " × ".join(f"{side:,}" for side in (self.drawn_as if self.has_maps else self.shape))

    @cached_property
    def narrow_shape_text(self) -> str:
        """The same without spaces, for a narrow place: "24×14×14"."""
        return self.shape_text.replace(" ", "")

    @property
    def title(self) -> str:
        """Its number and name: "3 ReLU"; "input" for the input."""
        return f"{self.number} {self.name}" if self.number else self.name

    def place_of(self, position: Position) -> tuple[int, ...]:
        """The index in an array of the shape `drawn_as` of the number at `position` of the layer's output."""
        return _converted(position, self.shape, self.drawn_as)

    def position_of(self, place: tuple[int, ...]) -> Position:
        """The inverse of `place_of`."""
        return _converted(place, self.drawn_as, self.shape)


def drawn_layers(spec: NetworkSpec) -> tuple[DrawnLayer, ...]:
    """The input and all layers of a network, in order."""
    first = spec.shapes[0]
    is_image = len(spec.input_shape) in (2, 3) and prod(spec.input_shape) > 1
    drawn_as = (1, *spec.input_shape)[-3:] if is_image else first
    # Images have numbers from 0 to 1; other inputs may have any.
    layers = [DrawnLayer(0, "input", first, drawn_as, is_signed=not is_image)]
    for number, (layer, shape) in enumerate(zip(spec.layers, spec.shapes[1:], strict=True), start=1):
        signed = layers[-1].is_signed or bool(layer.parameter_shapes(spec.shapes[number - 1]))
        if isinstance(layer, Activation):
            signed = ACTIVATIONS[layer.function].gives_negative
        elif isinstance(layer, Scale):
            signed = signed or layer.factor < 0
        layers.append(DrawnLayer(number, layer.full_label, shape, shape, signed))
    return tuple(layers)


def _converted(index: tuple[int, ...], shape: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """The index in an array of the shape `other` of the number that is at `index` in one of `shape`."""
    if shape == other:
        return index
    flat = int(np.ravel_multi_index(index, shape))
    return tuple(int(part) for part in np.unravel_index(flat, other))
