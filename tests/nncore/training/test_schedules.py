"""Each schedule has its form between the start and the end of a run."""

from __future__ import annotations

import pytest

from nncore.training.schedules import SCHEDULES, constant, cosine, exponential, one_cycle, step_decay


def test_constant_never_changes() -> None:
    assert [constant(p) for p in (0, 0.3, 1)] == [1, 1, 1]


def test_step_divides_by_ten_at_one_half_and_three_quarters() -> None:
    assert [step_decay(p) for p in (0, 0.499, 0.5, 0.749, 0.75, 1)] == [1, 1, 0.1, 0.1, 0.01, 0.01]


def test_exponential_falls_by_a_constant_factor_to_a_hundredth() -> None:
    assert exponential(0) == 1
    assert exponential(1) == pytest.approx(0.01)
    assert exponential(0.2) / exponential(0.1) == pytest.approx(exponential(0.9) / exponential(0.8))


def test_cosine_falls_from_the_full_rate_to_zero() -> None:
    assert cosine(0) == 1
    assert cosine(0.5) == pytest.approx(0.5)
    assert cosine(1) == pytest.approx(0)


def test_one_cycle_rises_to_the_full_rate_and_falls_to_almost_zero() -> None:
    factors = [one_cycle(p / 1000) for p in range(1001)]
    assert factors[0] == pytest.approx(1 / 25)
    assert factors[150] == pytest.approx((1 + 1 / 25) / 2)
    assert factors[300] == pytest.approx(1)
    assert factors[650] == pytest.approx(0.5, abs=1e-5)
    assert factors[1000] == pytest.approx(1 / 250_000)
    assert factors[:301] == sorted(factors[:301])
    assert factors[300:] == sorted(factors[300:], reverse=True)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_factor_lies_between_zero_and_one(name: str) -> None:
    assert all(-1e-12 <= SCHEDULES[name].factor(p / 50) <= 1 for p in range(51))
