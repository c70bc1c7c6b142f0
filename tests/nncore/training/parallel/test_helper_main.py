"""The tasks of the helper process, done in this process; test_helper_process.py runs them in a process of its own."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel.batch_part import PartSpec
from nncore.training.parallel.helper_main import Worker
from nncore.training.parallel.helper_process import HelperProcess
from nncore.training.parallel.shared_memory import ADDED_UP, RATE, SAVED, STEP
from tests.nncore.example_data import small_mnist
from tests.nncore.runs import fresh_network

SPEC = NetworkSpec.dense((784, 100, 10))


@pytest.fixture
def network() -> Network:
    return fresh_network(SPEC)


@pytest.mark.parametrize("added_up", [False, True])
def test_a_step_is_the_optimizers_with_what_lies_behind_the_cut(network: Network, added_up: bool) -> None:
    whole, rng = network.copy(), np.random.default_rng(0)
    spec = PartSpec.for_run(network, small_mnist().training, TrainingConfig(), 16)
    second = HelperProcess(network, spec)
    shared = second.shared
    shared.gradients[:] = rng.standard_normal(shared.gradients.shape)
    worker = Worker(shared, spec)
    before, gradients = shared.values.copy(), shared.gradients.copy()
    shared.words[STEP], shared.words[ADDED_UP], shared.numbers[RATE] = 1, added_up, 0.01
    worker._step()
    whole.parameters.gradients[:] = gradients[0] if added_up else gradients[0] + gradients[1]
    OPTIMIZERS["adam"](whole.parameters).step(0.01)
    assert 0 < shared.cut < shared.values.size
    np.testing.assert_array_equal(shared.values[shared.cut :], whole.parameters.values[shared.cut :])
    np.testing.assert_array_equal(shared.values[: shared.cut], before[: shared.cut])
    np.testing.assert_array_equal(shared.gradients, gradients)  # for whoever has to take the step anew
    second.close()


def test_what_a_step_changes_is_saved_before(network: Network) -> None:
    """Also if it was not saved while nothing was waiting, as before the first step and after one taken elsewhere."""
    spec = PartSpec.for_run(network, small_mnist().training, TrainingConfig(), 16)
    second = HelperProcess(network, spec)
    shared, worker = second.shared, Worker(second.shared, spec)
    for step in (1, 5):
        shared.memory[:] = step
        before = shared.values[shared.cut :].copy()
        shared.words[STEP], shared.numbers[RATE] = step, 0.01
        worker._step()
        assert shared.words[SAVED] == step
        np.testing.assert_array_equal(shared.saved[0], before)
        assert (shared.saved[1:] == step).all()
        assert not np.array_equal(shared.values[shared.cut :], before)
    second.close()
