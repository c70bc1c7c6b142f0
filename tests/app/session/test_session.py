"""The session reads data and models, trains, and keeps its state and signals consistent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.background.task_queue import ShownError
from app.session import run_plan
from app.session.run_events import LiveNetwork, PinnedReading, PreviousPart, RunState, StepsDone
from app.session.session import Session
from app.storage.models.model_library import ModelLibrary
from app.storage.paths import last_snapshots_path, models_folder, run_log_path
from nncore.data import dataset
from nncore.data.dataset import Splits
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.experiments.run_log.log import LoggedRun, RunLog
from nncore.files.model_file import Model, ModelCard, bundled_model_path, load_model, save_model
from nncore.files.snapshots_file import load_snapshots
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.events import Diverged, Finished, StepDone
from nncore.training.loop import train
from tests.app.session.samples import (
    LONG,
    SPEC,
    epochs_of,
    events_of,
    is_idle,
    labels,
    loaded_model,
    model_called,
)
from tests.app.waiting import at_rest
from tests.nncore.example_data import small_mnist


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.use_data(small_mnist())
    yield session
    assert session.close()


def kept_models() -> list[Path]:
    return sorted(models_folder().glob("*.npz")) if models_folder().exists() else []


def test_the_bundled_data_and_model_are_read_on_threads(qtbot: QtBot) -> None:
    session = Session()
    with qtbot.waitSignals([session.data_changed, session.model_changed]):
        session.load_bundled_data()
        session.open_bundled_model()
        assert session.data is None
    assert session.data is not None
    assert len(session.data.training) == 60_000
    assert session.model is not None
    assert session.model.card.name == "handwriting"
    assert session.close()


def test_the_model_of_each_epoch_becomes_the_model_in_use(session: Session, qtbot: QtBot) -> None:
    models: list[Model] = []
    session.model_changed.connect(models.append)
    session.start_training(SPEC, TrainingConfig(epochs=2))
    qtbot.waitUntil(lambda: is_idle(session))
    assert models[0].card.epochs == 1
    assert models[0].card.test_accuracy is None
    assert models[-1].card.epochs == 2
    assert models[-1].card.test_accuracy is not None
    assert session.model is models[-1]
    assert session.network is not None
    np.testing.assert_array_equal(session.network.parameters.values, models[-1].parameters)


def test_the_models_of_two_runs_are_both_saved(session: Session, qtbot: QtBot) -> None:
    for count in (1, 2):
        session.start_training(SPEC, TrainingConfig(epochs=1))
        qtbot.waitUntil(lambda: is_idle(session))
        assert len(kept_models()) == count
    assert session.model is not None
    np.testing.assert_array_equal(load_model(kept_models()[1]).parameters, session.model.parameters)


def test_closing_during_a_run_saves_its_model(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: len(epochs_of(events)) > 0)
    assert session.close()
    assert len(kept_models()) == 1
    assert load_model(kept_models()[0]).card.epochs >= 1


def test_a_paused_start_takes_one_step_and_each_step_one_more(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    session.start_training(SPEC, LONG, paused=True)
    taken = lambda: [int(n) for e in events if hasattr(e, "steps") for n in e.steps]  # noqa: E731
    qtbot.waitUntil(lambda: taken() == [1])
    session.step()
    qtbot.waitUntil(lambda: taken() == [1, 2])
    assert at_rest(qtbot, taken) == [1, 2]
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))


def test_training_requested_before_the_data_is_read_starts_afterwards(qtbot: QtBot) -> None:
    session = Session()
    events = events_of(session)
    session.start_training(SPEC, TrainingConfig(epochs=1))
    assert session.run_state is RunState.STARTING
    session.set_learning_rate(0.005)
    session.use_data(small_mnist())
    qtbot.waitUntil(lambda: any(isinstance(e, Finished) for e in events))
    assert next(e.learning_rate for e in events if isinstance(e, StepsDone)) == 0.005
    assert session.close()


def test_a_run_that_waits_for_unreadable_data_fails(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "bundled_mnist_path", lambda: Path("nowhere.npz"))
    session = Session()
    session.start_training(SPEC, TrainingConfig(epochs=1))
    with qtbot.waitSignals([session.run_failed, session.error_message]):
        session.load_bundled_data()
    assert is_idle(session)
    assert session.close()


def test_a_run_that_waits_can_be_stopped(qtbot: QtBot) -> None:
    session = Session()
    session.start_training(SPEC, TrainingConfig(epochs=1))
    session.stop()
    assert is_idle(session)
    session.use_data(small_mnist())
    assert is_idle(session)
    assert session.close()


def test_each_state_of_a_run_is_emitted(session: Session, qtbot: QtBot) -> None:
    states: list[RunState] = []
    session.run_state_changed.connect(states.append)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: session.run_state is RunState.RUNNING)
    session.pause()
    session.resume()
    session.step()
    session.stop()
    session.resume()
    qtbot.waitUntil(lambda: is_idle(session))
    state = RunState
    assert states == [
        state.STARTING, state.RUNNING, state.PAUSED, state.RUNNING, state.PAUSED, state.STOPPING, state.IDLE,
    ]  # fmt: skip


def test_a_second_start_does_nothing(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    session.start_training(SPEC, TrainingConfig(epochs=1))
    session.start_training(SPEC, TrainingConfig(epochs=5))
    qtbot.waitUntil(lambda: is_idle(session))
    assert len(epochs_of(events)) == 1


def test_a_run_can_start_as_soon_as_the_previous_run_has_ended(session: Session, qtbot: QtBot) -> None:
    runs = 0

    def again(state: RunState) -> None:
        nonlocal runs
        if state is RunState.IDLE and runs < 3:
            runs += 1
            session.start_training(SPEC, TrainingConfig(epochs=1))

    session.run_state_changed.connect(again)
    session.start_training(SPEC, TrainingConfig(epochs=1))
    qtbot.waitUntil(lambda: runs == 3 and is_idle(session))
    assert len(kept_models()) == 4


def test_an_internal_error_on_the_thread_ends_the_run(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(run_plan, "Training", broken)
    with qtbot.captureExceptions() as caught, qtbot.waitSignal(session.run_failed) as failed:
        session.start_training(SPEC, TrainingConfig(epochs=1))
        qtbot.waitUntil(lambda: is_idle(session))
    assert "error in Digit Lab (RuntimeError)" in failed.args[0]
    ((kind, problem, _),) = caught
    assert kind is ShownError  # so the dialog for errors does not show it again
    assert str(problem.__cause__) == "a mistake of ours"


def test_the_later_of_two_requested_models_is_used(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    slow, quick = tmp_path / "slow.npz", tmp_path / "quick.npz"
    large = Network(NetworkSpec.dense((784, 2000, 1000, 10)))
    save_model(Model(large.spec, large.parameters.values.astype(np.float32), ModelCard("slow")), slow)
    save_model(model_called("quick"), quick)
    session.open_model(slow)
    session.open_model(quick)
    qtbot.waitUntil(lambda: not session.is_busy)
    assert session.model is not None
    assert session.model.card.name == "quick"


def test_a_diverged_run_does_not_change_the_model_in_use(session: Session, qtbot: QtBot) -> None:
    session.select_model(loaded_model("before"), Path("before.npz"))
    before = session.model
    events = events_of(session)
    session.start_training(SPEC, TrainingConfig(optimizer="sgd", learning_rate=1e6))
    qtbot.waitUntil(lambda: any(isinstance(e, Diverged) for e in events))
    assert session.model is before
    assert kept_models() == []


def test_save_open_and_revert(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    save_model(model_called("first"), first)
    with qtbot.waitSignal(session.model_changed):
        session.open_model(first)
    assert session.model_path == first
    assert session.model_is_saved
    session.start_training(SPEC, TrainingConfig(epochs=1))
    qtbot.waitUntil(lambda: is_idle(session))
    assert session.model is not None
    trained = session.model
    assert not session.model_is_saved
    assert trained.card.name == "784-16-10"
    session.revert_model()
    assert session.model.card.name == "first"
    session.start_training(SPEC, TrainingConfig(epochs=1))
    qtbot.waitUntil(lambda: is_idle(session))
    trained = session.model
    with qtbot.waitSignal(session.status_message):
        session.save_model(second, trained)
    np.testing.assert_array_equal(load_model(second).parameters, trained.parameters)
    assert session.model_is_saved
    assert session.model_path == second


def test_a_model_that_is_kept_under_a_name_and_then_saved_is_one_model(session: Session, qtbot: QtBot) -> None:
    session.start_training(SPEC, TrainingConfig(epochs=1))
    qtbot.waitUntil(lambda: is_idle(session))
    with qtbot.waitSignal(session.status_message):
        session.keep_trained_model("mine")
    assert session.model is not None
    with qtbot.waitSignal(session.status_message):
        session.save_model(models_folder() / "mine.digitnet", session.model)
    assert [(model.name, model.path) for model in ModelLibrary(pytest.fail).models() or ()] == [
        ("mine", models_folder() / "mine.digitnet")
    ]
    assert session.outcome is not None
    assert session.outcome.trained.model is session.model
    assert session.outcome.path == session.model_path == models_folder() / "mine.digitnet"


def test_the_bundled_model_is_never_opened_as_a_file_of_the_user(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.status_message):
        session.open_model(bundled_model_path())
    assert session.model_is_bundled
    assert session.model_path is None


def test_a_model_opened_during_a_run_stays_in_use_and_the_run_is_saved(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    save_model(model_called("mine"), tmp_path / "mine.npz")
    events = events_of(session)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: len(epochs_of(events)) > 0)
    with qtbot.waitSignal(session.status_message):
        session.open_model(tmp_path / "mine.npz")
    seen = len(events)
    qtbot.waitUntil(lambda: len(epochs_of(events[seen:])) > 0)
    session.stop()
    qtbot.waitUntil(lambda: len(kept_models()) == 1 and is_idle(session))
    assert session.model is not None
    assert session.model.card.name == "mine"


def test_an_unreadable_file_changes_nothing(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.select_model(loaded_model("before"), Path("before.npz"))
    before_data, before = session.data, session.model
    assert before is not None
    (tmp_path / "broken.npz").write_bytes(b"PK nonsense")
    with qtbot.waitSignal(session.error_message) as rejected:
        session.open_model(tmp_path / "broken.npz")
    assert "broken.npz: this is not a complete Digit Lab model" in rejected.args[0]
    with qtbot.waitSignal(session.error_message) as rejected:
        session.save_model(tmp_path, before)
    assert session.data is before_data
    assert session.model is before


def logged() -> list[LoggedRun]:
    with RunLog(run_log_path()) as log:
        return log.runs()[::-1]


def train_to_the_end(session: Session, qtbot: QtBot, config: TrainingConfig) -> None:
    session.start_training(SPEC, config)
    qtbot.waitUntil(lambda: is_idle(session))


def test_further_training_gives_the_bits_of_an_uninterrupted_run(session: Session, qtbot: QtBot) -> None:
    train_to_the_end(session, qtbot, TrainingConfig(epochs=4))
    assert session.network is not None
    whole = session.network.parameters.values.copy()
    train_to_the_end(session, qtbot, TrainingConfig(epochs=2))
    session.train_further(0.001, epochs=1)
    qtbot.waitUntil(lambda: is_idle(session))
    session.train_further(0.001, epochs=1)
    qtbot.waitUntil(lambda: is_idle(session))
    np.testing.assert_array_equal(session.network.parameters.values, whole)
    assert len(kept_models()) == 4


def test_further_training_has_the_steps_and_epochs_of_the_run_before(session: Session, qtbot: QtBot) -> None:
    train_to_the_end(session, qtbot, TrainingConfig(epochs=2))
    before = session.snapshots
    assert before is not None
    session.train_further(0.001, epochs=2)
    qtbot.waitUntil(lambda: is_idle(session))
    after = session.snapshots
    assert after is not None
    assert after.points[: len(before.points)] == before.points
    for point in before.points:
        np.testing.assert_array_equal(after.values(point), before.values(point))
    assert [point.label for point in after.points[len(before.points) :]] == ["epoch 3", "epoch 4"]
    assert after.run.number == logged()[1].id
    (kept,) = [load_snapshots(last_snapshots_path())]
    assert kept.snapshots.points == after.points


def test_further_training_from_an_epoch_has_no_later_ones_of_the_run_before(session: Session, qtbot: QtBot) -> None:
    train_to_the_end(session, qtbot, TrainingConfig(epochs=3))
    assert session.snapshots is not None
    second = next(point for point in session.snapshots.points if point.label == "epoch 2")
    with qtbot.waitSignal(session.ended_run_changed):
        session.load_ended_run_at(second, session.use_ended_run)
    session.train_further(0.001, epochs=1)
    qtbot.waitUntil(lambda: is_idle(session))
    assert [point.label for point in session.snapshots.points if point.is_end_of_epoch] == [
        "epoch 1", "epoch 2", "epoch 3",
    ]  # fmt: skip


def test_further_training_of_another_run_than_the_last_begins_at_its_end(session: Session, qtbot: QtBot) -> None:
    train_to_the_end(session, qtbot, TrainingConfig(epochs=1))
    first = session.ended_run
    assert first is not None
    train_to_the_end(session, qtbot, TrainingConfig(epochs=2, seed=1))
    session.use_ended_run(first)
    session.train_further(0.001, epochs=1)
    qtbot.waitUntil(lambda: is_idle(session))
    assert session.snapshots is not None
    first_of_this_run, *others = session.snapshots.points
    assert first_of_this_run.label == "epoch 1"
    assert [point.label for point in others if point.is_end_of_epoch] == ["epoch 2"]


def test_further_training_is_logged_as_a_new_run_with_the_complete_curve(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    train_to_the_end(session, qtbot, TrainingConfig(epochs=2, batch_size=50))
    events.clear()
    session.train_further(0.5, epochs=1)
    qtbot.waitUntil(lambda: is_idle(session))
    (part,) = [event for event in events if isinstance(event, PreviousPart)]
    assert [row["epoch"] for row in part.epochs] == [1, 2]
    assert list(part.curve[0]) == list(range(1, 81))
    assert part.rates == ((1, 0.001), (81, 0.5))
    assert {event.learning_rate for event in events if isinstance(event, StepsDone) and len(event.steps)} == {0.5}
    first, second = logged()
    assert (first.epochs, first.state) == (2, "finished")
    assert (second.epochs, second.settings.parent) == (3, first.id)
    with RunLog(run_log_path()) as log:
        assert [row["epoch"] for row in log.epochs(second.id)] == [1, 2, 3]
        assert list(log.curve(second.id)[0]) == list(range(1, 121))


def test_a_run_that_was_stopped_in_its_first_epoch_keeps_its_curve_and_its_change_of_the_rate(
    session: Session, qtbot: QtBot
) -> None:
    events = events_of(session)
    snapshots: list[Snapshots] = []
    session.snapshots_created.connect(lambda created, total: snapshots.append(created))
    session.start_training(SPEC, LONG, paused=True)
    qtbot.waitUntil(lambda: any(isinstance(event, StepsDone) for event in events))
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))
    assert labels(snapshots[-1]) == ["step 0", "step 1"]
    events.clear()
    session.train_further(0.5, epochs=1)
    qtbot.waitUntil(lambda: is_idle(session))
    (part,) = [event for event in events if isinstance(event, PreviousPart)]
    assert list(part.curve[0]) == [1]
    assert part.rates == ((1, 0.001), (2, 0.5))
    assert part.epochs == ()
    assert labels(snapshots[-1]) == ["step 0", "step 1", "step 3", "step 10", "step 30", "epoch 1"]


def test_a_stopped_run_can_be_trained_further_until_a_new_run_starts(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: len(epochs_of(events)) > 0)
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))
    assert session.ended_run is not None
    done = session.ended_run.checkpoint.counters.epochs_done
    session.train_further(0.01, epochs=2)
    qtbot.waitUntil(lambda: is_idle(session))
    assert session.ended_run.checkpoint.counters.epochs_done == done + 2
    session.start_training(SPEC, TrainingConfig(epochs=1))
    assert session.ended_run is None


def test_diverging_further_training_keeps_the_ended_run(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    train_to_the_end(session, qtbot, TrainingConfig(optimizer="sgd", learning_rate=0.1, epochs=1))
    before = session.ended_run
    session.train_further(1e6, epochs=1)
    qtbot.waitUntil(lambda: is_idle(session))
    assert any(isinstance(event, Diverged) for event in events)
    assert session.ended_run is before


def test_further_training_with_other_data_gives_a_message(session: Session, qtbot: QtBot) -> None:
    train_to_the_end(session, qtbot, TrainingConfig(epochs=1))
    data = small_mnist()
    session.use_data(Splits(data.training.take(slice(100, 900)), None, data.test))
    with qtbot.waitSignal(session.run_failed) as failure:
        session.train_further(0.001, epochs=1)
    assert "its own 2,000 training examples" in failure.args[0]


def test_the_steps_and_epochs_of_the_last_run_can_be_selected_after_a_restart(session: Session, qtbot: QtBot) -> None:
    session.start_training(SPEC, TrainingConfig(epochs=3, batch_size=50))
    with qtbot.waitSignal(session.snapshots_created) as emitted:
        qtbot.waitUntil(lambda: is_idle(session))
    before: Snapshots = emitted.args[0]
    later = Session()
    with qtbot.waitSignal(later.snapshots_created) as emitted:
        later.open_last_snapshots()
    after: Snapshots = emitted.args[0]
    assert emitted.args[1] == 3
    assert not later.model_is_latest_snapshot
    steps = ["step 0", "step 1", "step 3", "step 10", "step 30"]
    assert labels(after) == [*steps, "epoch 1", "epoch 2", "step 100", "epoch 3"]
    assert after.points == before.points
    for point in after.points:
        np.testing.assert_array_equal(after.values(point), before.values(point))
    assert later.close()


def test_the_steps_of_the_first_epoch_are_announced_while_the_model_before_is_in_use(
    session: Session, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.model_changed):
        session.open_bundled_model()
    before = session.model
    events = events_of(session)
    session.start_training(SPEC, LONG, paused=True)
    qtbot.waitUntil(lambda: any(isinstance(event, StepsDone) for event in events))
    assert session.snapshots is not None
    assert labels(session.snapshots) == ["step 0", "step 1"]
    assert session.model is before
    assert not session.model_is_latest_snapshot
    with qtbot.waitSignal(session.snapshots_grown):
        session.step()
        session.step()
    assert labels(session.snapshots) == ["step 0", "step 1", "step 3"]
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))


def test_a_run_that_was_stopped_within_an_epoch_ends_with_a_snapshot_of_its_model(
    session: Session, qtbot: QtBot
) -> None:
    events = events_of(session)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: bool(epochs_of(events)))
    session.pause()
    at_rest(qtbot, lambda: session.snapshots and session.snapshots.points)
    session.step()
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))
    assert session.snapshots is not None
    last, outcome = session.snapshots.points[-1], session.outcome
    assert outcome is not None
    np.testing.assert_array_equal(session.snapshots.values(last), outcome.trained.model.parameters)
    assert last.step == next(event.step for event in events if isinstance(event, Finished))
    assert session.model_is_latest_snapshot


def test_a_run_that_keeps_its_best_epoch_does_not_end_with_the_latest_snapshot(session: Session, qtbot: QtBot) -> None:
    config = TrainingConfig(optimizer="adam", learning_rate=0.01, epochs=12, keep_best=True)
    train_to_the_end(session, qtbot, config)
    assert session.snapshots is not None
    assert session.model is not None
    latest = session.snapshots.all[-1]
    is_same = np.array_equal(latest.values, session.model.parameters)
    assert (latest.point.label, is_same) == ("epoch 12", False)
    assert not session.model_is_latest_snapshot


def test_a_run_that_diverged_in_its_first_epoch_leaves_the_model_before_in_use(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    session.start_training(SPEC, TrainingConfig(optimizer="sgd", learning_rate=1e6, epochs=2))
    qtbot.waitUntil(lambda: is_idle(session))
    assert any(isinstance(event, Diverged) for event in events)
    assert session.snapshots is not None
    assert session.snapshots.points[0].label == "step 0"
    assert all(np.isfinite(each.values).all() for each in session.snapshots.all)
    assert not session.model_is_latest_snapshot


def test_the_pinned_drawing_is_read_from_the_first_step_on_and_when_it_is_pinned_in_a_pause(
    session: Session, qtbot: QtBot
) -> None:
    readings: list[PinnedReading] = []
    session.drawing_read.connect(readings.append)
    first, second = small_mnist().training.images[:2]
    session.pin_drawing(first)
    session.start_training(SPEC, LONG, paused=True)
    qtbot.waitUntil(lambda: len(readings) > 0 and readings[-1].steps == 1)
    assert readings[0].steps == 0
    session.step()
    session.step()
    qtbot.waitUntil(lambda: readings[-1].steps == 3)
    assert session.snapshots is not None
    by_step = {point.step: session.snapshots.network(point) for point in session.snapshots.points}
    for reading in readings:
        if reading.steps in by_step:  # 0, 1 and 3
            assert reading.prediction is not None
            expected = by_step[reading.steps].predict((first.reshape(1, -1) / 255).astype(np.float32))[0]
            np.testing.assert_allclose(reading.prediction.probabilities, expected, atol=1e-6)
    session.pin_drawing(second)
    qtbot.waitUntil(lambda: readings[-1].prediction is not None and (readings[-1].prediction.image == second).all())
    session.pin_drawing(None)
    count = len(readings)
    session.step()
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))
    assert len(readings) == count


def test_the_network_in_training_is_copied_between_two_steps_while_it_is_watched(
    session: Session, qtbot: QtBot
) -> None:
    copies: list[LiveNetwork] = []
    session.network_in_training.connect(copies.append)
    session.watch_training(True)
    session.start_training(SPEC, LONG, paused=True)
    qtbot.waitUntil(lambda: len(copies) > 0 and copies[-1].point.step == 1)
    assert copies[0].point == TrainingPoint(0, 0)
    session.step()
    session.step()
    qtbot.waitUntil(lambda: copies[-1].point.step == 3)
    assert len({copy.point for copy in copies}) == len(copies)
    assert session.snapshots is not None
    by_step = {point.step: session.snapshots.values(point) for point in session.snapshots.points}
    for copy in copies:
        if copy.point.step in by_step:  # 0, 1 and 3
            np.testing.assert_array_equal(copy.network.parameters.values, by_step[copy.point.step])
    with RunLog(run_log_path()) as log:
        assert [run.id for run in log.runs()] == [copies[-1].run]
    assert copies[-1].name == f"784-16-10 (run {copies[-1].run} in training, epoch 1 of 100,000, step 3)"
    session.watch_training(False)
    count = len(copies)
    session.step()
    session.watch_training(True)  # the window has no copy any more
    qtbot.waitUntil(lambda: copies[-1].point.step == 4)
    assert len(copies) in (count + 1, count + 2)
    session.watch_training(False)
    session.resume()
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))
    assert copies[-1].point.step == 4


def test_each_copy_of_a_running_training_is_its_network_between_two_steps(session: Session, qtbot: QtBot) -> None:
    copies: list[LiveNetwork] = []
    session.network_in_training.connect(copies.append)
    session.watch_training(True)
    session.start_training(SPEC, LONG, validation_fraction=0.0)
    qtbot.waitUntil(lambda: len(copies) >= 4)
    session.stop()
    qtbot.waitUntil(lambda: is_idle(session))
    by_step = {copy.point.step: copy.network.parameters.values for copy in copies}
    assert len(by_step) == len(copies)  # each is sent once
    network = Network(SPEC, seed=LONG.seed)
    for event in train(network, small_mnist(), LONG, cores=1):  # the same run again
        if isinstance(event, StepDone) and event.step in by_step:
            np.testing.assert_array_equal(by_step.pop(event.step), network.parameters.values)
            if not by_step.keys() - {0}:
                break
    assert not by_step.keys() - {0}


def test_watching_leaves_the_bits_of_a_training_as_they_are(session: Session, qtbot: QtBot) -> None:
    spec = NetworkSpec((28, 28), (Conv2D(4), BatchNorm(), Activation("relu"), Flatten(), Dropout(0.3), Dense(10)))
    config, results = TrainingConfig(epochs=2, seed=3), []
    for drawing in (None, small_mnist().training.images[0]):
        session.pin_drawing(drawing)
        session.watch_training(drawing is not None)
        session.start_training(spec, config)
        qtbot.waitUntil(lambda: is_idle(session))
        assert session.ended_run is not None
        state = session.ended_run.checkpoint
        results.append([array.tobytes() for array in state.arrays.values()])
    assert results[0] == results[1]


def test_without_an_earlier_run_there_are_no_epochs(session: Session, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(session.snapshots_created), qtbot.assertNotEmitted(session.error_message):
        session.open_last_snapshots()
        assert session.close()


def test_epochs_of_an_earlier_run_never_replace_those_of_a_run_in_progress(session: Session, qtbot: QtBot) -> None:
    session.start_training(SPEC, TrainingConfig(epochs=1))
    qtbot.waitUntil(lambda: is_idle(session))
    with qtbot.assertNotEmitted(session.snapshots_created):
        session.open_last_snapshots()
        assert session.close()


def test_a_damaged_file_of_epochs_is_renamed(session: Session, qtbot: QtBot) -> None:
    last_snapshots_path().parent.mkdir(parents=True)
    last_snapshots_path().write_bytes(b"damaged")
    with qtbot.waitSignal(session.error_message) as emitted:
        session.open_last_snapshots()
    assert "not a complete Digit Lab file of snapshots" in emitted.args[0]
    assert not last_snapshots_path().exists()
    assert last_snapshots_path().with_suffix(".damaged.npz").read_bytes() == b"damaged"


def test_epochs_that_cannot_be_saved_are_reported(session: Session, qtbot: QtBot) -> None:
    last_snapshots_path().mkdir(parents=True)  # a folder cannot be replaced by a file
    messages: list[str] = []
    session.error_message.connect(messages.append)
    session.start_training(SPEC, TrainingConfig(epochs=1))
    qtbot.waitUntil(lambda: is_idle(session))
    assert len(messages) == 1
    assert "could not be saved" in messages[0]
    assert len(kept_models()) == 1


def test_a_home_that_cannot_be_reached_has_no_epochs_and_no_leftovers(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    errors: list[str] = []
    session.error_message.connect(errors.append)
    monkeypatch.setenv("DIGITLAB_HOME", str(tmp_path / ("x" * 300)))  # the name is too long for the system
    session.open_last_snapshots()
    session.remove_leftovers()
    qtbot.waitUntil(lambda: not session.is_busy)
    assert errors == []


def test_leftovers_are_deleted_on_a_thread(session: Session, qtbot: QtBot) -> None:
    left = models_folder() / ".m.npz.abcd_123.part"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.touch()
    os.utime(left, (0, 0))
    session.remove_leftovers()
    qtbot.waitUntil(lambda: not session.is_busy)
    assert not left.exists()
