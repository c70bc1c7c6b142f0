"""The marks tell changes by hand from those of the schedule, at the step where they took effect."""

from __future__ import annotations

import numpy as np
import pytest

from app.session.run_events import StepBatcher
from app.tabs.train.charts.rate_history import MAX_MARKS, Mark, RateHistory
from nncore.data.dataset import Dataset, Splits
from nncore.model.network import Network, NetworkSpec
from nncore.training import Training, TrainingConfig
from nncore.training.events import StepDone

STEPS_PER_EPOCH = 10


def trained(schedule: str, changes: dict[int, float] | None = None, epochs: int = 8, chunk: int = 7) -> RateHistory:
    """Train on 40 examples in batches of 4, and set the rate after the steps in `changes`; add `chunk` steps a time."""
    rng = np.random.default_rng(0)
    data = Dataset.from_floats(rng.random((40, 3), np.float32), rng.random((40, 1), np.float32), source="noise")
    config = TrainingConfig(optimizer="sgd", learning_rate=0.1, batch_size=4, epochs=epochs, schedule=schedule)
    spec = NetworkSpec((3,), NetworkSpec.dense((3, 1)).layers, "linear")
    training = Training(Network(spec, seed=0), Splits(data), config)
    batcher = StepBatcher(clock=lambda: 0.0, rates_used=training.control.rates_used)
    history = RateHistory(STEPS_PER_EPOCH)
    for event in training.events():
        if isinstance(event, StepDone):
            batcher.add(event)
            training.control.learning_rate = (changes or {}).get(event.step, training.control.learning_rate)
            if event.step % chunk == 0 or event.step == STEPS_PER_EPOCH * epochs:
                done = batcher.flush()
                assert done is not None
                history.add(done.steps.astype(float), done.rates, done.rate_changes)
    return history


@pytest.mark.parametrize("chunk", [1, 7, 80])
def test_a_change_by_hand_is_marked_at_the_step_where_it_took_effect(chunk: int) -> None:
    history = trained("constant", {14: 0.05, 30: 0.2}, chunk=chunk)
    assert history.marks == [Mark(1.5, "rate 0.05", "hand"), Mark(3.1, "rate 0.2", "hand")]
    x, rates = history.curve.points()
    assert rates[:14].tolist() == [0.1] * 14
    assert rates[14:30].tolist() == [0.05] * 16
    assert len(x) == 80


@pytest.mark.parametrize("chunk", [1, 7, 80])
def test_each_step_of_a_schedule_is_marked(chunk: int) -> None:
    history = trained("step", chunk=chunk)
    assert [(mark.x, mark.text, mark.kind) for mark in history.marks] == [
        (4.1, "schedule: 0.01", "schedule"),
        (6.1, "schedule: 0.001", "schedule"),
    ]


def test_a_change_by_hand_is_no_change_of_the_schedule() -> None:
    history = trained("step", {14: 0.05})
    assert [mark.text for mark in history.marks] == ["rate 0.05", "schedule: 0.005", "schedule: 0.0005"]
    assert [mark.text for mark in trained("cosine", {14: 0.01}).marks] == ["rate 0.01"]


def test_one_cycle_is_marked_where_it_stops_rising() -> None:
    (mark,) = trained("one_cycle").marks
    assert mark.kind == "schedule"
    assert 2.4 <= mark.x <= 2.6
    assert mark.text.startswith("schedule: falls from 0.1")


@pytest.mark.parametrize("schedule", ["constant", "cosine", "exponential"])
@pytest.mark.parametrize("epochs", [1, 8])
def test_slow_schedules_have_no_marks(schedule: str, epochs: int) -> None:
    assert trained(schedule, epochs=epochs).marks == []


def test_only_the_newest_marks_are_kept() -> None:
    history = RateHistory(1)
    steps = np.arange(1.0, 1001.0)
    history.add(steps, 1 / steps, [(int(step), 1 / step) for step in steps.tolist()])
    assert len(history.marks) == MAX_MARKS
    assert history.marks[-1].x == 1000
