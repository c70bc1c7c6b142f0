"""Figures of each layer during training: gradient norm, size of the updates, weights and dead units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.layers import ACTIVATIONS, LAYER_SPECS, Activation
from nncore.model.layers.parameters import Array, parameter_slices
from nncore.model.network import Network
from nncore.system.copying import DeepCopyable
from nncore.training.optimizers import euclidean_norm

MIN_SECONDS_BETWEEN_FIGURES = 0.2
"""The minimum time between two sets of figures. They are measured after an epoch; very short epochs have none."""

HISTOGRAM_BINS = 40

EXAMPLES_PROBED = 128
"""A unit counts as dead if it gives 0 for this many examples. They are spread evenly over the data, which may be sorted
by class."""


@dataclass(frozen=True, eq=False)
class LayerHealth:
    """The figures of one layer at the end of an epoch; those of parameters are None for a layer without parameters.

    Attributes:
        layer: its number, from 1.
        kind: as in its spec.
        gradient_norm: norm of the gradient of all its parameters in the epoch's last step, before clipping.
        update_ratio: norm of the change in this step divided by the norm of the parameters; about 0.001 is healthy.
        histogram: (HISTOGRAM_BINS,) counts of its parameters in the intervals between `edges` (HISTOGRAM_BINS + 1,),
            which are evenly spaced.
        dead_fraction: for a ReLU, the fraction of its units (or pixels) whose output was 0 for each of up to
            EXAMPLES_PROBED examples, 0 to 1; None for other layers.
    """

    layer: int
    kind: str
    gradient_norm: float | None
    update_ratio: float | None
    histogram: NDArray[np.int64] | None
    edges: NDArray[np.float64] | None
    dead_fraction: float | None


def block_numbers(layers: Sequence[LayerHealth]) -> list[int]:
    """The number of each layer as the window shows it, from 1: an activation has the number of the layer before it."""
    numbers, number = list[int](), 0
    for layer in layers:
        number += LAYER_SPECS[layer.kind].is_counted
        numbers.append(max(1, number))
    return numbers


class HealthProbe(DeepCopyable):
    """Measures one step of a training: call `before_step` when the gradients are set, and `after_step` after the step.

    has_measurement: whether a step was measured since the last call of `figures`.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self._values = np.empty_like(network.parameters.trainable)
        self._gradient_norms: dict[int, float] = {}
        self._update_ratios: dict[int, float] = {}
        self._last = float("-inf")
        self.has_measurement = False
        self._parts = _slices_by_layer(network)

    @property
    def is_due(self) -> bool:
        """Whether the minimum time since the last figures has passed."""
        return perf_counter() - self._last >= MIN_SECONDS_BETWEEN_FIGURES

    def before_step(self) -> None:
        """Store the lengths of the gradients, and the parameters."""
        parameters = self.network.parameters  # the optimizer overwrites the gradients, so their norms are taken now
        self._values[:] = parameters.trainable
        self._gradient_norms = {
            layer: euclidean_norm(parameters.gradients[part]) for layer, part in self._parts.items()
        }

    def after_step(self) -> None:
        """Store the size of the step for each layer, relative to its parameters."""
        for layer, part in self._parts.items():
            now, before = self.network.parameters.trainable[part], self._values[part]
            before -= now  # in place: the step with the opposite sign, whose length is the same
            self._update_ratios[layer] = euclidean_norm(before) / max(euclidean_norm(now), 1e-30)
        self.has_measurement = True

    def figures(self, examples: Dataset) -> tuple[LayerHealth, ...]:
        """All figures of the step that was measured last; dead units are found with some of `examples`."""
        self._last, self.has_measurement = perf_counter(), False
        with np.errstate(over="ignore", invalid="ignore"):  # the loss shows it if an overflow matters
            rows = np.linspace(0, len(examples) - 1, min(len(examples), EXAMPLES_PROBED)).astype(np.intp)
            activations = self.network.activations(examples.inputs(rows))
        return tuple(self._layer_figures(layer, activation) for layer, activation in enumerate(activations, start=1))

    def _layer_figures(self, layer: int, activation: Array) -> LayerHealth:
        spec, histogram, edges, dead = self.network.spec.layers[layer - 1], None, None, None
        if layer in self._parts:
            # As float64: if the parameters hardly differ, float32 has too few numbers between them for this many edges.
            parameters = self.network.parameters.trainable[self._parts[layer]].astype(np.float64)
            histogram, edges = np.histogram(parameters[np.isfinite(parameters)], HISTOGRAM_BINS)
        if isinstance(spec, Activation) and ACTIVATIONS[spec.function].can_die:
            # activation is (rows, units) or (rows, channels, height, width); a dead unit has 0 in every row.
            dead = float(1 - activation.any(axis=0).mean())
        norm, ratio = self._gradient_norms.get(layer), self._update_ratios.get(layer)
        return LayerHealth(
            layer=layer,
            kind=spec.kind,
            gradient_norm=norm,
            update_ratio=ratio,
            histogram=histogram,
            edges=edges,
            dead_fraction=dead,
        )


def _slices_by_layer(network: Network) -> dict[int, slice]:
    """The slice of the flat vector that has the parameters of each layer, by its number from 1; they are contiguous."""
    parts: dict[int, slice] = {}
    for name, part in parameter_slices(network.spec.parameter_shapes).items():
        layer = int(name.split(".")[0])
        parts[layer] = slice(parts.get(layer, part).start, part.stop)
    return parts
