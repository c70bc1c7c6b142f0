"""Targets (labels or numbers) as rows of numbers, which a loss compares with the answers of a network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS
from nncore.errors import DataError
from nncore.model.layers.parameters import Array
from nncore.reporting.number_text import counted_text
from nncore.system.copying import DeepCopyable

Targets = NDArray[np.generic]


class TargetRows(DeepCopyable):
    """The targets of a batch as rows (n, outputs) of numbers, in a workspace."""

    def __init__(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        self._rows = np.empty((rows, outputs), dtype)
        self._hits = np.empty((rows, outputs), np.bool_)
        self._outside = np.empty(rows, np.bool_)
        self._classes = np.arange(outputs)

    def rows(self, targets: Targets, for_writing: bool = False) -> Array:
        """The targets as rows: numbers unchanged; labels one-hot, or as numbers if there is a single output.

        for_writing: whether the caller changes the result, so that it must be a copy. Raises DataError for targets of
        a shape other than that of the outputs.
        """
        outputs = len(self._classes)
        if targets.ndim == 1 and outputs > 1:
            return self.one_hot(targets)
        if targets.ndim == 1:
            targets = targets[:, None]
        rows = self._rows[: len(targets)]
        if targets.shape == rows.shape and targets.dtype == rows.dtype and not for_writing:
            return targets  # type: ignore[return-value]
        if targets.shape != rows.shape:
            raise DataError(
                f"Each target must have {counted_text(outputs, 'number')}, one for each output; got {targets[0].size}."
            )
        np.copyto(rows, targets, casting="unsafe")
        if targets.dtype.kind == "i":  # labels of a single output
            np.copyto(rows, 1 / 2, where=np.equal(targets, NO_CLASS, out=self._outside[: len(rows), None]))
        return rows

    def one_hot(self, labels: Targets) -> Array:
        """Rows (n, classes) of zeros with a 1 at the label; labels (n,). Raises DataError for any other shape."""
        if labels.ndim != 1:
            raise DataError(f"Cross-entropy takes one label per example; got targets of shape {labels.shape}.")
        hits = np.equal(labels[:, None], self._classes, out=self._hits[: len(labels)])
        rows = self._rows[: len(labels)]
        np.copyto(rows, hits)
        return rows

    def spread_evenly(self, labels: Targets) -> None:
        """Set the rows of NO_CLASS, which are all zeros, to 1 / outputs, so that they sum to 1 too."""
        outside = np.equal(labels, NO_CLASS, out=self._outside[: len(labels)])
        if outside.any():
            np.copyto(self._rows[: len(labels)], 1 / len(self._classes), where=outside[:, None])
