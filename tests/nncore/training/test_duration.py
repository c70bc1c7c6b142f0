"""The estimate of a run's time grows with its work and respects its limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig, duration
from nncore.training.duration import estimate_seconds
from tests.nncore.example_data import small_mnist

SPEC = NetworkSpec.dense((784, 16, 10))
CONFIG = TrainingConfig(batch_size=64, epochs=1, patience=1, keep_best=True)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure the fewest steps, so that a test is short."""
    monkeypatch.setattr(duration, "MEASURED_SECONDS", 0.0)


@pytest.fixture(scope="module")
def digits() -> Splits:
    return small_mnist()


def seconds(config: TrainingConfig, digits: Splits) -> float:
    found = estimate_seconds(SPEC, config, digits)
    assert found is not None
    return found


def test_a_longer_run_takes_longer(digits: Splits) -> None:
    short = seconds(CONFIG, digits)
    assert seconds(replace(CONFIG, epochs=10_000), digits) > 10 * short > 0
    assert seconds(replace(CONFIG, epochs=10_000, batch_size=None), digits) > 10 * short


def test_the_limits_of_a_run_limit_the_estimate(digits: Splits) -> None:
    endless = replace(CONFIG, epochs=100_000)
    assert seconds(replace(endless, seconds=0.5), digits) == 0.5
    assert seconds(replace(endless, steps=10), digits) < seconds(endless, digits) / 10


def test_the_evaluation_after_each_epoch_counts(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duration, "_evaluation_seconds", lambda *_: 1000.0)
    assert 5000 < seconds(replace(CONFIG, epochs=5), digits) < 5900


def test_a_diverging_run_is_short(digits: Splits) -> None:
    rate_too_high = replace(CONFIG, optimizer="momentum", learning_rate=1000.0, epochs=100_000)
    assert seconds(rate_too_high, digits) < seconds(replace(rate_too_high, learning_rate=0.01), digits) / 10


def test_a_cancelled_estimate_is_none(digits: Splits) -> None:
    assert estimate_seconds(SPEC, CONFIG, digits, cancelled=lambda: True) is None


def test_data_that_does_not_fit_is_an_error(digits: Splits) -> None:
    with pytest.raises(SettingError):
        estimate_seconds(NetworkSpec.dense((3, 10)), CONFIG, digits)
