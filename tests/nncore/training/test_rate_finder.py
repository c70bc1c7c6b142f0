"""The suggested rate trains better than far higher or lower ones, and the network does not change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES
from nncore.model.losses import SoftmaxCrossEntropy
from nncore.model.network import Network, NetworkSpec
from nncore.training import RandomStreams, TrainingConfig, rate_finder, train
from nncore.training.events import Finished
from nncore.training.rate_finder import RateFinderResult, find_learning_rate
from tests.nncore.example_data import small_mnist

CONFIG = TrainingConfig(batch_size=64, epochs=3, schedule="cosine", steps=7, seconds=0.01, keep_best=True, patience=1)


def fresh_network() -> Network:
    network = Network(NetworkSpec.dense((784, 32, 10)))
    network.initialize(RandomStreams.from_seed(0).initialization)
    return network


def found_rate(
    config: TrainingConfig = CONFIG, lowest: float = 1e-6, highest: float = 10.0, steps: int = 100
) -> RateFinderResult:
    found = find_learning_rate(fresh_network(), small_mnist(), config, lowest, highest, steps)
    assert found is not None
    return found


def accuracy(optimizer: str, learning_rate: float) -> float:
    """The test accuracy after three epochs at this rate; 0 if the run diverges."""
    config = TrainingConfig(optimizer=optimizer, learning_rate=learning_rate, batch_size=64, epochs=3)
    ended = list(train(fresh_network(), small_mnist(), config))[-1]
    if not isinstance(ended, Finished):
        return 0.0
    assert ended.test is not None
    assert ended.test.accuracy is not None
    return ended.test.accuracy


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_the_suggested_rate_trains_better_than_rates_a_hundred_times_higher_or_lower(optimizer: str) -> None:
    suggested = found_rate(replace(CONFIG, optimizer=optimizer)).suggested
    good = accuracy(optimizer, suggested)
    assert good > 0.78
    assert accuracy(optimizer, 100 * suggested) < 0.5
    assert accuracy(optimizer, suggested / 100) < 0.5


def test_rates_rise_evenly_on_a_logarithmic_scale_until_the_loss_has_risen() -> None:
    found = found_rate(lowest=1e-5, highest=1e3, steps=161)
    assert found.rates[0] == pytest.approx(1e-5)
    np.testing.assert_allclose(np.diff(np.log10(found.rates)), 8 / 160)
    assert 1e-1 < found.rates[-1] < 1e3
    assert len(found.losses) == len(found.rates)
    assert np.isfinite(found.losses).all()
    assert found.losses[-1] > found.losses[0] > 2 * found.losses.min()
    assert found.suggested in found.rates
    assert found.suggested < found.rates[found.losses.argmin()]


def test_a_bounded_loss_ends_the_run_once_it_is_above_its_first_value() -> None:
    found = found_rate(replace(CONFIG, loss="mean_squared_error"), 1e-5, 1e4, 181)
    assert found.rates[-1] < 1e3
    assert found.losses[-1] > found.losses[0]


def test_the_loss_of_a_rate_is_measured_after_its_step_and_smoothed() -> None:
    rates, network, images = np.geomspace(1e-3, 0.5, 20), fresh_network(), small_mnist().training
    X, loss = images.inputs(slice(None)), SoftmaxCrossEntropy()
    loss.allocate(len(X), 10, network.dtype)

    def loss_and_gradient() -> float:
        now = loss.forward(network.forward(X), images.labels)
        network.backward(loss.backward())
        return now

    losses = []
    loss_and_gradient()
    for rate in rates:
        network.parameters.trainable[:] -= rate * network.parameters.gradients
        losses.append(loss_and_gradient())
    found = found_rate(TrainingConfig(optimizer="sgd", batch_size=None), lowest=1e-3, highest=0.5, steps=20)
    expected = [np.mean(losses[max(0, i - 5) : i + 6]) for i in range(20)]
    np.testing.assert_allclose(found.losses, expected, rtol=1e-4)


def test_the_finder_does_not_change_the_network() -> None:
    network = fresh_network()
    kept = network.parameters.values.copy()
    assert find_learning_rate(network, small_mnist(), CONFIG) is not None
    np.testing.assert_array_equal(network.parameters.values, kept)


def test_the_finder_is_reproducible_for_a_seed() -> None:
    first, again, other = found_rate(), found_rate(), found_rate(replace(CONFIG, seed=1))
    np.testing.assert_array_equal(first.losses, again.losses)
    assert first.suggested == again.suggested
    assert not np.array_equal(first.losses[:20], other.losses[:20])


def test_the_finder_uses_only_the_training_set() -> None:
    data = small_mnist()
    alone = find_learning_rate(fresh_network(), Splits(data.training), replace(CONFIG, keep_best=False, patience=None))
    assert alone is not None
    np.testing.assert_array_equal(alone.losses, found_rate().losses)


def test_the_finder_can_be_cancelled() -> None:
    asked = 0

    def after_ten() -> bool:
        nonlocal asked
        asked += 1
        return asked > 10

    assert find_learning_rate(fresh_network(), small_mnist(), CONFIG, cancelled=after_ten) is None
    assert asked < 15


def test_no_rate_is_suggested_if_the_loss_is_not_finite_at_the_start() -> None:
    network = fresh_network()
    network.parameters.values[:] = 1e30
    with pytest.raises(SettingError, match=r"diverges at the lowest learning rate, 0\.000001") as raised:
        find_learning_rate(network, small_mnist(), CONFIG)
    assert raised.value.field == "learning_rate"


def test_no_rate_is_suggested_if_the_loss_never_falls() -> None:
    dark = Dataset(np.zeros((100, 28, 28), np.uint8), np.arange(100) % 10, source="dark")
    with pytest.raises(SettingError, match=r"did not fall at any learning rate from 0\.000001 to") as raised:
        find_learning_rate(
            fresh_network(), Splits(dark), replace(CONFIG, batch_size=None, keep_best=False, patience=None)
        )
    assert raised.value.field == "learning_rate"


@pytest.mark.parametrize(
    ("lowest", "highest", "steps", "field", "message"),
    [
        (0.0, 1.0, 100, "learning_rate", "above 0"),
        (0.1, float("inf"), 100, "learning_rate", "finite"),
        (1.0, 1.0, 100, "learning_rate", "must be above the lowest, 1; got 1"),
        (0.1, 1.0, 19, "steps", "at least 20 steps; got 19"),
    ],
)
def test_invalid_rates_and_steps_raise_an_error(
    lowest: float, highest: float, steps: int, field: str, message: str
) -> None:
    with pytest.raises(SettingError, match=message) as raised:
        found_rate(CONFIG, lowest, highest, steps)
    assert raised.value.field == field


@pytest.mark.parametrize("count", range(5, 14))
def test_there_is_a_loss_for_each_rate_even_if_the_run_ends_early(count: int) -> None:
    losses = np.linspace(2, 1, count)
    found = rate_finder._find_steepest(np.geomspace(1e-6, 10, 100), losses)
    assert len(found.rates) == len(found.losses) == count


def test_with_small_batches_each_rate_gets_several_steps() -> None:
    recipe = RECIPES["sine"]
    network = Network(recipe.spec)
    network.initialize(np.random.default_rng(0))
    found = find_learning_rate(network, recipe.splits(), recipe.config)
    assert found is not None
    assert 0.01 < found.suggested < 2
