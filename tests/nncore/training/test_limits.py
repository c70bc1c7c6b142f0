"""The limits that end a run, and the weights with which it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.evaluation.metrics import evaluate
from nncore.model.network import Network
from nncore.training import Training, TrainingConfig, loop, train
from nncore.training.control import TrainingControl
from nncore.training.events import EpochDone, Finished, StepDone, TrainingEvent
from tests.nncore.runs import epochs, few_digits, finished_event, fresh_network, steps, values_of

CONFIG = TrainingConfig(epochs=5, batch_size=64)
"""Three steps per epoch, 15 steps in all."""


def run(config: TrainingConfig, network: Network | None = None) -> list[TrainingEvent]:
    return list(train(network or fresh_network(), few_digits(), config))


@pytest.fixture
def one_second_per_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A clock that advances by a second at each reading: each step and each evaluation takes one second."""
    clock: Iterator[int] = count()
    monkeypatch.setattr(loop, "perf_counter", lambda: next(clock))
    return clock


def test_a_step_limit_ends_the_run_and_its_partial_epoch_is_evaluated() -> None:
    network = fresh_network()
    events = run(replace(CONFIG, steps=7), network)
    finished, validation = finished_event(events), few_digits().validation
    assert (finished.reason, finished.step, finished.epochs) == ("steps", 7, 3)
    assert [done.step for done in epochs(events)] == [3, 6, 7]
    partial = epochs(events)[-1]
    assert (partial.training_loss, partial.training_accuracy) == (steps(events)[-1].loss, steps(events)[-1].accuracy)
    assert validation is not None
    evaluation = evaluate(network, validation)
    assert evaluation is not None
    assert partial.validation_loss == evaluation.loss
    assert finished.test is not None


@pytest.mark.parametrize(
    ("limits", "reason", "taken"),
    [
        ({}, "epochs", 15),
        ({"steps": 15}, "steps", 15),
        ({"steps": 16}, "epochs", 15),
        ({"steps": 3}, "steps", 3),
        ({"steps": 1}, "steps", 1),
        ({"seconds": 5.0}, "seconds", 4),  # three steps, an evaluation, a step
        ({"seconds": 4.0}, "seconds", 3),
        ({"seconds": 1.0}, "seconds", 1),
        ({"seconds": 1e-9}, "seconds", 1),
        ({"seconds": 1e9}, "epochs", 15),
        ({"seconds": 7.0, "steps": 5}, "steps", 5),
        ({"seconds": 3.0, "steps": 5}, "seconds", 3),
        ({"seconds": 7.0, "steps": 14, "epochs": 1}, "epochs", 3),
    ],
)
@pytest.mark.usefixtures("one_second_per_reading")
def test_the_first_limit_that_is_reached_ends_the_run(limits: dict[str, float], reason: str, taken: int) -> None:
    events = run(replace(CONFIG, **limits))  # type: ignore[arg-type]
    assert (finished_event(events).reason, finished_event(events).step, len(steps(events))) == (reason, taken, taken)
    assert epochs(events)[-1].step == taken
    assert not finished_event(events).stopped


def test_seconds_include_steps_and_evaluation_but_no_pauses(one_second_per_reading: Iterator[int]) -> None:
    events = train(fresh_network(), few_digits(), CONFIG)
    received = []
    for event in events:
        received.append(event)
        next(one_second_per_reading)  # a pause of one second
    assert [done.seconds for done in epochs(received)] == [4] * 5
    assert finished_event(received).seconds == 20
    assert epochs(received)[0].samples_per_second == 190 / 3


def rates(config: TrainingConfig) -> NDArray[np.float64]:
    return np.array([step.learning_rate for step in steps(run(config))]) / config.learning_rate


def test_a_schedule_covers_the_run_up_to_its_step_limit() -> None:
    expected = 0.5 * (1 + np.cos(np.pi * np.arange(8) / 8))
    np.testing.assert_allclose(rates(replace(CONFIG, schedule="cosine", steps=8)), expected)
    np.testing.assert_allclose(rates(replace(CONFIG, schedule="cosine", steps=8, epochs=100)), expected)
    whole = 0.5 * (1 + np.cos(np.pi * np.arange(15) / 15))
    np.testing.assert_allclose(rates(replace(CONFIG, schedule="cosine", steps=100)), whole)


@pytest.mark.usefixtures("one_second_per_reading")
def test_a_schedule_follows_the_time_if_a_time_limit_ends_the_run() -> None:
    found = rates(replace(CONFIG, schedule="cosine", seconds=6.0))
    # Steps begin at 0, 1 and 2 seconds, the evaluation takes one second, and the next steps begin at 4 and 5.
    np.testing.assert_allclose(found, 0.5 * (1 + np.cos(np.pi * np.array([0, 1, 2, 4, 5]) / 6)))


SOON_OVERFITS = TrainingConfig(learning_rate=0.03, batch_size=64, epochs=60)


def best_of(events: list[TrainingEvent]) -> int:
    """The epoch of the lowest validation loss."""
    losses = [done.validation_loss for done in epochs(events)]
    return 1 + int(np.argmin(np.array(losses, float)))


@pytest.mark.parametrize("patience", [1, 2, 9])
def test_patience_ends_a_run_that_many_epochs_after_its_best_epoch(patience: int) -> None:
    events = run(replace(SOON_OVERFITS, patience=patience))
    finished = finished_event(events)
    assert (finished.reason, finished.best_epoch) == ("patience", best_of(events))
    assert finished.epochs == best_of(events) + patience < 60


def test_a_run_without_patience_continues_and_reports_its_best_epoch() -> None:
    events = run(SOON_OVERFITS)
    assert (finished_event(events).reason, finished_event(events).epochs) == ("epochs", 60)
    assert finished_event(events).best_epoch == best_of(events) < 60


@pytest.mark.parametrize("stop_after", [None, 100])
def test_keep_best_restores_the_exact_weights_of_the_best_epoch(stop_after: int | None) -> None:
    network, control, weights = fresh_network(), TrainingControl(0.03), {}
    events = []
    for event in train(network, few_digits(), replace(SOON_OVERFITS, keep_best=True), control):
        events.append(event)
        if isinstance(event, EpochDone):
            weights[event.epoch] = values_of(network)
        if isinstance(event, StepDone) and event.step == stop_after:
            control.stop()
    finished, data = finished_event(events), few_digits()
    assert finished.best_epoch == best_of(events) < finished.epochs
    assert finished.stopped == (stop_after is not None)
    np.testing.assert_array_equal(network.parameters.values, weights[finished.best_epoch])
    assert data.test is not None
    evaluation = evaluate(network, data.test)
    assert evaluation is not None
    assert finished.test is None if stop_after else finished.test.loss == evaluation.loss  # type: ignore[union-attr]


def test_a_run_stopped_in_its_first_epoch_has_no_best_epoch() -> None:
    network, control = fresh_network(), TrainingControl(0.03)
    for event in train(network, few_digits(), replace(SOON_OVERFITS, keep_best=True), control):
        if isinstance(event, StepDone):
            control.stop()
            weights = values_of(network)
    assert isinstance(event, Finished)
    assert event.best_epoch is None
    np.testing.assert_array_equal(network.parameters.values, weights)


@pytest.mark.parametrize("invalid", [np.nan, np.inf])
def test_the_best_weights_are_restored_if_a_run_is_stopped_with_invalid_weights(invalid: float) -> None:
    network, control = fresh_network(), TrainingControl(0.001)
    run = Training(network, few_digits(), replace(CONFIG, keep_best=True), control)
    for event in run.events():
        if isinstance(event, EpochDone) and event.epoch == 2:
            best = values_of(network)
        if isinstance(event, StepDone) and event.step == 7:
            network.parameters.values[:] = invalid
            control.stop()
    np.testing.assert_array_equal(network.parameters.values, best)
    assert np.isfinite(run.checkpoint().arrays["values"]).all()


@pytest.mark.parametrize(
    ("settings", "field", "sentence"),
    [
        ({"patience": 3}, "patience", "Early stopping needs a validation set, but this data has none"),
        ({"keep_best": True}, "keep_best", "The best epoch needs a validation set, but this data has none"),
    ],
)
def test_settings_that_need_a_validation_set_raise_an_error_without_one(
    settings: dict[str, object], field: str, sentence: str
) -> None:
    config = replace(CONFIG, **settings)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=sentence) as raised:
        train(fresh_network(), Splits(few_digits().training), config)
    assert raised.value.field == field
