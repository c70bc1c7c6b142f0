"""Training learns with every optimizer, sends events in order, and is the same for the same seed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.evaluation.metrics import evaluate
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Flatten
from nncore.model.layers.parameters import Array
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.reporting.number_text import decimal_text
from nncore.training import Training, TrainingConfig, loop, train
from nncore.training.control import TrainingControl
from nncore.training.events import Diverged, EpochDone, Finished, Started, StepDone, TrainingEvent
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel import batch_gradients
from tests.nncore import runs
from tests.nncore.example_data import small_mnist
from tests.nncore.runs import finished_event, steps

CONFIG = TrainingConfig(epochs=2, batch_size=100)


def fresh_network(widths: tuple[int, ...] = (784, 32, 10), seed: int = 0) -> Network:
    return runs.fresh_network(NetworkSpec.dense(widths), seed)


def run(config: TrainingConfig = CONFIG, data: Splits | None = None) -> list[TrainingEvent]:
    return list(train(fresh_network(seed=config.seed), data or small_mnist(), config))


def trained(config: TrainingConfig) -> Array:
    """The parameters after a run with `config`."""
    network = fresh_network(seed=config.seed)
    finished_event(list(train(network, small_mnist(), config)))
    return network.parameters.values


def test_events_have_the_correct_order_and_counts() -> None:
    events = run()
    assert isinstance(events[0], Started)
    assert events[0].steps_per_epoch == 20
    assert [step.step for step in steps(events)] == list(range(1, 41))
    assert [type(event) for event in events[21:23]] == [EpochDone, StepDone]
    finished = finished_event(events)
    assert (finished.epochs, finished.step, finished.stopped) == (2, 40, False)


RATES = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "rmsprop": 0.001, "adam": 0.003, "adamw": 0.003}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_learns_real_digits(optimizer: str) -> None:
    finished = finished_event(
        run(TrainingConfig(optimizer=optimizer, learning_rate=RATES[optimizer], batch_size=32, epochs=4))
    )
    assert finished.test is not None
    assert finished.test.accuracy is not None
    assert finished.test.accuracy > 0.82


def test_reported_figures_equal_those_of_evaluate() -> None:
    data, network = small_mnist(), fresh_network()
    untrained = evaluate(network, data.validation) if data.validation else None
    events = list(train(network, data, CONFIG))
    assert isinstance(events[0], Started)
    assert untrained is not None
    assert events[0].validation_accuracy == untrained.accuracy
    done = [event for event in events if isinstance(event, EpochDone)][-1]
    evaluation = evaluate(network, data.validation) if data.validation else None
    assert evaluation is not None
    assert (done.validation_loss, done.validation_accuracy) == (evaluation.loss, evaluation.accuracy)
    second = [step for step in steps(events) if step.epoch == 2]
    assert done.training_loss == pytest.approx(np.mean([step.loss for step in second]))
    assert done.training_accuracy == pytest.approx(np.mean([step.accuracy for step in second]))


def test_the_same_seed_gives_the_same_bits() -> None:
    config = replace(CONFIG, augmentation=Augmentation(shift=1, rotation=5))
    first, second, other = trained(config), trained(config), trained(replace(config, seed=1))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_a_full_batch_is_one_step_per_epoch() -> None:
    full = run(replace(CONFIG, batch_size=None))
    assert [step.samples for step in steps(full)] == [2000, 2000]
    np.testing.assert_array_equal(trained(replace(CONFIG, batch_size=None)), trained(replace(CONFIG, batch_size=10**9)))


def test_a_batch_in_several_passes_trains_like_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(CONFIG, optimizer="sgd", learning_rate=0.1, batch_size=None, epochs=3)
    whole, whole_parameters = run(config), trained(config)
    monkeypatch.setattr(batch_gradients, "MAX_ROWS_PER_PART", 300)
    parts = run(config)
    np.testing.assert_allclose(trained(config), whole_parameters, rtol=1e-4, atol=1e-6)
    assert [s.loss for s in steps(parts)] == pytest.approx([s.loss for s in steps(whole)], rel=1e-5)
    assert [s.accuracy for s in steps(parts)] == pytest.approx([s.accuracy for s in steps(whole)])


def test_batch_size_one_takes_a_step_for_each_example() -> None:
    data = small_mnist()
    few = Splits(data.training.take(slice(0, 300)))
    events = run(TrainingConfig(optimizer="sgd", learning_rate=0.01, batch_size=1, epochs=1), few)
    assert len(steps(events)) == 300
    assert np.mean([s.loss for s in steps(events)[-100:]]) < np.mean([s.loss for s in steps(events)[:100]])


def test_each_epoch_uses_every_example_once_in_a_new_order() -> None:
    images = np.zeros((7, 28, 28), np.uint8)
    data = Splits(Dataset(images, np.arange(7), source="seven"))
    run = Training(fresh_network(), data, TrainingConfig(batch_size=3))
    first, second = (np.concatenate(list(run._batches())) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(7))
    assert list(first) != list(second)


@pytest.mark.parametrize("batch_size", [128, 1000, None], ids=str)
@pytest.mark.parametrize("rate", [1e3, 1e4, 1e38])
@pytest.mark.parametrize("validated", [True, False])
def test_a_rate_that_is_too_high_diverges_and_restores_finite_weights(
    batch_size: int | None, rate: float, validated: bool
) -> None:
    network, data = fresh_network(), small_mnist()
    if not validated:
        data = Splits(data.training)
    untrained = evaluate(network, data.training)
    kept = network.parameters.values.copy()
    for event in train(
        network, data, TrainingConfig(optimizer="sgd", learning_rate=rate, batch_size=batch_size, epochs=5)
    ):
        if isinstance(event, EpochDone):
            kept = network.parameters.values.copy()
    assert isinstance(event, Diverged)
    np.testing.assert_array_equal(network.parameters.values, kept)
    evaluation = evaluate(network, data.training)
    assert untrained is not None
    assert evaluation is not None
    assert evaluation.loss <= loop.DIVERGED_FACTOR * untrained.loss
    assert f"at a learning rate of {decimal_text(rate, 6)}: the loss " in event.message


def test_the_weights_of_the_last_epoch_are_checked_for_divergence() -> None:
    events = list(
        train(
            fresh_network(),
            small_mnist(),
            TrainingConfig(optimizer="sgd", learning_rate=1e6, batch_size=None, epochs=1),
        )
    )
    assert isinstance(events[-1], Diverged)


def test_a_run_that_diverges_restores_its_last_whole_epoch() -> None:
    network, control, kept = fresh_network(), TrainingControl(0.1), None
    for event in train(network, small_mnist(), TrainingConfig(optimizer="sgd", learning_rate=0.1, epochs=5), control):
        if isinstance(event, EpochDone) and event.epoch == 2:
            kept = network.parameters.values.copy()
            control.learning_rate = 1e6
    assert isinstance(event, Diverged)
    assert event.epochs == 2
    np.testing.assert_array_equal(network.parameters.values, kept)


CONVOLUTIONAL = NetworkSpec(
    (28, 28), (Conv2D(4), BatchNorm(), Activation("relu"), Flatten(), Dense(16), BatchNorm(), Dense(10))
)


@pytest.mark.parametrize("parts", ["one network", "replicas"])
def test_running_statistics_are_restored_if_a_run_diverges(parts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", 0 if parts == "replicas" else 10**9)
    network, control = runs.fresh_network(CONVOLUTIONAL), TrainingControl(0.1)
    for event in train(network, small_mnist(), TrainingConfig(optimizer="sgd", learning_rate=0.1, epochs=9), control):
        if isinstance(event, EpochDone):
            kept, statistics = network.parameters.values.copy(), network.parameters.state.copy()
            control.learning_rate = 1e20
    assert isinstance(event, Diverged)
    assert event.epochs >= 1
    assert np.abs(statistics).max() > 0
    np.testing.assert_array_equal(network.parameters.values, kept)
    np.testing.assert_array_equal(network.parameters.state, statistics)


def test_a_run_stopped_before_it_diverges_has_finite_weights() -> None:
    network, control = fresh_network(), TrainingControl(1e30)
    for event in train(network, small_mnist(), TrainingConfig(optimizer="sgd", learning_rate=1e30), control):
        if isinstance(event, StepDone):
            control.stop()
    assert isinstance(event, Finished)
    assert np.isfinite(network.parameters.values).all()


def test_a_new_learning_rate_applies_from_the_next_step() -> None:
    control = TrainingControl(0.001)
    rates = []
    for event in train(fresh_network(), small_mnist(), replace(CONFIG, epochs=1), control):
        if isinstance(event, StepDone):
            rates.append(event.learning_rate)
            if event.step == 3:
                control.learning_rate = 0.0005
    assert rates[:5] == [0.001, 0.001, 0.001, 0.0005, 0.0005]
    assert control.rates_used == [(1, 0.001), (4, 0.0005)]


def test_a_cosine_schedule_ends_near_zero() -> None:
    rates = [step.learning_rate for step in steps(run(replace(CONFIG, schedule="cosine")))]
    assert rates[0] == 0.001
    assert rates[20] == pytest.approx(0.0005)
    assert 0 < rates[-1] < 1e-5


def test_stop_ends_the_run_without_another_step() -> None:
    control = TrainingControl(0.001)
    events = []
    for event in train(fresh_network(), small_mnist(), CONFIG, control):
        events.append(event)
        if isinstance(event, StepDone) and event.step == 3:
            control.stop()
    assert len(steps(events)) == 3
    finished = finished_event(events)
    assert (finished.stopped, finished.epochs, finished.test) == (True, 0, None)


def test_closing_the_iterator_stops_the_run() -> None:
    iterator = train(fresh_network(), small_mnist(), CONFIG)
    assert isinstance(next(iterator), Started)
    assert isinstance(iterator, Iterator)
    iterator.close()
    assert next(iterator, None) is None


def test_wait_for_turn_blocks_while_paused_and_allows_single_steps() -> None:
    control = TrainingControl(0.001)
    control.pause()
    taken: list[int] = []
    one_taken = threading.Semaphore(0)

    def iterate() -> None:
        for event in train(fresh_network(), small_mnist(), CONFIG, control):
            if isinstance(event, StepDone):
                taken.append(event.step)
                one_taken.release()
                control.wait_for_turn()

    thread = threading.Thread(target=iterate)
    thread.start()
    try:
        assert one_taken.acquire(timeout=60)
        assert not one_taken.acquire(timeout=0.2)
        control.step()
        assert one_taken.acquire(timeout=60)
        assert not one_taken.acquire(timeout=0.2)
        assert taken == [1, 2]
        control.resume()
        assert one_taken.acquire(timeout=60)
    finally:
        control.stop()
        thread.join(60)
    assert not thread.is_alive()


def test_setting_an_invalid_rate_raises_an_error() -> None:
    control = TrainingControl(0.5)
    with pytest.raises(SettingError):
        control.learning_rate = float("inf")
    assert control.learning_rate == 0.5


def test_data_that_does_not_fit_the_network_raises_an_error() -> None:
    with pytest.raises(SettingError, match="100 inputs; the images have 784 pixels"):
        next(train(fresh_network((100, 10)), small_mnist(), CONFIG))
    with pytest.raises(SettingError, match="4 outputs; the data has 10 classes"):
        next(train(fresh_network((784, 4)), small_mnist(), CONFIG))
    none = Splits(small_mnist().training.take(slice(0, 0)))
    with pytest.raises(SettingError, match="has no examples"):
        next(train(fresh_network(), none, CONFIG))


def test_planned_rates_are_used_until_another_rate_is_set() -> None:
    control = TrainingControl(0.1, planned=((3, 0.05), (5, 0.02)))
    assert [control.rate_for_step(step) for step in range(1, 5)] == [0.1, 0.1, 0.05, 0.05]
    control.learning_rate = 0.5
    assert [control.rate_for_step(step) for step in (5, 6)] == [0.5, 0.5]
    assert control.rates_used == [(1, 0.1), (3, 0.05), (5, 0.5)]
    with pytest.raises(SettingError):
        TrainingControl(0.1, planned=((3, 0.0),))
