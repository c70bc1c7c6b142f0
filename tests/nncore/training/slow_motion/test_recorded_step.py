"""A recorded step has the numbers of training, to the last bit, and changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nncore.data.dataset import Splits
from nncore.errors import DataError, SettingError
from nncore.model.derivations import DERIVATIONS
from nncore.training.loop import train
from nncore.training.random_streams import RandomStreams
from nncore.training.slow_motion.recorded_step import record_step
from tests.nncore.example_data import small_mnist
from tests.nncore.training.slow_motion.samples import SAMPLES, sample


@pytest.mark.parametrize("name", SAMPLES)
def test_the_network_after_the_step_is_that_of_training_to_the_last_bit(name: str) -> None:
    network, examples, config = sample(name)
    trained = network.copy()
    events = train(trained, Splits(examples, examples, None), replace(config, steps=1), cores=1)
    steps = [event for event in events if hasattr(event, "loss") and hasattr(event, "step")]
    order = next(iter(examples.batches(len(examples), RandomStreams.from_seed(config.seed).shuffling)))
    recorded = record_step(network, examples.take(order), config)
    assert recorded.loss == steps[0].loss
    assert recorded.trained.parameters.values.tobytes() == trained.parameters.values.tobytes()
    assert recorded.is_finite


@pytest.mark.parametrize("name", SAMPLES)
def test_the_network_is_unchanged_and_the_stages_fit_together(name: str) -> None:
    network, examples, config = sample(name)
    before = network.parameters.values.tobytes()
    step = record_step(network, examples, config)
    assert network.parameters.values.tobytes() == before
    for layer, after in zip(step.layers, step.layers[1:], strict=False):
        np.testing.assert_array_equal(layer.Y, after.X)
        if layer.dY is not None and after.dX is not None:
            np.testing.assert_array_equal(layer.dY, after.dX)
    np.testing.assert_array_equal(step.layers[-1].Y, step.logits)
    np.testing.assert_array_equal(step.layers[-1].dY, step.dlogits)
    assert step.loss_after < step.loss


@pytest.mark.parametrize(
    ("name", "layer", "derivation"),
    [("dense", 2, "dense-weights"), ("dense", 5, "dense-input"), ("sine", 3, "dense-weights")],
)
def test_the_derivations_give_the_recorded_gradients(name: str, layer: int, derivation: str) -> None:
    network, examples, config = sample(name)
    numbers = record_step(network, examples, replace(config, clip_norm=None)).layers[layer - 1].numbers
    for output, result in DERIVATIONS[derivation].results(numbers).items():
        np.testing.assert_allclose(result, numbers[output], rtol=1e-4, atol=1e-7)


def test_plain_gradient_descent_moves_a_weight_by_its_gradient_times_the_rate() -> None:
    network, examples, config = sample("sine")
    weights = record_step(network, examples, config).layers[0].parameters["W"]
    np.testing.assert_allclose(weights.after, weights.before - 0.1 * weights.gradient, rtol=1e-6)


def test_a_batch_that_does_not_fit_is_rejected() -> None:
    network, examples, config = sample("normalized")
    with pytest.raises(SettingError, match="needs batches of 2"):
        record_step(network, examples.take(slice(0, 1)), replace(config, batch_size=1))
    with pytest.raises(DataError, match="at most 256 examples"):
        record_step(network, small_mnist().training, config)


def test_a_diverged_network_is_recorded_and_not_finite() -> None:
    network, examples, config = sample("one")
    network.parameters.values[5] = np.nan
    assert not record_step(network, examples, config).is_finite
