"""After a run the model that reads better is in use, and the user can choose the other one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.session.loaded_model import LoadedModel, ModelWithPath, RunOutcome, measured_accuracy, model_in_words
from app.session.run_events import RunState
from app.session.session import Session
from app.storage.models.model_library import KeptModel, ModelLibrary
from app.storage.paths import models_folder
from nncore.files.model_file import Model
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.app.session.measured_models import SPEC, a_model
from tests.nncore.example_data import small_mnist


@pytest.mark.parametrize(
    ("trained", "before", "is_better"),
    [
        (a_model(0.97), a_model(0.99), False),
        (a_model(0.99), a_model(0.99), True),
        (a_model(None, 0.98), a_model(0.97), True),
        (a_model(None, 0.96), a_model(0.97), False),
        (a_model(), a_model(0.1), False),
        (a_model(0.2), a_model(), True),
        (a_model(1.0, spec=NetworkSpec.dense((784, 3))), a_model(0.5), False),
        (a_model(0.1), a_model(1.0, spec=NetworkSpec.dense((784, 3))), True),
    ],
)
def test_the_better_model_is_the_one_that_was_measured_to_read_more(
    trained: LoadedModel, before: LoadedModel, is_better: bool
) -> None:
    assert RunOutcome(trained, ModelWithPath(before, None)).is_better == is_better


def test_the_first_model_is_better_than_none() -> None:
    assert RunOutcome(a_model(0.1), None).is_better


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.use_data(small_mnist())
    yield session
    assert session.close()


def use(session: Session, accuracy: float) -> LoadedModel:
    """Put a model with this accuracy to use, as if it had been opened."""
    loaded = a_model(accuracy)
    session.select_model(loaded, None)
    return loaded


def kept_models() -> list[KeptModel]:
    models = ModelLibrary(pytest.fail).models()
    assert models is not None
    return models


def train(session: Session, qtbot: QtBot, **changes: object) -> None:
    config = replace(TrainingConfig(epochs=1, batch_size=50), **changes)  # type: ignore[arg-type]
    with qtbot.waitSignal(session.outcome_changed, check_params_cb=lambda: session.outcome is not None):
        session.start_training(SPEC, config)
    assert session.run_state is RunState.IDLE


def test_a_run_that_reads_worse_leaves_the_model_before_in_use(session: Session, qtbot: QtBot) -> None:
    before = use(session, 0.995)
    train(session, qtbot)
    outcome = session.outcome
    assert outcome is not None
    assert (session.model, session.network) == (before.model, before.network)
    assert not session.model_is_latest_snapshot
    session.use_trained_model()
    assert session.model is outcome.trained.model
    assert session.model_is_latest_snapshot
    session.use_model_before()
    assert session.model is before.model


def test_a_run_that_reads_better_is_in_use_and_can_be_taken_back(session: Session, qtbot: QtBot) -> None:
    before = use(session, 0.05)
    train(session, qtbot, epochs=3)
    outcome = session.outcome
    assert outcome is not None
    assert session.model is outcome.trained.model
    session.use_model_before()
    assert session.model is before.model


def test_a_run_that_reads_worse_so_far_does_not_read_what_is_drawn(session: Session, qtbot: QtBot) -> None:
    before = use(session, 0.995)
    used: list[Model] = []
    session.model_changed.connect(used.append)
    session.start_training(SPEC, TrainingConfig(epochs=100_000, batch_size=50))
    qtbot.waitUntil(lambda: session.snapshots is not None and len(session.snapshots.points) > 3)
    assert not session.model_follows_run
    with qtbot.waitSignal(session.snapshots_grown):
        pass
    session.stop()
    qtbot.waitUntil(lambda: session.outcome is not None)
    assert used == []
    assert session.model is before.model


def test_a_run_that_reads_better_takes_over_while_it_is_in_progress(session: Session, qtbot: QtBot) -> None:
    before = use(session, 0.05)
    session.start_training(SPEC, TrainingConfig(epochs=100_000, batch_size=50))
    qtbot.waitUntil(lambda: session.model is not before.model)
    assert session.model_follows_run
    session.stop()
    qtbot.waitUntil(lambda: session.outcome is not None)
    assert session.outcome is not None
    assert session.model is session.outcome.trained.model


def test_the_kept_model_of_a_run_gets_a_name_and_no_second_file(
    session: Session, qtbot: QtBot, user_files: Path
) -> None:
    before = use(session, 0.995)
    train(session, qtbot)
    (path,) = models_folder().glob("*.npz")
    assert session.outcome is not None
    assert session.outcome.path == path
    session.keep_trained_model("my first")
    qtbot.waitUntil(lambda: session.outcome is not None and session.outcome.trained.model.card.name == "my first")
    assert session.model is before.model
    (kept,) = kept_models()
    assert (kept.path, kept.name) == (path, "my first")
    session.use_trained_model()
    assert session.model is session.outcome.trained.model
    assert session.model_path == path


def test_a_model_that_could_not_be_saved_is_saved_when_it_is_kept(
    session: Session, qtbot: QtBot, user_files: Path
) -> None:
    models_folder().parent.mkdir(parents=True, exist_ok=True)
    models_folder().touch()  # in the place of the folder
    train(session, qtbot)
    assert session.outcome is not None
    assert session.outcome.path is None
    assert len(session.unsaved_models) == 1
    models_folder().unlink()
    session.keep_trained_model("rescued: 1/2")
    qtbot.waitUntil(lambda: not session.unsaved_models)
    (kept,) = kept_models()
    assert kept.name == "rescued: 1/2"
    assert session.model is session.outcome.trained.model
    assert (session.model.card.name, session.model_path) == ("rescued: 1/2", kept.path)


def test_a_renamed_model_has_its_new_name_everywhere(session: Session, qtbot: QtBot, user_files: Path) -> None:
    use(session, 0.05)
    train(session, qtbot, epochs=3)
    outcome = session.outcome
    renamed: list[Model] = []
    assert outcome is not None
    assert outcome.path is not None
    assert session.model is outcome.trained.model
    session.model_renamed.connect(renamed.append)
    session.rename_models({outcome.path: ("better", "a note"), Path("other.npz"): ("x", "")})
    assert session.model is not None
    assert (session.model.card.name, session.model.card.notes) == ("better", "a note")
    assert renamed == [session.model]
    assert session.outcome is not None
    assert session.outcome.trained.model is session.model
    assert session.network is outcome.trained.network, "it reads as before"
    session.rename_models({outcome.path: ("better", "a note")})
    assert renamed == [session.model]


def test_a_model_chosen_during_the_run_stays_in_use(session: Session, qtbot: QtBot) -> None:
    before = use(session, 0.05)
    session.start_training(SPEC, TrainingConfig(epochs=100_000, batch_size=50))
    qtbot.waitUntil(lambda: session.model is not before.model)
    assert session.outcome is None
    chosen = use(session, 0.01)
    session.stop()
    qtbot.waitUntil(lambda: session.outcome is not None)
    assert session.model is chosen.model


def test_a_run_of_which_nothing_is_left_has_no_outcome(session: Session, qtbot: QtBot) -> None:
    before = use(session, 0.5)
    session.start_training(SPEC, TrainingConfig(optimizer="sgd", learning_rate=1e6, epochs=1, batch_size=50))
    qtbot.waitUntil(lambda: session.run_state is not RunState.IDLE)
    qtbot.waitUntil(lambda: session.run_state is RunState.IDLE)
    assert session.outcome is None
    assert session.model is before.model
    session.use_trained_model()
    session.use_model_before()
    assert session.model is before.model


def test_a_model_is_described_by_its_accuracy_or_its_epochs() -> None:
    def described(loaded: LoadedModel) -> tuple[float | None, str]:
        return measured_accuracy(loaded.model), model_in_words(loaded.model)

    assert described(a_model(0.9948, 0.9)) == (0.9948, "any, 99.5 %")
    assert described(a_model(None, 0.976)) == (0.976, "any, 97.6 % in validation")
    assert described(a_model()) == (None, "any, 3 epochs")
