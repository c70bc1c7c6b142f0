"""A small network, models, and what a session has sent, for the tests of the session."""

from __future__ import annotations

import numpy as np

from app.session.loaded_model import LoadedModel
from app.session.run_events import RunState, StepsDone
from app.session.session import Session
from nncore.evaluation.snapshots import Snapshots
from nncore.files.model_file import Model, ModelCard
from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.events import EpochDone

SPEC = NetworkSpec.dense((784, 16, 10))


LONG = TrainingConfig(epochs=100_000, batch_size=50)


def model_called(name: str) -> Model:
    network = Network(SPEC)
    network.initialize(np.random.default_rng(0))
    return Model(SPEC, network.parameters.values.astype(np.float32), ModelCard(name))


def loaded_model(name: str) -> LoadedModel:
    return LoadedModel.from_model(model_called(name))


def epochs_of(events: list[object]) -> list[EpochDone]:
    return [epoch for event in events if isinstance(event, StepsDone) for epoch in event.epochs]


def labels(snapshots: Snapshots) -> list[str]:
    return [point.label for point in snapshots.points]


def is_idle(session: Session) -> bool:
    return session.run_state is RunState.IDLE


def events_of(session: Session) -> list[object]:
    events: list[object] = []
    session.run_event.connect(events.append)
    return events
