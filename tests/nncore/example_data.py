"""MNIST for the tests; it is loaded only once."""

from __future__ import annotations

from functools import cache

from nncore.data.dataset import Splits, load_mnist


@cache
def mnist() -> Splits:
    """Return all of MNIST."""
    return load_mnist()


@cache
def small_mnist() -> Splits:
    """Return 2,000 images for training, and 500 each for validation and test."""
    complete = mnist()
    assert complete.test is not None
    return Splits(
        complete.training.take(slice(0, 2000)),
        complete.training.take(slice(2000, 2500)),
        complete.test.take(slice(0, 500)),
    )
