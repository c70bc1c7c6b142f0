"""Finished runs that are extended by steps, epochs or seconds, or with a different learning rate."""

from __future__ import annotations

import pytest

from nncore.errors import SettingError
from nncore.training import Training, TrainingConfig
from nncore.training.checkpoint import Checkpoint
from nncore.training.events import EpochDone, Finished, StepDone
from tests.nncore.runs import SMALL, few_digits, fresh_network

FULL_BATCH = TrainingConfig(optimizer="sgd", learning_rate=0.5, batch_size=None, epochs=3)


def finished(config: TrainingConfig = FULL_BATCH) -> Checkpoint:
    training = Training(fresh_network(SMALL, config.seed), few_digits(), config)
    assert isinstance(list(training.events())[-1], Finished)
    return training.checkpoint()


def test_a_finished_run_is_extended_by_steps_with_another_rate() -> None:
    training = Training.continued(finished().extended(learning_rate=0.25, steps=4), few_digits())
    events = list(training.events())
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [step.step for step in steps] == [4, 5, 6, 7]
    assert {step.learning_rate for step in steps} == {0.25}
    assert [row["epoch"] for row in training.history.rows()] == [1, 2, 3, 4, 5, 6, 7]
    assert training.control.rates_used == [(1, 0.5), (4, 0.25)]


def test_a_finished_run_is_extended_by_epochs() -> None:
    training = Training.continued(finished(TrainingConfig(epochs=1, batch_size=64)).extended(epochs=2), few_digits())
    assert [event.epoch for event in training.events() if isinstance(event, EpochDone)] == [2, 3]


def test_a_run_can_be_extended_several_times() -> None:
    checkpoint = finished(TrainingConfig(optimizer="sgd", learning_rate=0.5, batch_size=None, epochs=10, steps=2))
    for done in (3, 4):
        training = Training.continued(checkpoint.extended(steps=1), few_digits())
        last = list(training.events())[-1]
        assert isinstance(last, Finished)
        assert last.step == done
        checkpoint = training.checkpoint()


def test_the_first_of_several_limits_ends_the_extended_run() -> None:
    training = Training.continued(finished().extended(steps=10, epochs=2), few_digits())
    *_, last = training.events()
    assert isinstance(last, Finished)
    assert (last.step, last.reason) == (5, "epochs")


def test_a_run_that_reached_its_time_limit_is_extended_by_seconds() -> None:
    checkpoint = finished(
        TrainingConfig(optimizer="sgd", learning_rate=0.5, batch_size=None, epochs=10**6, seconds=0.05)
    )
    training = Training.continued(checkpoint.extended(seconds=0.05), few_digits())
    *_, last = training.events()
    assert isinstance(last, Finished)
    assert last.reason == "seconds"
    assert last.step > checkpoint.counters.step
    assert Training.continued(checkpoint.extended(epochs=3), few_digits()).config.seconds is None


def test_patience_starts_again_in_an_extended_run() -> None:
    no_progress = TrainingConfig(optimizer="sgd", learning_rate=1e-12, batch_size=None, epochs=50, patience=2)
    checkpoint = finished(no_progress)
    assert checkpoint.counters.epochs_done < 50
    training = Training.continued(checkpoint.extended(epochs=50), few_digits())
    *_, last = training.events()
    assert isinstance(last, Finished)
    assert last.reason == "patience"
    assert last.epochs - checkpoint.counters.epochs_done >= 2


def test_extending_without_arguments_changes_nothing() -> None:
    checkpoint = finished()
    assert checkpoint.extended().config == checkpoint.config
    assert checkpoint.extended().learning_rate == checkpoint.learning_rate


@pytest.mark.parametrize("field", ["learning_rate", "steps", "epochs", "seconds"])
def test_a_value_out_of_range_raises_an_error(field: str) -> None:
    with pytest.raises(SettingError) as raised:
        finished().extended(**{field: 0})
    assert raised.value.field == field
