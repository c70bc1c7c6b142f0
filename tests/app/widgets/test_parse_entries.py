import pytest

from app.widgets.parse_entries import next_learning_rate


@pytest.mark.parametrize(
    ("rate", "up", "down"), [(0.001, 0.002, 0.0005), (0.003, 0.005, 0.002), (10.0, 10.0, 5.0), (1e-6, 2e-6, 1e-6)]
)
def test_arrow_keys_step_through_one_two_five(rate: float, up: float, down: float) -> None:
    assert next_learning_rate(rate, 1) == pytest.approx(up)
    assert next_learning_rate(rate, -1) == pytest.approx(down)
