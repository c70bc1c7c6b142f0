"""What goes on within the layers while a network learns: the figures that tell a healthy run from a sick one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.layers import ACTIVATIONS, LAYER_SPECS, Activation
from nncore.model.network import Network
from nncore.system.copying import CopiedDeeply
from nncore.training.optimizers import norm_of

Array = NDArray[np.floating]

SECONDS_BETWEEN_FIGURES = 0.2
"""They are gathered this often at most, at the end of an epoch: of a run with thousands of epochs a second, of some."""

BINS = 40

ROWS_PROBED = 128
"""Examples on which a unit must be silent to count as dead; they are spread over all, which may come in an order."""


@dataclass(frozen=True, eq=False)
class LayerHealth:
    """The figures of one layer at the end of an epoch; those of weights are None in a layer without.

    layer: its number, from 1. kind: as in its spec. gradient_norm: length of the gradient of all its parameters in the
    epoch's last step, before it was clipped. update_ratio: length of that step, as a share of the length of the
    parameters; about 0.001 is healthy. histogram: (BINS,) how many of its parameters lie between each two neighbours of
    `edges` (BINS + 1,), the same distance apart. dead_share: of a ReLU's units (or pixels), the share that gave 0 for
    each of up to ROWS_PROBED examples, 0 to 1; None for any other layer.
    """

    layer: int
    kind: str
    gradient_norm: float | None
    update_ratio: float | None
    histogram: NDArray[np.int64] | None
    edges: NDArray[np.float64] | None
    dead_share: float | None


def block_numbers(layers: Sequence[LayerHealth]) -> list[int]:
    """The number of each layer for a reader, from 1: an activation has that of the layer before it."""
    numbers, number = list[int](), 0
    for layer in layers:
        number += LAYER_SPECS[layer.kind].is_counted
        numbers.append(max(1, number))
    return numbers


class HealthProbe(CopiedDeeply):
    """Looks at one step of a network's training: call `before_step` once its gradients are set, then `after_step`.

    has_looked: whether it looked at a step since it last gave figures.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self._values = np.empty_like(network.parameters.trainable)
        self._gradient_norms: dict[int, float] = {}
        self._update_ratios: dict[int, float] = {}
        self._last = float("-inf")
        self.has_looked = False
        self._parts = _parts_of(network)

    @property
    def due(self) -> bool:
        """Whether it is time for new figures."""
        return perf_counter() - self._last >= SECONDS_BETWEEN_FIGURES

    def before_step(self) -> None:
        """Note the gradients, and where the parameters are."""
        parameters = self.network.parameters
        self._values[:] = parameters.trainable
        self._gradient_norms = {layer: norm_of(parameters.gradients[part]) for layer, part in self._parts.items()}

    def after_step(self) -> None:
        """Note how far the parameters went."""
        for layer, part in self._parts.items():
            now, before = self.network.parameters.trainable[part], self._values[part]
            before -= now
            self._update_ratios[layer] = norm_of(before) / max(norm_of(now), 1e-30)
        self.has_looked = True

    def figures(self, examples: Dataset) -> tuple[LayerHealth, ...]:
        """All figures of the step looked at last; units are probed with some of `examples`."""
        self._last, self.has_looked = perf_counter(), False
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows and leaves the loss sound is no news
            rows = np.linspace(0, len(examples) - 1, min(len(examples), ROWS_PROBED)).astype(np.intp)
            activations = self.network.activations(examples.inputs(rows))
        return tuple(self._figures_of(number, activation) for number, activation in enumerate(activations, start=1))

    def _figures_of(self, number: int, activation: Array) -> LayerHealth:
        spec, histogram, edges, dead = self.network.spec.layers[number - 1], None, None, None
        if number in self._parts:
            # As float64: between parameters that hardly differ, float32 has no room for so many edges.
            parameters = self.network.parameters.trainable[self._parts[number]].astype(np.float64)
            histogram, edges = np.histogram(parameters[np.isfinite(parameters)], BINS)
        if isinstance(spec, Activation) and ACTIVATIONS[spec.function].can_die:
            dead = float(1 - activation.any(axis=0).mean())
        norm, ratio = self._gradient_norms.get(number), self._update_ratios.get(number)
        return LayerHealth(number, spec.kind, norm, ratio, histogram, edges, dead)


def _parts_of(network: Network) -> dict[int, slice]:
    """Where in the flat vector each layer's parameters are."""
    parts: dict[int, slice] = {}
    start = 0
    for name, shape in network.spec.parameter_shapes.items():
        layer, stop = int(name.split(".")[0]), start + int(np.prod(shape))
        parts[layer] = slice(parts[layer].start if layer in parts else start, stop)
        start = stop
    return parts
