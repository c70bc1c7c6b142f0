"""The report of cross-validation: the accuracy for each writer, and how often each kind of non-digit is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS
from nncore.evaluation.calibration import verdict_rates_of
from nncore.model.layers.parameters import Array


@dataclass(frozen=True, eq=False)
class HeldOutLogits:
    """The outputs of a network for examples that it was not trained on.

    logits: (n, 10). labels: (n,), NO_CLASS for non-digits. groups: for each example, the writer of a digit or the kind
    of a non-digit.
    """

    logits: Array
    labels: NDArray[np.intp]
    groups: tuple[str, ...]

    def scaled(self, temperature: float) -> HeldOutLogits:
        """Return the outputs with all logits divided by a temperature."""
        return replace(self, logits=self.logits / temperature)


@dataclass(frozen=True)
class Findings:
    """The results. text: a table for a terminal. notes: a summary. writer_accuracy: the accuracy for each writer."""

    text: str
    notes: str
    writer_accuracy: dict[str, float]


def report(folds: Sequence[HeldOutLogits], named_writers: bool) -> Findings:
    """Summarize all folds; with `named_writers` also for each writer."""
    whole = HeldOutLogits(
        np.concatenate([each.logits for each in folds]),
        np.concatenate([each.labels for each in folds]),
        sum((each.groups for each in folds), ()),
    )
    is_digit = whole.labels != NO_CLASS
    writers, kinds = _by_group(whole, is_digit), _by_group(whole, ~is_digit)
    accuracy = {name: right for name, (_, right, _, _) in writers.items()}
    lines = [
        f"{name:>16} {count:5} drawings, read {right:7.2%}, rejected {rejected:7.2%}, unsure {unsure:7.2%}"
        for table in (writers if named_writers else {}, kinds)
        for name, (count, right, rejected, unsure) in table.items()
    ]
    digits = verdict_rates_of(whole.logits[is_digit], whole.labels[is_digit])
    others = verdict_rates_of(whole.logits[~is_digit], whole.labels[~is_digit])
    error = digits.calibration_error or 0.0
    who = "Digits of new writers" if named_writers else "New generated digits"
    notes = (
        f"{who}: {fmean(accuracy.values()):.2%} read correctly, {digits.rejected:.2%} rejected, {digits.unsure:.2%} "
        f"unsure; expected calibration error {error:.2%}. Drawings that are not digits "
        f"({'of new kinds' if named_writers else 'generated'}): {others.rejected:.1%} rejected, {others.unsure:.1%} "
        f"unsure."
    )
    return Findings("\n".join([*lines, notes]), notes, accuracy if named_writers else {})


def _by_group(outputs: HeldOutLogits, rows: NDArray[np.bool_]) -> dict[str, tuple[int, float, float, float]]:
    """Return for each group of the chosen rows: their number, and the fractions read correctly, rejected and unsure."""
    groups = np.array(outputs.groups)
    table = {}
    for name in sorted(set(groups[rows].tolist()), key=lambda name: (len(name), name)):
        of_group = rows & (groups == name)
        logits, labels = outputs.logits[of_group], outputs.labels[of_group]
        said = verdict_rates_of(logits, labels)
        table[name] = (len(labels), float((logits.argmax(axis=1) == labels).mean()), said.rejected, said.unsure)
    return table
