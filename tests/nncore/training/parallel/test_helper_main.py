"""What the second process does with its tasks, done here; how it does them over there, see test_second_process."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.parallel.batch_part import PartSpec
from nncore.training.parallel.helper_main import Worker
from nncore.training.parallel.helper_process import SecondProcess
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
    spec = PartSpec.of(network, small_mnist().training, TrainingConfig(), 16)
    second = SecondProcess(network, spec)
    room = second.room
    room.gradients[:] = rng.standard_normal(room.gradients.shape)
    worker = Worker(room, spec)
    before, gradients = room.values.copy(), room.gradients.copy()
    room.words[STEP], room.words[ADDED_UP], room.numbers[RATE] = 1, added_up, 0.01
    worker._step()
    whole.parameters.gradients[:] = gradients[0] if added_up else gradients[0] + gradients[1]
    OPTIMIZERS["adam"](whole.parameters).step(0.01)
    assert 0 < room.cut < room.values.size
    np.testing.assert_array_equal(room.values[room.cut :], whole.parameters.values[room.cut :])
    np.testing.assert_array_equal(room.values[: room.cut], before[: room.cut])
    np.testing.assert_array_equal(room.gradients, gradients)  # for whoever has to take the step anew
    second.close()


def test_what_a_step_changes_is_saved_before(network: Network) -> None:
    """Also if it was not saved while nothing was waiting, as before the first step and after one taken elsewhere."""
    spec = PartSpec.of(network, small_mnist().training, TrainingConfig(), 16)
    second = SecondProcess(network, spec)
    room, worker = second.room, Worker(second.room, spec)
    for step in (1, 5):
        room.memory[:] = step
        before = room.values[room.cut :].copy()
        room.words[STEP], room.numbers[RATE] = step, 0.01
        worker._step()
        assert room.words[SAVED] == step
        np.testing.assert_array_equal(room.saved[0], before)
        assert (room.saved[1:] == step).all()
        assert not np.array_equal(room.values[room.cut :], before)
    second.close()
