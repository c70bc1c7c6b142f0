"""The tasks of the helper process, run in this process; test_helper_process.py runs them in a second process."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel.batch_part import PartSpec
from nncore.training.parallel.helper_main import Worker
from nncore.training.parallel.helper_process import HelperProcess
from nncore.training.parallel.shared_memory import SharedNumber, Word
from tests.nncore.example_data import small_mnist
from tests.nncore.runs import fresh_network

SPEC = NetworkSpec.dense((784, 100, 10))


@pytest.fixture
def network() -> Network:
    return fresh_network(SPEC)


@pytest.mark.parametrize("is_summed", [False, True])
def test_the_helper_updates_the_values_from_the_cut_on(network: Network, is_summed: bool) -> None:
    whole, rng = network.copy(), np.random.default_rng(0)
    spec = PartSpec.for_run(network, small_mnist().training, TrainingConfig(), 16)
    helper = HelperProcess(network, spec)
    shared = helper.shared
    shared.gradients[:] = rng.standard_normal(shared.gradients.shape)
    worker = Worker(shared, spec)
    before, gradients = shared.values.copy(), shared.gradients.copy()
    shared.words[Word.STEP], shared.words[Word.IS_SUMMED], shared.numbers[SharedNumber.LEARNING_RATE] = (
        1,
        is_summed,
        0.01,
    )
    worker._step()
    whole.parameters.gradients[:] = gradients[0] if is_summed else gradients[0] + gradients[1]
    OPTIMIZERS["adam"](whole.parameters).step(0.01)
    assert 0 < shared.cut < shared.values.size
    np.testing.assert_array_equal(shared.values[shared.cut :], whole.parameters.values[shared.cut :])
    np.testing.assert_array_equal(shared.values[: shared.cut], before[: shared.cut])
    np.testing.assert_array_equal(shared.gradients, gradients)  # still needed if the step must be repeated
    helper.close()


def test_the_helper_saves_values_and_memory_before_a_step(network: Network) -> None:
    """Steps 1 and 5: nothing was saved in advance for the first step, nor after steps that the main process took."""
    spec = PartSpec.for_run(network, small_mnist().training, TrainingConfig(), 16)
    helper = HelperProcess(network, spec)
    shared, worker = helper.shared, Worker(helper.shared, spec)
    for step in (1, 5):
        shared.memory[:] = step
        before = shared.values[shared.cut :].copy()
        shared.words[Word.STEP], shared.numbers[SharedNumber.LEARNING_RATE] = step, 0.01
        worker._step()
        assert shared.words[Word.SAVED_STEP] == step
        np.testing.assert_array_equal(shared.saved[0], before)
        assert (shared.saved[1:] == step).all()
        assert not np.array_equal(shared.values[shared.cut :], before)
    helper.close()
