from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.session import Session
from app.settings import models_folder
from nncore.model_file import Model, ModelCard, load_model, save_model
from nncore.network import Network, NetworkSpec
from nncore.training import Diverged, EpochDone, Finished, TrainingConfig
from tests.nncore.data import small_mnist

SPEC = NetworkSpec.dense((784, 16, 10))
LONG = TrainingConfig(epochs=100_000, batch_size=50)


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session._use_data(small_mnist())
    yield session
    assert session.close()


def model_called(name: str) -> Model:
    network = Network(SPEC)
    network.initialize(np.random.default_rng(0))
    return Model(SPEC, network.parameters.values.astype(np.float32), ModelCard(name))


def kept_models() -> list[Path]:
    return sorted(models_folder().glob("*.npz")) if models_folder().exists() else []


def events_of(session: Session) -> list[object]:
    events: list[object] = []
    session.run_happened.connect(events.append)
    return events


def test_the_bundled_data_and_model_are_read_on_threads(qtbot: QtBot) -> None:
    session = Session()
    with qtbot.waitSignals([session.data_changed, session.model_changed], timeout=20_000):
        session.load_bundled_data()
        session.open_bundled_model()
        assert session.data is None
    assert session.data is not None
    assert len(session.data.training) == 60_000
    assert session.model is not None
    assert session.model.card.name == "mlp"
    assert session.close()


def test_each_epoch_makes_a_better_model_the_one_in_use(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    models: list[Model] = []
    session.model_changed.connect(models.append)
    session.start_training(SPEC, TrainingConfig(epochs=2))
    qtbot.waitUntil(lambda: any(isinstance(e, Finished) for e in events))
    epochs = [e for e in events if isinstance(e, EpochDone)]
    assert [m.card.epochs for m in models] == [1, 2, 2]
    np.testing.assert_array_equal(models[0].parameters, epochs[0].parameters)
    assert models[-1].card.test_accuracy is not None
    assert session.model is models[-1]


def test_a_finished_run_is_kept_without_being_asked(session: Session, qtbot: QtBot) -> None:
    session.start_training(SPEC, TrainingConfig(epochs=1))
    qtbot.waitUntil(lambda: len(kept_models()) == 1)
    assert session.model is not None
    np.testing.assert_array_equal(load_model(kept_models()[0]).parameters, session.model.parameters)


def test_two_runs_never_overwrite_each_other(session: Session, qtbot: QtBot) -> None:
    for count in (1, 2):
        session.start_training(SPEC, TrainingConfig(epochs=1))
        qtbot.waitUntil(lambda count=count: len(kept_models()) == count and not session.running)  # type: ignore[misc]


def test_closing_in_the_middle_keeps_what_was_learnt(session: Session, qtbot: QtBot) -> None:
    events = events_of(session)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: any(isinstance(e, EpochDone) for e in events))
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
    qtbot.wait(100)
    assert taken() == [1, 2]
    session.stop()
    qtbot.waitUntil(lambda: not session.running)


def test_training_asked_for_before_the_data_is_there_begins_when_it_is(qtbot: QtBot) -> None:
    session = Session()
    events = events_of(session)
    session.start_training(SPEC, TrainingConfig(epochs=1))
    assert not session.running
    session._use_data(small_mnist())
    qtbot.waitUntil(lambda: any(isinstance(e, Finished) for e in events))
    assert session.close()


def test_a_diverged_run_leaves_the_model_in_use_alone(session: Session, qtbot: QtBot) -> None:
    before = model_called("before")
    session._use_opened_model((before, Path("before.npz")))
    events = events_of(session)
    session.start_training(SPEC, TrainingConfig("sgd", 1e6))
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
    qtbot.waitUntil(lambda: not session.running)
    assert session.model is not None
    trained = session.model
    assert not session.model_is_saved
    assert trained.card.name == "784-16-10"
    session.revert_model()
    assert session.model.card.name == "first"
    session._use_model(trained, None)
    with qtbot.waitSignal(session.informed):
        session.save_model(second)
    np.testing.assert_array_equal(load_model(second).parameters, trained.parameters)
    assert session.model_is_saved
    assert session.model_path == second


def test_a_model_opened_during_a_run_stays_in_use_and_the_run_is_kept(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    save_model(model_called("mine"), tmp_path / "mine.npz")
    events = events_of(session)
    session.start_training(SPEC, LONG)
    qtbot.waitUntil(lambda: any(isinstance(e, EpochDone) for e in events))
    with qtbot.waitSignal(session.informed):
        session.open_model(tmp_path / "mine.npz")
    seen = len(events)
    qtbot.waitUntil(lambda: any(isinstance(e, EpochDone) for e in events[seen:]))
    session.stop()
    qtbot.waitUntil(lambda: len(kept_models()) == 1 and not session.running)
    assert session.model is not None
    assert session.model.card.name == "mine"


def test_what_cannot_be_read_changes_nothing(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    before_data, before = session.data, model_called("before")
    session._use_opened_model((before, Path("before.npz")))
    (tmp_path / "broken.npz").write_bytes(b"PK nonsense")
    with qtbot.waitSignal(session.refused) as refused:
        session.open_model(tmp_path / "broken.npz")
    assert "broken.npz: this is not a whole Digit Lab model" in refused.args[0]
    (tmp_path / "broken.csv").write_text("label,1x1\n3,9\n")
    with qtbot.waitSignal(session.refused) as refused:
        session.open_data(tmp_path / "broken.csv")
    assert "broken.csv" in refused.args[0]
    with qtbot.waitSignal(session.refused) as refused:
        session.save_model(tmp_path)
    assert session.data is before_data
    assert session.model is before
