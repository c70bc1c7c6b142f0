"""The loss along a step begins and ends with the losses of the step, and shows a rate that is too high."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nncore.training.slow_motion.loss_cut import cut_loss
from nncore.training.slow_motion.recorded_step import record_step
from tests.nncore.training.slow_motion.samples import SAMPLES, sample


@pytest.mark.parametrize("name", SAMPLES)
def test_the_cut_has_the_losses_before_and_after_the_step(name: str) -> None:
    network, examples, config = sample(name)
    before = network.parameters.values.tobytes()
    step = record_step(network, examples, config)
    cut = cut_loss(network, examples, config, step, (0, 0.5, 1))
    assert cut.losses[0] == step.loss
    assert cut.losses[2] == pytest.approx(step.loss_after, rel=1e-5)
    assert cut.losses[1] < cut.losses[0]
    assert network.parameters.values.tobytes() == before


def test_a_rate_that_is_too_high_is_beyond_the_lowest_point() -> None:
    network, examples, config = sample("sine")
    config = replace(config, learning_rate=20.0)
    step = record_step(network, examples, config)
    cut = cut_loss(network, examples, config, step, (0, 0.001, 0.003, 0.01, 0.1, 1))
    assert cut.losses[-1] > cut.losses[0]
    assert 0 < cut.best_rate < 10
