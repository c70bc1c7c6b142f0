"""Which examples of a data set excite each unit, or each map, of a layer most and least: what it looks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.errors import DataError, SettingError
from nncore.model.network import PREDICTION_BATCH_SIZE, Network
from nncore.reporting.number_text import counted_text
from nncore.system.blas_threads import one_blas_thread

EXAMPLES_KEPT = 12
"""The number of examples that are kept for each unit, of the most and of the least exciting ones."""


@dataclass(frozen=True, eq=False)
class RankedExamples:
    """Some examples in the order in which they excite a unit or a map; each array is (n,), the places (n, 2).

    Attributes:
        rows: their numbers in the data set, from 0.
        values: the output of the unit, or the largest number of the map.
        places: line and column of that number in the map; all zero for a unit.
    """

    rows: NDArray[np.intp]
    values: NDArray[np.floating]
    places: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class ExcitingExamples:
    """most, least: the examples with the largest and with the smallest output, these first.

    Attributes:
        active: the number of examples whose output is above 0.
        count: the number of examples in the data set `source`.
    """

    most: RankedExamples
    least: RankedExamples
    active: int
    count: int
    source: str

    def to_json(self) -> dict[str, Any]:
        """Return the examples, counted from 1, and the figures as plain values for JSON."""
        described = {
            kind: [
                {"image": row + 1, "value": value, "place": [index + 1 for index in place]}
                for row, value, place in zip(
                    ranked.rows.tolist(), ranked.values.tolist(), ranked.places.tolist(), strict=True
                )
            ]
            for kind, ranked in (("most", self.most), ("least", self.least))
        }
        return {**described, "above_0": self.active, "images": self.count, "source": self.source}


class LayerExamples:
    """The exciting examples of each unit, or of each map, of `layer`, from 1."""

    def __init__(self, layer: int, most: _Largest, least: _Largest, active: NDArray[np.intp], dataset: Dataset) -> None:
        """active: (units,) how many examples make each unit active."""
        self.layer = layer
        self._most = most
        self._least = least
        self._active = active
        self._count, self._source = len(dataset), dataset.source

    @property
    def units(self) -> int:
        """The number of units or maps of the layer."""
        return len(self._active)

    def of_unit(self, unit: int) -> ExcitingExamples:
        """The examples of a unit or a map, from 0. Raises SettingError if the layer has no such unit."""
        if not 0 <= unit < self.units:
            raise SettingError("unit", f"Layer {self.layer} has units 1 to {self.units:,}; there is no {unit + 1:,}.")
        most, least = self._most.ranked(unit), self._least.ranked(unit)
        least = RankedExamples(least.rows, -least.values + 0.0, least.places)  # + 0.0 turns -0 into 0
        return ExcitingExamples(most, least, int(self._active[unit]), self._count, self._source)


@one_blas_thread()
def exciting_examples(
    network: Network,
    dataset: Dataset,
    layer: int,
    kept: int = EXAMPLES_KEPT,
    *,
    progress: Callable[[float], None] = lambda fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LayerExamples | None:
    """Return the examples that excite each unit or map of `layer`, from 1; None once `cancelled()` is true.

    The layer is computed for PREDICTION_BATCH_SIZE examples at a time, and `kept` of them are kept for each unit. Of
    equal values the earlier examples are kept. `progress` is called with the fraction of the work that is done, 0 to 1.
    Raises SettingError if there is no such layer, DataError if the data does not fit the network, if it has no
    examples, or if a number of the layer is not finite.
    """
    if not 1 <= layer <= len(network.layers):
        raise SettingError("layer", f"There is no layer {layer}; the network has layers 1 to {len(network.layers)}.")
    source, inputs, given = dataset.source or "The data set", prod(network.spec.input_shape), prod(dataset.input_shape)
    if not len(dataset):
        raise DataError(f"{source}: there are no examples.")
    if inputs != given:
        raise DataError(f"{source}: an example has {counted_text(given, 'number')}; this model takes {inputs:,}.")
    units = network.spec.shapes[layer][0]
    most, least = _Largest(units, kept), _Largest(units, kept)
    active = np.zeros(units, np.intp)
    for start in range(0, len(dataset), PREDICTION_BATCH_SIZE):
        if cancelled():
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = _outputs(network, dataset.inputs(slice(start, start + PREDICTION_BATCH_SIZE)), layer)
        if not np.isfinite(outputs).all():
            raise DataError(f"Layer {layer} gives numbers that are not finite: this model has diverged.")
        values, places = _largest_of_maps(outputs)
        most.add(values, places, start)
        least.add(-values, places, start)
        active += (values > 0).sum(axis=0)
        progress(min(1.0, (start + PREDICTION_BATCH_SIZE) / len(dataset)))
    return LayerExamples(layer, most, least, active, dataset)


def _outputs(network: Network, X: NDArray[np.floating], layer: int) -> NDArray[np.floating]:
    """Return the output (n, ...) of `layer`; only one layer's output is in memory at a time."""
    X = X.astype(network.dtype, copy=False).reshape(len(X), *network.spec.shapes[0])
    for each in network.layers[:layer]:
        X = each.predict(X)
    return X


def _largest_of_maps(outputs: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.intp]]:
    """Return the largest number of each map (n, units) and its place (n, units, 2); a unit is a map of one number."""
    if outputs.ndim == 2:
        return outputs, np.zeros((*outputs.shape, 2), np.intp)
    flat = outputs.reshape(*outputs.shape[:2], -1)
    where = flat.argmax(axis=2)
    values = np.take_along_axis(flat, where[..., None], axis=2)[..., 0]
    return values, np.stack(np.unravel_index(where, outputs.shape[2:]), axis=-1)


class _Largest:
    """Keeps the largest values of each unit, with their examples, while blocks of examples are added."""

    def __init__(self, units: int, kept: int) -> None:
        self._values = np.full((kept, units), -np.inf)
        self._rows = np.full((kept, units), -1, np.intp)
        self._places = np.zeros((kept, units, 2), np.intp)

    def add(self, values: NDArray[np.floating], places: NDArray[np.intp], start: int) -> None:
        """Add the values (n, units) and places (n, units, 2) of the examples from number `start` on."""
        # Most blocks change few units: the others need no sorting.
        units = np.flatnonzero(values.max(axis=0) > self._values[-1])
        rows = np.broadcast_to(np.arange(start, start + len(values))[:, None], (len(values), len(units)))
        all_values = np.concatenate((self._values[:, units], values[:, units]))
        order = np.argsort(-all_values, axis=0, kind="stable")[: len(self._values)]
        self._values[:, units] = np.take_along_axis(all_values, order, axis=0)
        all_rows = np.concatenate((self._rows[:, units], rows))
        self._rows[:, units] = np.take_along_axis(all_rows, order, axis=0)
        all_places = np.concatenate((self._places[:, units], places[:, units]))
        self._places[:, units] = np.take_along_axis(all_places, order[..., None], axis=0)

    def ranked(self, unit: int) -> RankedExamples:
        """The examples of a unit; fewer than are kept if the data set has fewer."""
        found = self._rows[:, unit] >= 0
        return RankedExamples(
            self._rows[found, unit].copy(), self._values[found, unit].copy(), self._places[found, unit].copy()
        )
