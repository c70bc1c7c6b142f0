"""The training thread emits every step, saves the model, and ends after any error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Slot
from pytestqt.qtbot import QtBot

from app.session.loaded_model import LoadedModel
from app.session.run_events import EVENT_INTERVAL_SECONDS, StepsDone
from app.session.run_plan import InterruptedRun, RunPlan
from app.session.training_thread import MODEL_INTERVAL_SECONDS, TrainingThread
from app.storage.paths import run_log_path
from app.storage.run_process import process_description
from nncore.data.dataset import Splits
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.files.model_file import load_model
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.events import EpochDone, Finished, Started
from tests.app.waiting import at_rest
from tests.nncore.example_data import small_mnist
from tests.nncore.saved_run import checkpoint

SPEC = NetworkSpec.dense((784, 16, 10))


class Listener(QObject):
    """Receives the signals on the thread of the test, and keeps what they carry."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[object] = []
        self.problems: list[str] = []
        self.models: list[LoadedModel] = []

    @Slot(object)
    def hear(self, event: object) -> None:
        self.events.append(event)

    @Slot(object)
    def hear_model(self, loaded: LoadedModel) -> None:
        self.models.append(loaded)

    @Slot(str)
    def hear_problem(self, problem: str) -> None:
        self.problems.append(problem)

    def heard(self, kind: type) -> int:
        return sum(isinstance(event, kind) for event in self.events)

    @property
    def epochs(self) -> list[EpochDone]:
        return [epoch for event in self.events if isinstance(event, StepsDone) for epoch in event.epochs]

    @property
    def last_step(self) -> int:
        return max((int(e.steps[-1]) for e in self.events if isinstance(e, StepsDone) and len(e.steps)), default=0)


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_a_run_can_be_stopped_while_its_checkpoint_is_read(
    qtbot: QtBot, listener: Listener, user_files: Path, tmp_path: Path
) -> None:
    saved, path = checkpoint(), tmp_path / "run.checkpoint"
    save_checkpoint(saved, path)
    settings = RunSettings("run", saved.spec, saved.config, data="")
    with RunLog(run_log_path()) as log:
        run = log.run(log.begin(settings, process_description(), path.name))
    thread = TrainingThread(
        RunPlan(saved.spec, saved.config, 0.1, interrupted=InterruptedRun(run, path)), small_mnist(), tmp_path, listener
    )
    thread.failed.connect(listener.hear_problem)
    thread.control.stop()
    thread.run()
    assert listener.problems == ["The run was stopped before its checkpoint was read; it can be continued later."]
    assert load_checkpoint(path).counters == saved.counters
    with RunLog(run_log_path()) as log:
        assert log.run(run.id).state == run.state


def thread_for(
    listener: Listener, config: TrainingConfig, keep_in: Path, spec: NetworkSpec = SPEC, data: Splits | None = None
) -> TrainingThread:
    thread = TrainingThread(RunPlan(spec, config, 0.1), data or small_mnist(), keep_in, listener)
    thread.run_event.connect(listener.hear, Qt.ConnectionType.QueuedConnection)
    thread.model_updated.connect(listener.hear_model, Qt.ConnectionType.QueuedConnection)
    thread.failed.connect(listener.hear_problem, Qt.ConnectionType.QueuedConnection)
    thread.model_not_saved.connect(listener.hear_problem, Qt.ConnectionType.QueuedConnection)
    return thread


@pytest.fixture
def long_run(listener: Listener, qtbot: QtBot, tmp_path: Path) -> Iterator[TrainingThread]:
    thread = thread_for(listener, TrainingConfig(epochs=100_000, batch_size=32), tmp_path)
    thread.start()
    yield thread
    thread.control.stop()
    assert thread.wait(240_000)


def test_a_run_emits_every_step_in_order(listener: Listener, qtbot: QtBot, tmp_path: Path) -> None:
    thread = thread_for(listener, TrainingConfig(epochs=3, batch_size=50), tmp_path)
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: listener.heard(Finished) == 1)
    assert isinstance(listener.events[0], Started)
    assert isinstance(listener.events[-1], Finished)
    assert [epoch.epoch for epoch in listener.epochs] == [1, 2, 3]
    steps = np.concatenate([event.steps for event in listener.events if isinstance(event, StepsDone)])
    assert list(steps) == list(range(1, 121))


def test_steps_epochs_and_models_are_emitted_at_limited_rates(listener: Listener, qtbot: QtBot, tmp_path: Path) -> None:
    few = Splits(small_mnist().training.take(slice(0, 50)))
    began = perf_counter()
    thread = thread_for(listener, TrainingConfig(batch_size=None, epochs=300), tmp_path, data=few)
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: listener.heard(Finished) == 1)
    seconds = perf_counter() - began
    assert len(listener.epochs) == 300
    assert listener.heard(StepsDone) <= seconds / EVENT_INTERVAL_SECONDS + 2
    assert len(listener.models) <= seconds / MODEL_INTERVAL_SECONDS + 2


def test_the_model_of_a_run_is_emitted_and_saved(listener: Listener, qtbot: QtBot, tmp_path: Path) -> None:
    thread = thread_for(listener, TrainingConfig(epochs=2), tmp_path / "models")
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: listener.heard(Finished) == 1)
    last = listener.models[-1]
    finished = listener.events[-1]
    assert isinstance(finished, Finished)
    assert finished.test is not None
    assert last.model.card.test_accuracy == finished.test.accuracy
    kept = load_model(next((tmp_path / "models").glob("* 784-16-10.npz")))
    np.testing.assert_array_equal(kept.parameters, last.model.parameters)
    np.testing.assert_array_equal(last.network.parameters.values, last.model.parameters)


def test_a_model_that_cannot_be_saved_is_still_emitted(listener: Listener, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    thread = thread_for(listener, TrainingConfig(epochs=1), tmp_path / "in the way" / "models")
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: listener.heard(Finished) == 1 and len(listener.problems) == 1)
    assert "model of this run could not be saved" in listener.problems[0]
    assert listener.models[-1].model.card.epochs == 1


def test_pause_step_and_resume(long_run: TrainingThread, listener: Listener, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: listener.last_step > 3)
    long_run.control.pause()
    paused_at = at_rest(qtbot, lambda: listener.last_step)
    long_run.control.step()
    qtbot.waitUntil(lambda: listener.last_step == paused_at + 1)
    assert at_rest(qtbot, lambda: listener.last_step) == paused_at + 1
    long_run.control.resume()
    qtbot.waitUntil(lambda: listener.last_step > paused_at + 10)


def test_a_new_learning_rate_is_used(long_run: TrainingThread, listener: Listener, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: listener.last_step > 3)
    long_run.control.learning_rate = 1e-5
    qtbot.waitUntil(lambda: any(isinstance(e, StepsDone) and e.learning_rate == 1e-5 for e in listener.events))


def test_stop_ends_a_paused_run_too(long_run: TrainingThread, listener: Listener, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: listener.last_step > 3)
    long_run.control.pause()
    at_rest(qtbot, lambda: listener.last_step)
    with qtbot.waitSignal(long_run.finished):
        long_run.control.stop()
    qtbot.waitUntil(lambda: listener.heard(Finished) == 1)
    finished = listener.events[-1]
    assert isinstance(finished, Finished)
    assert finished.stopped


def test_models_hold_copies_that_later_steps_do_not_change(
    long_run: TrainingThread, listener: Listener, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(listener.models) >= 1)
    first = listener.models[0]
    kept = first.model.parameters.copy()
    qtbot.waitUntil(lambda: len(listener.models) >= 3)
    np.testing.assert_array_equal(first.model.parameters, kept)
    np.testing.assert_array_equal(first.network.parameters.values, kept)


def test_data_of_another_shape_gives_one_message(listener: Listener, qtbot: QtBot, tmp_path: Path) -> None:
    thread = thread_for(listener, TrainingConfig(), tmp_path, NetworkSpec.dense((100, 10)))
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: listener.problems != [])
    assert listener.problems == ["The network takes 100 inputs; the images have 784 pixels."]
