"""Two networks on the same examples: which mistakes of the first does the second correct, and which does it add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.evaluation.predictions import Predictions, RowNumbers, predict_dataset
from nncore.model.network import Network


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """The predictions of two networks for the same examples, in the same order. Examples of NO_CLASS are left out."""

    first: Predictions
    second: Predictions

    @property
    def only_second(self) -> RowNumbers:
        """The examples that only the second reads correctly, its most certain answer first."""
        return self._rows(~self._is_right(self.first) & self._is_right(self.second))

    @property
    def only_first(self) -> RowNumbers:
        """The examples that only the first reads correctly, the most certain mistake of the second first."""
        return self._rows(self._is_right(self.first) & ~self._is_right(self.second))

    @property
    def misread_by_both(self) -> RowNumbers:
        """The examples that neither reads correctly, the most certain mistake of the second first."""
        return self._rows(~self._is_right(self.first) & ~self._is_right(self.second))

    @property
    def read_by_both(self) -> int:
        """The number of examples that both read correctly."""
        return int((self._is_right(self.first) & self._is_right(self.second) & self._has_class).sum())

    @property
    def p_value(self) -> float:
        """The probability, 0 to 1, of a difference at least as large between two equally good networks.

        The exact test of McNemar (Psychometrika, 1947): each example that only one of them reads correctly would be a
        toss of a coin. 1 if there is no such example.
        """
        return _two_sided(len(self.only_second), len(self.only_first))

    @cached_property
    def _has_class(self) -> NDArray[np.bool_]:
        has_class: NDArray[np.bool_] = self.first.labels != NO_CLASS
        return has_class

    def _is_right(self, predictions: Predictions) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = predictions.answers == predictions.labels
        return right

    def _rows(self, chosen: NDArray[np.bool_]) -> RowNumbers:
        rows = np.flatnonzero(chosen & self._has_class)
        return rows[np.argsort(-self.second.confidence[rows], kind="stable")]


def compare_networks(
    first: Network,
    second: Network,
    dataset: Dataset,
    *,
    progress: Callable[[float], None] = lambda fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ModelComparison | None:
    """Return the predictions of both networks for `dataset`; None if `cancelled()` became true.

    progress: called with the fraction done, 0 to 1. Raises DataError if the data has no classes, SettingError if it
    does not fit one of the networks.
    """
    predictions = []
    for number, network in enumerate((first, second)):
        found = predict_dataset(
            network,
            dataset,
            progress=lambda part, done=number: progress((done + part) / 2),  # type: ignore[misc]
            cancelled=cancelled,
        )
        if found is None:
            return None
        predictions.append(found)
    return ModelComparison(*predictions)


def _two_sided(one: int, other: int) -> float:
    """Return the probability that the larger of two counts is at least this large, if each is as probable."""
    total, smaller = one + other, min(one, other)
    heads = np.arange(1, smaller + 1)
    log_ways = np.concatenate(([0.0], np.cumsum(np.log((total + 1 - heads) / heads))))  # of each number of heads
    return min(1.0, 2 * float(np.exp(log_ways - total * log(2)).sum()))
