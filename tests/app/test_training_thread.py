from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter, sleep

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Slot
from pytestqt.qtbot import QtBot

from app.training_thread import SECONDS_BETWEEN_EVENTS, StepFolder, StepsDone, TrainingThread
from nncore.network import NetworkSpec
from nncore.training import EpochDone, Finished, Started, StepDone, TrainingConfig
from tests.nncore.data import small_mnist

SPEC = NetworkSpec.dense((784, 16, 10))


class Listener(QObject):
    """Lives on the test's thread and keeps what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[object] = []
        self.problems: list[str] = []

    @Slot(object)
    def hear(self, event: object) -> None:
        self.events.append(event)

    @Slot(str)
    def hear_problem(self, problem: str) -> None:
        self.problems.append(problem)

    def heard(self, kind: type) -> int:
        return sum(isinstance(event, kind) for event in self.events)

    @property
    def last_step(self) -> int:
        return max((int(e.steps[-1]) for e in self.events if isinstance(e, StepsDone)), default=0)


@pytest.fixture
def listener() -> Listener:
    return Listener()


def thread_for(listener: Listener, config: TrainingConfig, spec: NetworkSpec = SPEC) -> TrainingThread:
    thread = TrainingThread(spec, small_mnist(), config, 0.1, listener)
    thread.happened.connect(listener.hear, Qt.ConnectionType.QueuedConnection)
    thread.failed.connect(listener.hear_problem, Qt.ConnectionType.QueuedConnection)
    return thread


@pytest.fixture
def long_run(listener: Listener, qtbot: QtBot) -> Iterator[TrainingThread]:
    thread = thread_for(listener, TrainingConfig(epochs=100_000, batch_size=32))
    thread.start()
    yield thread
    thread.control.stop()
    assert thread.wait(5000)


def test_a_whole_run_is_told_in_order_with_every_step(listener: Listener, qtbot: QtBot) -> None:
    thread = thread_for(listener, TrainingConfig(epochs=3, batch_size=50))
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: listener.heard(Finished) == 1)
    assert isinstance(listener.events[0], Started)
    assert isinstance(listener.events[-1], Finished)
    assert listener.heard(EpochDone) == 3
    steps = np.concatenate([event.steps for event in listener.events if isinstance(event, StepsDone)])
    assert list(steps) == list(range(1, 121))


def test_events_are_few_however_fast_the_steps(listener: Listener, qtbot: QtBot) -> None:
    began = perf_counter()
    thread = thread_for(listener, TrainingConfig(epochs=20, batch_size=10))
    with qtbot.waitSignal(thread.finished, timeout=30_000):
        thread.start()
    qtbot.waitUntil(lambda: listener.heard(Finished) == 1)
    assert listener.last_step == 4000
    at_most = (perf_counter() - began) / SECONDS_BETWEEN_EVENTS + listener.heard(EpochDone) + 1
    assert listener.heard(StepsDone) <= at_most


def test_pause_holds_step_takes_one_and_resume_goes_on(
    long_run: TrainingThread, listener: Listener, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: listener.last_step > 3)
    long_run.control.pause()
    qtbot.wait(200)
    paused_at = listener.last_step
    qtbot.wait(200)
    assert listener.last_step == paused_at
    long_run.control.step()
    qtbot.waitUntil(lambda: listener.last_step == paused_at + 1)
    qtbot.wait(100)
    assert listener.last_step == paused_at + 1
    long_run.control.resume()
    qtbot.waitUntil(lambda: listener.last_step > paused_at + 10)


def test_a_new_learning_rate_is_used(long_run: TrainingThread, listener: Listener, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: listener.last_step > 3)
    long_run.control.learning_rate = 1e-5
    qtbot.waitUntil(lambda: any(isinstance(e, StepsDone) and e.learning_rate == 1e-5 for e in listener.events))


def test_stop_ends_a_paused_run_too(long_run: TrainingThread, listener: Listener, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: listener.last_step > 3)
    long_run.control.pause()
    qtbot.wait(100)
    with qtbot.waitSignal(long_run.finished):
        long_run.control.stop()
    qtbot.waitUntil(lambda: listener.heard(Finished) == 1)
    finished = listener.events[-1]
    assert isinstance(finished, Finished)
    assert finished.stopped


def test_events_hold_copies_that_later_steps_do_not_change(
    long_run: TrainingThread, listener: Listener, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: listener.heard(EpochDone) >= 1)
    done = next(event for event in listener.events if isinstance(event, EpochDone))
    kept = done.parameters.copy()
    qtbot.waitUntil(lambda: listener.heard(EpochDone) >= 3)
    np.testing.assert_array_equal(done.parameters, kept)


def test_data_that_does_not_fit_is_one_sentence(listener: Listener, qtbot: QtBot) -> None:
    thread = thread_for(listener, TrainingConfig(), NetworkSpec.dense((100, 10)))
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: listener.problems != [])
    assert listener.problems == ["The images have 784 pixels, the first width is 100."]


def test_the_folder_keeps_each_step_once_and_in_order() -> None:
    folder = StepFolder()
    gathered = [folder.add(StepDone(n, 1, 1.0 / n, 0.5, 0.1, 7)) for n in (1, 2)]
    assert gathered == [None, None]
    sleep(SECONDS_BETWEEN_EVENTS)
    told = folder.add(StepDone(3, 2, 1 / 3, 0.25, 0.2, 7))
    assert told is not None
    assert list(told.steps) == [1, 2, 3]
    assert list(told.losses) == [1, 1 / 2, 1 / 3]
    assert list(told.accuracies) == [0.5, 0.5, 0.25]
    assert (told.epoch, told.learning_rate, told.samples) == (2, 0.2, 21)
    assert folder.flush() is None
