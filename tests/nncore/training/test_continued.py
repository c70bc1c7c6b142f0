"""A run that was stopped, saved and resumed has the same bits as one without interruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import Training, TrainingConfig
from nncore.training.control import TrainingControl
from nncore.training.events import EpochDone, Finished, StepDone, TrainingEvent
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel import batch_gradients
from tests.nncore.runs import CONVOLUTIONAL, SMALL, few_digits, finished_event, fresh_network, reproducible_fields

CONFIG = TrainingConfig(epochs=3, batch_size=64, learning_rate=0.01, schedule="cosine")
STEPS = 9


def uninterrupted(spec: NetworkSpec, config: TrainingConfig, data: Splits | None = None) -> tuple[Training, list[Any]]:
    training = Training(fresh_network(spec, config.seed), data or few_digits(), config)
    return training, list(training.events())


def interrupted(
    spec: NetworkSpec,
    config: TrainingConfig,
    path: Path,
    ends: Callable[[TrainingEvent], bool],
    data: Splits | None = None,
) -> tuple[Training, list[TrainingEvent]]:
    """A run that is closed after the first event for which `ends` is true, saved, and resumed from the file."""
    training = Training(fresh_network(spec, config.seed), data or few_digits(), config)
    before, events = [], training.events()
    for event in events:
        before.append(event)
        if ends(event):
            break
    events.close()
    return resumed_with(training, path, before, data)


def resumed_with(
    training: Training, path: Path, before: list[TrainingEvent], data: Splits | None = None
) -> tuple[Training, list[TrainingEvent]]:
    save_checkpoint(training.checkpoint(), path)
    resumed = Training.continued(load_checkpoint(path), data or few_digits())
    return resumed, before + list(resumed.events())[1:]


def assert_same(one: tuple[Training, list[TrainingEvent]], other: tuple[Training, list[TrainingEvent]]) -> None:
    np.testing.assert_array_equal(one[0].network.parameters.values, other[0].network.parameters.values)
    assert [reproducible_fields(event) for event in one[1]] == [reproducible_fields(event) for event in other[1]]
    rows, other_rows = ([{**row, "seconds": 0} for row in each[0].history.rows()] for each in (one, other))
    assert rows == other_rows
    assert one[0].control.rates_used == other[0].control.rates_used


def after_step(step: int) -> Callable[[TrainingEvent], bool]:
    return lambda event: isinstance(event, StepDone) and event.step == step


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_a_dense_network_resumes_from_any_step(tmp_path: Path, step: int) -> None:
    config = replace(CONFIG, augmentation=Augmentation(shift=1, rotation=8))
    assert_same(interrupted(SMALL, config, tmp_path / "run.npz", after_step(step)), uninterrupted(SMALL, config))


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_run_resumes_from_the_end_of_an_epoch(tmp_path: Path, epoch: int) -> None:
    def ends(event: TrainingEvent) -> bool:
        return isinstance(event, EpochDone) and event.epoch == epoch

    assert_same(interrupted(SMALL, CONFIG, tmp_path / "run.npz", ends), uninterrupted(SMALL, CONFIG))


def test_a_run_resumes_from_before_its_first_step(tmp_path: Path) -> None:
    assert_same(interrupted(SMALL, CONFIG, tmp_path / "run.npz", lambda event: True), uninterrupted(SMALL, CONFIG))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_resumes_with_its_memory(tmp_path: Path, optimizer: str) -> None:
    config = replace(CONFIG, optimizer=optimizer, weight_decay=0.01, clip_norm=1.0, label_smoothing=0.1)
    assert_same(interrupted(SMALL, config, tmp_path / "run.npz", after_step(5)), uninterrupted(SMALL, config))


@pytest.mark.parametrize("step", [1, 4, 6])
@pytest.mark.parametrize("min_multiplications", [0, 10**9], ids=["replicas", "one network"])
def test_layers_with_randomness_and_state_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, min_multiplications: int
) -> None:
    monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", min_multiplications)
    config = replace(CONFIG, augmentation=Augmentation(elastic=1, noise=0.1))
    whole = uninterrupted(CONVOLUTIONAL, config)
    assert_same(interrupted(CONVOLUTIONAL, config, tmp_path / "run.npz", after_step(step)), whole)


@pytest.mark.parametrize(("limit", "step"), [(4, 4), (5, 3), (5, 5), (6, 6)])
def test_a_resumed_run_ends_at_its_step_limit(tmp_path: Path, limit: int, step: int) -> None:
    config = replace(CONFIG, steps=limit)
    whole = uninterrupted(SMALL, config)
    assert finished_event(whole[1]).step == limit
    assert_same(interrupted(SMALL, config, tmp_path / "run.npz", after_step(step)), whole)


@pytest.mark.parametrize("step", [8, 13, 31])
def test_best_weights_and_patience_resume(tmp_path: Path, step: int) -> None:
    config = TrainingConfig(learning_rate=0.03, batch_size=64, epochs=40, patience=8, keep_best=True)
    whole = uninterrupted(SMALL, config)
    finished = finished_event(whole[1])
    assert finished.best_epoch is not None
    assert finished.reason == "patience"
    assert finished.best_epoch > 2
    assert step < finished.step
    assert_same(interrupted(SMALL, config, tmp_path / "run.npz", after_step(step)), whole)


class StopsAfterQueries(TrainingControl):
    """A control that is stopped once the run has read `stopped` this many times."""

    def __init__(self, learning_rate: float, queries: int) -> None:
        super().__init__(learning_rate)
        self._queries_left = queries

    @property
    def is_stopped(self) -> bool:
        self._queries_left -= 1
        return self._queries_left < 0


@pytest.mark.parametrize("min_multiplications", [0, 10**9], ids=["replicas", "one network"])
def test_a_run_stopped_at_any_moment_resumes_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, min_multiplications: int
) -> None:
    """The stops include moments within a batch of several passes, and within an evaluation."""
    monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", min_multiplications)
    monkeypatch.setattr(batch_gradients, "MAX_ROWS_PER_PART", 15)
    config = TrainingConfig(
        epochs=2, batch_size=150, keep_best=True, optimizer="momentum", augmentation=Augmentation(shift=2)
    )
    whole = uninterrupted(CONVOLUTIONAL, config)
    stopped_at, queries = set(), 0
    while True:
        training = Training(
            fresh_network(CONVOLUTIONAL), few_digits(), config, StopsAfterQueries(config.learning_rate, queries)
        )
        before = list(training.events())
        if finished_event(before).reason != "stopped":
            break
        stopped_at.add(finished_event(before).step)
        _, *between, _ = before
        again = resumed_with(training, tmp_path / "run.npz", between)
        assert_same(again, (whole[0], whole[1][1:]))  # a run that is stopped at once reports no figures at its start
        queries += 1
    assert stopped_at == {0, 1, 2, 3, 4}
    assert queries > 20


def test_a_run_can_be_resumed_after_every_step(tmp_path: Path) -> None:
    training = Training(fresh_network(CONVOLUTIONAL), few_digits(), CONFIG)
    for _ in range(2 * STEPS):
        events = training.events()
        for event in events:
            if isinstance(event, StepDone | EpochDone):
                break
        events.close()
        save_checkpoint(training.checkpoint(), tmp_path / "run.npz")
        training = Training.continued(load_checkpoint(tmp_path / "run.npz"), few_digits())
    list(training.events())
    whole, _ = uninterrupted(CONVOLUTIONAL, CONFIG)
    np.testing.assert_array_equal(training.network.parameters.values, whole.network.parameters.values)
    assert training.history.epochs == 3


def test_a_changed_learning_rate_is_resumed(tmp_path: Path) -> None:
    def run(path: Path | None) -> tuple[Training, list[TrainingEvent]]:
        training, before = Training(fresh_network(), few_digits(), CONFIG), []
        events = training.events()
        for event in events:
            before.append(event)
            if isinstance(event, StepDone) and event.step == 2:
                training.control.learning_rate = 0.03
            if path is not None and isinstance(event, StepDone) and event.step == 5:
                events.close()
                return resumed_with(training, path, before)
        return training, before

    one, other = run(None), run(tmp_path / "run.npz")
    assert_same(one, other)
    assert one[0].control.rates_used == [(1, 0.01), (3, 0.03)]


def test_resuming_a_finished_run_only_reports_its_end(tmp_path: Path) -> None:
    training, events = uninterrupted(SMALL, CONFIG)
    resumed, again = resumed_with(training, tmp_path / "run.npz", [])
    assert [reproducible_fields(event) for event in again] == [reproducible_fields(events[-1])]
    np.testing.assert_array_equal(resumed.network.parameters.values, training.network.parameters.values)


def test_a_resumed_run_reports_the_samples_done_before(tmp_path: Path) -> None:
    training = Training(fresh_network(), few_digits(), CONFIG)
    for event in training.events():
        if isinstance(event, StepDone) and event.step == 5:
            training.control.stop()
    started = next(Training.continued(training.checkpoint(), few_digits()).events())
    assert started.samples_done == 190 + 2 * 64  # type: ignore[union-attr]
    assert isinstance(event, Finished)


def test_resuming_with_other_data_raises_an_error() -> None:
    training, _ = uninterrupted(SMALL, replace(CONFIG, epochs=1))
    data, checkpoint = few_digits().training, training.checkpoint()
    fewer = data.take(slice(0, 100))
    relabelled = Dataset(data.images, (data.labels + 1) % 10, source="the same, other labels")
    others = Dataset(data.images[::-1], data.labels, source="other images")
    for other in (fewer, relabelled, others):
        with pytest.raises(SettingError, match="can only continue with its own") as raised:
            Training.continued(checkpoint, Splits(other, few_digits().validation))
        assert raised.value.field == "data"
