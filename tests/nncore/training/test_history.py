"""The history has a row for each epoch, is thinned evenly, and continues from its rows."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nncore.training.events import EpochDone
from nncore.training.history import MAX_ROWS, History


def history_of(epochs: int) -> History:
    history = History()
    for epoch in range(1, epochs + 1):
        history.append(EpochDone(epoch, 10 * epoch, 1 / epoch, 0.5, None, None, 1e5, 0.1))
    return history


def test_each_epoch_has_a_row() -> None:
    rows = history_of(3).rows()
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert rows[1]["training_loss"] == 0.5
    assert rows[1]["validation_loss"] is None


def test_an_empty_history_has_no_rows() -> None:
    assert History().rows() == ()
    assert History().epochs == 0


@pytest.mark.parametrize("epochs", [MAX_ROWS, MAX_ROWS + 1, 12_345])
def test_a_long_run_is_thinned_evenly_and_keeps_its_last_epoch(epochs: int) -> None:
    history = history_of(epochs)
    numbers = [row["epoch"] for row in history.rows()]
    assert MAX_ROWS // 2 <= len(numbers) <= MAX_ROWS + 1
    assert numbers[-1] == epochs == history.epochs
    gaps = {b - a for a, b in pairwise(numbers[:-1]) if a is not None and b is not None}
    assert len(gaps) == 1


@pytest.mark.parametrize("epochs", [1, 2, MAX_ROWS, MAX_ROWS + 1, 3333])
@pytest.mark.parametrize("more", [0, 1, 1500])
def test_a_history_continued_from_its_rows_equals_one_without_interruption(epochs: int, more: int) -> None:
    resumed = History(history_of(epochs).rows())
    for epoch in range(epochs + 1, epochs + more + 1):
        resumed.append(EpochDone(epoch, 10 * epoch, 1 / epoch, 0.5, None, None, 1e5, 0.1))
    assert resumed.rows() == history_of(epochs + more).rows()
    assert resumed.epochs == epochs + more
