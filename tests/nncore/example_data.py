"""Real MNIST for the tests, loaded once."""

from __future__ import annotations

from functools import cache

from nncore.data.dataset import Splits, load_mnist


@cache
def mnist() -> Splits:
    """All of MNIST."""
    return load_mnist()


@cache
def small_mnist() -> Splits:
    """2,000 real images to train on, 500 each to validate and to test."""
    whole = mnist()
    assert whole.test is not None
    return Splits(
        whole.training.take(slice(0, 2000)), whole.training.take(slice(2000, 2500)), whole.test.take(slice(0, 500))
    )
