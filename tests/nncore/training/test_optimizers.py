"""Each optimizer compared with the algorithm of its paper in float64, without the rearrangements of the product."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from nncore.errors import SettingError
from nncore.model.layers.parameters import Array, Parameters
from nncore.training import optimizers
from nncore.training.optimizers import FLUSH_INTERVAL, NEGLIGIBLE, OPTIMIZERS, AdamW, Optimizer, clip_gradients
from tests.nncore.training.published_methods import IS_WEIGHT, METHODS

STEPS = 60
SHAPES = {"1.W": (4, 3), "1.b": (3,), "2.K": (2, 1, 2, 2), "2.gamma": (2,)}


def parameters(dtype: type = np.float64) -> Parameters:
    """Random weights, followed by a state that no optimizer may change."""
    created = Parameters(SHAPES, {"2.mean": (2,)}, dtype)
    created.values[:] = np.random.default_rng(1).standard_normal(created.size)
    return created


def inputs() -> Iterator[tuple[int, float, Array]]:
    """The number, rate and gradient of each step; gradients have very different sizes, and 30 % of them are 0."""
    rng = np.random.default_rng(2)
    sizes = 10.0 ** rng.uniform(-6, 2, IS_WEIGHT.size)
    for t in range(1, STEPS + 1):
        rate = 0.1 * 0.97**t if t % 7 else 0.5
        yield t, rate, sizes * rng.standard_normal(IS_WEIGHT.size) * (rng.random(IS_WEIGHT.size) < 0.7)


def run(optimizer: Optimizer, trained: Parameters, steps: Iterator[tuple[int, float, Array]]) -> None:
    for _, rate, gradient in steps:
        trained.gradients[:] = gradient
        optimizer.step(rate)


@pytest.mark.parametrize("decay", [0.0, 0.03])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_equals_the_algorithm_of_its_paper(name: str, decay: float) -> None:
    trained = parameters()
    start, state = trained.trainable.copy(), trained.state.copy()
    run(OPTIMIZERS[name](trained, decay), trained, inputs())
    np.testing.assert_allclose(trained.trainable, METHODS[name](start, inputs(), decay), rtol=1e-10)
    np.testing.assert_array_equal(trained.state, state)


@pytest.mark.parametrize("decay", [0.0, 0.03])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_block_size_does_not_change_the_bits(name: str, decay: float, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, in_blocks = parameters(np.float32), parameters(np.float32)
    run(OPTIMIZERS[name](whole, decay), whole, inputs())
    monkeypatch.setattr(optimizers, "BLOCK_SIZE", 7)
    run(OPTIMIZERS[name](in_blocks, decay), in_blocks, inputs())
    np.testing.assert_array_equal(in_blocks.values, whole.values)


def test_momentum_with_a_constant_gradient_takes_ten_times_larger_steps() -> None:
    for name in ("momentum", "nesterov"):
        trained = parameters()
        optimizer = OPTIMIZERS[name](trained)
        run(optimizer, trained, ((t, 0.01, np.ones(25)) for t in range(300)))
        before = trained.trainable.copy()
        run(optimizer, trained, iter([(301, 0.01, np.ones(25))]))
        np.testing.assert_allclose(before - trained.trainable, 0.01 / (1 - 0.9))


@pytest.mark.parametrize("name", ["rmsprop", "adam", "adamw"])
def test_adaptive_steps_with_a_constant_gradient_equal_the_learning_rate(name: str) -> None:
    trained = parameters()
    gradient = 10.0 ** np.linspace(-3, 3, 25)
    optimizer = OPTIMIZERS[name](trained)
    run(optimizer, trained, ((t, 0.01, gradient) for t in range(300)))
    before = trained.trainable.copy()
    run(optimizer, trained, iter([(301, 0.01, gradient)]))
    np.testing.assert_allclose(before - trained.trainable, 0.01, rtol=1e-4)


def test_decay_of_adamw_does_not_depend_on_the_gradients() -> None:
    trained = parameters()
    start = trained.trainable.copy()
    run(AdamW(trained, 0.1), trained, ((t, 0.02, np.zeros(25)) for t in range(50)))
    np.testing.assert_allclose(trained.trainable, start * np.where(IS_WEIGHT, (1 - 0.002) ** 50, 1))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_memory_and_steps_are_the_whole_state_of_an_optimizer(name: str) -> None:
    straight, resumed = parameters(np.float32), parameters(np.float32)
    run(OPTIMIZERS[name](straight, 0.01), straight, inputs())
    first, steps = OPTIMIZERS[name](resumed, 0.01), inputs()
    run(first, resumed, (next(steps) for _ in range(23)))
    second = OPTIMIZERS[name](resumed, 0.01)
    second.memory[...] = first.memory.copy()
    second.steps = first.steps
    run(second, resumed, steps)
    np.testing.assert_array_equal(resumed.values, straight.values)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_memory_becomes_zero_and_never_denormal_if_gradients_stay_zero(name: str) -> None:
    trained = parameters(np.float32)
    optimizer = OPTIMIZERS[name](trained)
    start = trained.trainable.copy()
    run(optimizer, trained, iter([(1, 0.001, np.ones(25))]))
    for t in range(2, 20 * FLUSH_INTERVAL):
        run(optimizer, trained, iter([(t, 0.001, np.zeros(25))]))
        assert not ((optimizer.memory != 0) & (np.abs(optimizer.memory) < np.finfo(np.float32).tiny)).any()
    fast = optimizer.memory[:1]  # in each optimizer the first vector decays by 0.9 per step
    assert not fast.any()
    assert (trained.trainable < start).all()


@pytest.mark.parametrize("method", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_no_decay_reaches_denormal_numbers_between_two_flushes(method: type[Optimizer]) -> None:
    given = parameters()
    optimizer = method(given, memory=np.ones((method.vector_count, given.trainable.size)))
    given.gradients[:] = 0
    optimizer.step(0.1)
    smallest_factor = optimizer.memory.min(initial=1)
    assert NEGLIGIBLE * smallest_factor**FLUSH_INTERVAL > np.finfo(np.float32).tiny


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_minimizes_a_quadratic_function(name: str) -> None:
    trained = parameters(np.float32)
    optimizer = OPTIMIZERS[name](trained)
    for _ in range(2000):
        trained.gradients[:] = 2 * trained.trainable
        optimizer.step(0.01)
    assert np.abs(trained.trainable).max() < 0.05
    assert optimizer.memory.dtype == np.float32


@pytest.mark.parametrize("decay", [-0.1, float("inf"), float("nan")])
def test_an_invalid_weight_decay_raises_an_error(decay: float) -> None:
    with pytest.raises(SettingError, match="must be 0 or more and finite") as raised:
        AdamW(parameters(), decay)
    assert raised.value.field == "weight_decay"


def test_a_gradient_above_the_limit_is_scaled_down_to_it() -> None:
    gradients = np.array([3.0, -4.0], np.float32)
    assert clip_gradients(gradients, 1.0) == pytest.approx(5)
    np.testing.assert_allclose(gradients, [0.6, -0.8], rtol=1e-6)
    assert gradients.dtype == np.float32


def test_a_gradient_within_the_limit_is_not_changed() -> None:
    gradients = np.array([3.0, -4.0], np.float32)
    assert clip_gradients(gradients, 5.0) == 5
    np.testing.assert_array_equal(gradients, [3, -4])


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_gradient_without_a_finite_norm_is_not_changed(value: float) -> None:
    gradients = np.array([1.0, value, 3e38], np.float32)
    kept = gradients.copy()
    assert not np.isfinite(clip_gradients(gradients, 1.0))
    np.testing.assert_array_equal(gradients, kept)


def test_a_gradient_whose_squares_overflow_float32_is_clipped() -> None:
    gradients = np.array([3e25, 4e25], np.float32)
    assert clip_gradients(gradients, 1.0) == pytest.approx(5e25)
    np.testing.assert_allclose(gradients, [0.6, 0.8], rtol=1e-5)
