"""A run ends at the first limit it reaches, and the figures of an epoch are means over its samples."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncore.training.config import TrainingConfig
from nncore.training.progress import Progress


def run_through(progress: Progress, validation_losses: list[float]) -> list[str | None]:
    """Take all steps, one second each; returns the end reason after each epoch."""
    reasons: list[str | None] = []
    while progress.end_reason is None:
        progress.begin_epoch()
        while progress.steps_in_epoch < progress.steps_per_epoch and not progress.is_at_limit:
            rest = progress.examples - progress.samples_in_epoch
            progress.count_step(2.0, 1, min(progress.batch_size, rest), 1.0)
        if validation_losses:
            progress.record_if_best(validation_losses.pop(0))
        progress.close_epoch(0.5)
        reasons.append(progress.end_reason)
    return reasons


@given(
    examples=st.integers(1, 40),
    batch_size=st.one_of(st.none(), st.integers(1, 60)),
    epochs=st.integers(1, 6),
    steps=st.one_of(st.none(), st.integers(1, 60)),
    seconds=st.one_of(st.none(), st.floats(0.1, 60)),
)
def test_a_run_ends_for_the_reason_that_comes_first(
    examples: int, batch_size: int | None, epochs: int, steps: int | None, seconds: float | None
) -> None:
    config = TrainingConfig(batch_size=batch_size, epochs=epochs, steps=steps, seconds=seconds)
    progress = Progress(examples, config=config)
    *before, reason = run_through(progress, [])
    assert before == [None] * (progress.epochs_done - 1)
    assert progress.step <= min(epochs * progress.steps_per_epoch, steps or inf)
    assert progress.fraction_done <= 1
    if reason == "steps":
        assert progress.step == steps
    elif reason == "seconds":
        assert seconds is not None
        assert seconds <= progress.seconds < seconds + 1.5
    else:
        assert (reason, progress.epochs_done) == ("epochs", epochs)
        assert progress.samples_in_epoch == examples


def test_loss_and_accuracy_of_an_epoch_are_means_over_its_samples() -> None:
    progress = Progress(4, config=TrainingConfig(batch_size=3))
    progress.begin_epoch()
    progress.count_step(1.0, 3, 3, 0.25)
    progress.count_step(5.0, 0, 1, 0.25)
    assert (progress.epoch_loss, progress.epoch_accuracy, progress.samples_per_second) == (2.0, 0.75, 8.0)
    progress.close_epoch(1.0)
    assert (progress.seconds, progress.epoch_seconds) == (1.5, 1.5)
    assert progress.epoch_loss == 2.0  # the figures stay until the next epoch begins
    progress.begin_epoch()
    assert (progress.samples_in_epoch, progress.summed_loss, progress.right) == (0, 0, 0)


def test_without_classes_there_is_no_accuracy() -> None:
    progress = Progress(4, config=TrainingConfig(batch_size=2))
    progress.begin_epoch()
    progress.count_step(1.0, None, 2, 0.1)
    progress.count_step(1.0, None, 2, 0.1)
    assert progress.epoch_accuracy is None


def test_a_run_does_not_end_within_an_epoch() -> None:
    progress = Progress(2, config=TrainingConfig(epochs=1, steps=1, patience=1))
    progress.begin_epoch()
    progress.count_step(1.0, 1, 2, 0.1)
    assert progress.is_at_limit
    assert progress.end_reason is None
    progress.close_epoch(0.1)
    assert progress.end_reason is not None


@pytest.mark.parametrize(("limits", "reason"), [({"steps": 3}, "steps"), ({"seconds": 1.5}, "seconds")])
def test_a_run_ends_as_soon_as_a_limit_is_reached_exactly(limits: dict[str, Any], reason: str) -> None:
    progress = Progress(20, config=TrainingConfig(batch_size=2, **limits))
    progress.begin_epoch()
    for _ in range(3):
        assert not progress.is_at_limit
        progress.count_step(1.0, 1, 2, 0.5)
    assert progress.is_at_limit
    assert progress.fraction_done == 1.0
    progress.close_epoch(0.0)
    assert progress.end_reason == reason


@pytest.mark.parametrize(
    ("losses", "patience", "ended_after", "best"),
    [
        ([5.0, 4.0, 3.0, 3.0, 3.0, 1.0], 2, 5, 3),  # an equal loss is not lower
        ([5.0, 6.0], 1, 2, 1),
        ([5.0, 6.0, 4.0, 7.0, 8.0, 9.0], 3, 6, 3),
    ],
)
def test_patience_counts_the_epochs_since_the_best(
    losses: list[float], patience: int, ended_after: int, best: int
) -> None:
    progress = Progress(5, config=TrainingConfig(epochs=100, patience=patience))
    assert run_through(progress, losses)[-1] == "patience"
    assert (progress.epochs_done, progress.best_epoch) == (ended_after, best)


def test_ends_epoch_is_true_before_the_last_step_of_an_epoch() -> None:
    progress = Progress(6, config=TrainingConfig(batch_size=2, epochs=2, steps=5))
    ends = []
    while progress.end_reason is None:
        progress.begin_epoch()
        while progress.steps_in_epoch < 3 and not progress.is_at_limit:
            ends.append(progress.ends_epoch)
            progress.count_step(1.0, 1, 2, 0.1)
        progress.close_epoch(0.1)
    assert ends == [False, False, True, False, True]


def test_progress_can_be_created_from_its_counters() -> None:
    config = TrainingConfig(batch_size=2, epochs=2)
    progress = Progress(6, config=config)
    progress.begin_epoch()
    progress.count_step(1.5, 1, 2, 0.1)
    assert Progress.continued(progress.copy(), config) == progress
