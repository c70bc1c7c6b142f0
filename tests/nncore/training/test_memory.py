"""A training that needs more memory than there is is refused before it starts."""

from __future__ import annotations

import tracemalloc

import numpy as np
import psutil
import pytest

from nncore.errors import SettingError
from nncore.files.model_file import Model, trained_model
from nncore.model.network import Network, NetworkSpec
from nncore.system.memory import RESERVED_BYTES, available_memory, gigabytes_text, usable_memory
from nncore.training import Training, TrainingConfig
from nncore.training.memory import check_memory, memory_for_training
from nncore.training.parallel import batch_gradients
from tests.nncore.example_data import small_mnist

SPEC = NetworkSpec.dense((784, 700, 700, 10))


def test_available_memory_is_at_most_the_memory_of_the_system() -> None:
    assert 0 < available_memory() <= psutil.virtual_memory().total


def test_usable_memory_excludes_the_reserved_bytes() -> None:
    assert usable_memory(3 * RESERVED_BYTES) == 2 * RESERVED_BYTES
    assert usable_memory(RESERVED_BYTES // 2) == 0
    assert usable_memory() == pytest.approx(available_memory() - RESERVED_BYTES, abs=1e9)


def test_training_that_needs_more_than_the_available_memory_raises_an_error() -> None:
    config = TrainingConfig(batch_size=64)
    enough = memory_for_training(SPEC, config) + RESERVED_BYTES
    check_memory(SPEC, config, available=enough)
    with pytest.raises(SettingError, match=r"Training 1,047,210 weights needs about 0\.1 GB of memory; 0\.1 GB are"):
        check_memory(SPEC, config, available=enough - 1)


def test_a_huge_network_exceeds_the_memory_of_the_system() -> None:
    with pytest.raises(SettingError, match=" of memory; ") as raised:
        check_memory(NetworkSpec.dense((784, 10**6, 10**6, 10)), TrainingConfig())
    assert raised.value.field == "layers"


def test_batches_of_several_passes_need_no_more_memory() -> None:
    full, many = TrainingConfig(batch_size=None), TrainingConfig(batch_size=10**6)
    assert memory_for_training(SPEC, full) == memory_for_training(SPEC, many)
    assert memory_for_training(SPEC, full) > 2 * memory_for_training(SPEC, TrainingConfig(batch_size=1))


@pytest.mark.parametrize("keep_best", [False, True])
@pytest.mark.parametrize("batch_size", [64, 1500, None])
def test_the_estimate_covers_the_memory_of_a_training_in_the_window(
    monkeypatch: pytest.MonkeyPatch, batch_size: int | None, keep_best: bool
) -> None:
    if batch_size is None:
        monkeypatch.setattr(batch_gradients, "MAX_ROWS_PER_PART", 50)  # a full batch takes several passes
    data, config = small_mnist(), TrainingConfig(epochs=2, batch_size=batch_size, keep_best=keep_best)

    def pair() -> tuple[Model, Network]:
        model = trained_model(training, None, name="so far")
        return model, model.network()

    tracemalloc.start()
    network = Network(SPEC)
    network.initialize(np.random.default_rng(0))
    training = Training(network, data, config, cores=1)  # memory shared by two processes cannot be traced
    for _ in training.events():
        shown = pair()  # the new pair is created before the old one is released
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(shown[0].parameters, shown[1].parameters.values)
    assert peak <= memory_for_training(SPEC, config) <= 1.6 * peak  # which leaves room for a second process


def test_gigabytes_text_formats_bytes() -> None:
    assert gigabytes_text(1_540_000_000) == "1.5 GB"
    assert gigabytes_text(2_000_000_000_000) == "2,000.0 GB"
