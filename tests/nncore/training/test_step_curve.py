"""The curve of a run contains all steps, as means over equally many steps in a long run."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.model.layers.parameters import Array
from nncore.training.step_curve import MAX_CURVE_POINTS, StepCurve


def curve_of(losses: Array) -> NDArray[np.float32]:
    curve = StepCurve()
    for step, loss in enumerate(losses.tolist(), start=1):
        curve.add(step, loss, None if step % 2 else 0.5)
    return curve.array()


def test_the_curve_of_a_short_run_has_every_step() -> None:
    losses = np.random.default_rng(0).random(100).astype(np.float32)
    step, loss, accuracy = curve_of(losses)
    np.testing.assert_array_equal(step, np.arange(1, 101))
    np.testing.assert_array_equal(loss, losses)
    assert np.isnan(accuracy[::2]).all()
    assert (accuracy[1::2] == 0.5).all()


@pytest.mark.parametrize(
    "steps", [MAX_CURVE_POINTS - 1, MAX_CURVE_POINTS, MAX_CURVE_POINTS + 1, 8 * MAX_CURVE_POINTS, 16 * MAX_CURVE_POINTS]
)
def test_each_point_of_a_long_curve_is_the_mean_of_equally_many_steps(steps: int) -> None:
    losses = np.random.default_rng(1).random(steps)
    kept = curve_of(losses)
    assert MAX_CURVE_POINTS / 2 <= kept.shape[1] < MAX_CURVE_POINTS
    each = int(kept[0, 0])
    expected = losses[: kept.shape[1] * each].reshape(-1, each).mean(axis=1)
    np.testing.assert_allclose(kept[1], expected, rtol=1e-5)
    np.testing.assert_array_equal(kept[0], each * np.arange(1, kept.shape[1] + 1))


def test_a_curve_without_steps_is_empty() -> None:
    assert StepCurve().array().shape == (3, 0)


def test_a_continued_curve_keeps_its_points_and_their_spacing() -> None:
    earlier = curve_of(np.ones(3 * MAX_CURVE_POINTS))
    curve = StepCurve(earlier)
    for step in range(3 * MAX_CURVE_POINTS + 1, 3 * MAX_CURVE_POINTS + 9):
        curve.add(step, 2.0, 0.5)
    kept = curve.array()
    np.testing.assert_array_equal(kept[:, : earlier.shape[1]], earlier)
    assert kept[1, earlier.shape[1] :].tolist() == [2.0, 2.0]  # four steps per point, as before
