"""Every optimizer as it is published, in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from nncore.model.layers.parameters import Array

IS_WEIGHT = np.repeat([True, False, True, False], [12, 3, 8, 2])


Method = Callable[[Array, Iterator[tuple[int, float, Array]], float], Array]


def sgd(W: Array, steps: Iterator[tuple[int, float, Array]], decay: float) -> Array:
    for _, lr, g in steps:
        W = W - lr * (g + decay * IS_WEIGHT * W)
    return W


def momentum(W: Array, steps: Iterator[tuple[int, float, Array]], decay: float) -> Array:
    v = np.zeros_like(W)
    for _, lr, g in steps:
        v = 0.9 * v + g + decay * IS_WEIGHT * W
        W = W - lr * v
    return W


def nesterov(W: Array, steps: Iterator[tuple[int, float, Array]], decay: float) -> Array:
    v = np.zeros_like(W)
    for _, lr, g in steps:
        g = g + decay * IS_WEIGHT * W
        v = 0.9 * v + g
        W = W - lr * (g + 0.9 * v)
    return W


def rmsprop(W: Array, steps: Iterator[tuple[int, float, Array]], decay: float) -> Array:
    v = np.zeros_like(W)
    for _, lr, g in steps:
        g = g + decay * IS_WEIGHT * W
        v = 0.9 * v + 0.1 * g**2
        W = W - lr * g / (np.sqrt(v) + 1e-8)
    return W


def adam(W: Array, steps: Iterator[tuple[int, float, Array]], decay: float, decoupled: float = 0.0) -> Array:
    m, v = np.zeros_like(W), np.zeros_like(W)
    for t, lr, g in steps:
        g = g + decay * IS_WEIGHT * W
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        W = W - lr * decoupled * IS_WEIGHT * W
        W = W - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return W


def adamw(W: Array, steps: Iterator[tuple[int, float, Array]], decay: float) -> Array:
    return adam(W, steps, 0.0, decoupled=decay)


METHODS: dict[str, Method] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}
