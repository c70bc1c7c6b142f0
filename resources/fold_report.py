"""What the folds found: how well each writer is read, and how much of each kind of what is no digit is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS
from nncore.evaluation.calibration import Array, certainty_of


@dataclass(frozen=True, eq=False)
class Judged:
    """What a network said to examples it was kept from.

    logits: (n, 10). labels: (n,), NO_CLASS for what is no digit. groups: the writer of each digit, the kind of what is
    none.
    """

    logits: Array
    labels: NDArray[np.intp]
    groups: tuple[str, ...]

    def cooled(self, temperature: float) -> Judged:
        """What it would have said with its logits divided by a temperature."""
        return replace(self, logits=self.logits / temperature)


@dataclass(frozen=True)
class Findings:
    """text: a table for a terminal. notes: the same in a few sentences. writer_accuracy: of each writer."""

    text: str
    notes: str
    writer_accuracy: dict[str, float]


def report(judged: Sequence[Judged], named_writers: bool) -> Findings:
    """The figures of all folds together; a writer at a time only if they are `named_writers`."""
    whole = Judged(
        np.concatenate([each.logits for each in judged]),
        np.concatenate([each.labels for each in judged]),
        sum((each.groups for each in judged), ()),
    )
    is_digit = whole.labels != NO_CLASS
    writers, kinds = _by_group(whole, is_digit), _by_group(whole, ~is_digit)
    accuracy = {name: right for name, (_, right, _, _) in writers.items()}
    lines = [
        f"{name:>16} {count:5} drawings, read {right:7.2%}, refused {refused:7.2%}, unsure {unsure:7.2%}"
        for table in (writers if named_writers else {}, kinds)
        for name, (count, right, refused, unsure) in table.items()
    ]
    digits = certainty_of(whole.logits[is_digit], whole.labels[is_digit])
    others = certainty_of(whole.logits[~is_digit], whole.labels[~is_digit])
    error = digits.calibration_error or 0.0
    who = "writers it had not seen" if named_writers else "generated digits it had not seen"
    notes = (
        f"Of {who} it read {fmean(accuracy.values()):.2%}, refused {digits.refused:.2%} and was unsure of "
        f"{digits.unsure:.2%}; expected calibration error {error:.2%}. Of what is no digit "
        f"({'kinds it had not seen' if named_writers else 'generated'}) it refused {others.refused:.1%} and was unsure "
        f"of {others.unsure:.1%}."
    )
    return Findings("\n".join([*lines, notes]), notes, accuracy if named_writers else {})


def _by_group(judged: Judged, rows: NDArray[np.bool_]) -> dict[str, tuple[int, float, float, float]]:
    """Of the chosen rows, for each group: how many, and the shares that are read, refused and unsure."""
    groups = np.array(judged.groups)
    table = {}
    for name in sorted(set(groups[rows].tolist()), key=lambda name: (len(name), name)):
        of_group = rows & (groups == name)
        logits, labels = judged.logits[of_group], judged.labels[of_group]
        said = certainty_of(logits, labels)
        table[name] = (len(labels), float((logits.argmax(axis=1) == labels).mean()), said.refused, said.unsure)
    return table
