"""Speed and remaining time follow from the last seconds, with validation."""

import numpy as np
import pytest

from app.session.run_events import StepsDone
from app.tabs.train.run_clock import RunClock, end_message
from nncore.evaluation.metrics import Evaluation
from nncore.training.events import EpochDone, Finished, Started

STARTED = Started(epochs=4, steps_per_epoch=100, samples_per_epoch=1000, validation_loss=None, validation_accuracy=None)


def steps_done(first: int, last: int, speed: float) -> StepsDone:
    steps = np.arange(first, last + 1)
    some = np.ones(len(steps))
    return StepsDone(
        steps=steps,
        losses=some,
        accuracies=some,
        epoch=1 + (last - 1) // 100,
        samples=10 * len(steps),
        samples_per_second=speed,
        learning_rate=0.1,
    )


def epoch_done(epoch: int, speed: float, seconds: float) -> EpochDone:
    return EpochDone(epoch, 100 * epoch, 1.0, 0.5, None, None, speed, seconds)


def test_the_time_left_is_unknown_before_the_first_step() -> None:
    progress = RunClock(STARTED).progress
    assert (progress.epoch, progress.epochs, progress.fraction) == (1, 4, 0.0)
    assert progress.seconds_left is None
    assert progress.samples_per_second is None


def test_time_left_is_remaining_samples_divided_by_recent_speed() -> None:
    clock = RunClock(STARTED)
    clock.add_steps(steps_done(1, 100, speed=500))
    assert clock.progress.fraction == 0.25
    assert clock.progress.samples_per_second == pytest.approx(500)
    assert clock.progress.seconds_left == pytest.approx(3000 / 500)


def test_the_speed_is_that_of_the_last_seconds() -> None:
    clock = RunClock(STARTED)
    clock.add_steps(steps_done(1, 100, speed=1000))  # 1 second
    for _ in range(10):
        clock.add_steps(steps_done(101, 200, speed=100))  # 10 seconds each
    assert clock.progress.samples_per_second == pytest.approx(100, rel=0.01)


def test_time_left_includes_validation() -> None:
    clock = RunClock(STARTED)
    clock.add_steps(steps_done(1, 100, speed=500))
    clock.add_epoch(epoch_done(1, speed=500, seconds=2.5))
    assert clock.progress.seconds_left == pytest.approx(3 * (2 + 0.5))


def test_no_time_is_left_at_the_end() -> None:
    clock = RunClock(STARTED)
    clock.add_steps(steps_done(301, 400, speed=500))
    clock.add_epoch(epoch_done(4, speed=500, seconds=2.5))
    assert clock.progress.fraction == 1
    assert clock.progress.epoch == 4
    assert clock.progress.seconds_left == 0


def test_a_continued_run_begins_where_it_stopped() -> None:
    progress = RunClock(
        Started(
            epochs=4,
            steps_per_epoch=100,
            samples_per_epoch=1000,
            validation_loss=None,
            validation_accuracy=None,
            samples_done=2500,
        )
    ).progress
    assert (progress.epoch, progress.fraction) == (3, 0.625)


def test_a_finished_run_reports_its_test_accuracy() -> None:
    test = Evaluation(0.1, 2000, np.array([[970, 30], [20, 980]]))
    sentence = end_message(Finished(epochs=1, step=422, seconds=64.0, reason="epochs", test=test))
    assert sentence == "Finished: 97.50 % of the 2,000 test images read correctly, after 1 epoch in 1:04 min."


def test_a_stopped_run_reports_its_step() -> None:
    sentence = end_message(Finished(epochs=2, step=1234, seconds=3.0, reason="stopped", test=None))
    assert sentence == "Stopped at step 1,234, after 2 epochs; the trained network stays."


def test_a_run_without_test_images_reports_its_time() -> None:
    assert (
        end_message(Finished(epochs=5, step=9, seconds=3.0, reason="epochs", test=None))
        == "Finished 5 epochs in 3.0 s."
    )
