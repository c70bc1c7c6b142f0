from __future__ import annotations

import pytest

from nncore.schedules import SCHEDULES, constant, cosine


def test_constant_never_changes() -> None:
    assert [constant(p) for p in (0, 0.3, 1)] == [1, 1, 1]


def test_cosine_falls_from_the_full_rate_to_zero() -> None:
    assert cosine(0) == 1
    assert cosine(0.5) == pytest.approx(0.5)
    assert cosine(1) == pytest.approx(0)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_factor_lies_between_zero_and_one(name: str) -> None:
    assert all(-1e-12 <= SCHEDULES[name](p / 50) <= 1 for p in range(51))
