"""The algorithms of the five notebooks as their authors wrote them: plain NumPy in float64.

The recipes are compared with them, so they stay as in a first notebook: no `out=`, no float32, a new array for each
formula. Only mistakes in the gradients are corrected. Figures: see `tests.bench.notebooks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def relu(Z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(Z, 0)


def sigmoid(Z: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-Z))


def softmax(Z: NDArray[np.float64]) -> NDArray[np.float64]:
    exponentials = np.exp(Z - Z.max(axis=0))
    answers: NDArray[np.float64] = exponentials / exponentials.sum(axis=0)
    return answers


def one_hot(labels: NDArray[np.intp]) -> NDArray[np.float64]:
    rows = np.zeros((labels.size, 10))
    rows[np.arange(labels.size), labels] = 1
    return rows.T


class Classifier:
    """A network of ReLU layers and softmax, by full-batch gradient descent.

    X: (pixels, n), one image a column, 0 to 1. labels: (n,). start: "uniform" or "he".
    """

    def __init__(self, widths: Sequence[int], start: str, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.W, self.b = [], []
        for inputs, units in pairwise(widths):
            if start == "uniform":
                self.W.append(rng.random((units, inputs)) - 0.5)
                self.b.append(rng.random((units, 1)) - 0.5)
            else:
                self.W.append(rng.standard_normal((units, inputs)) * np.sqrt(2 / inputs))
                self.b.append(np.zeros((units, 1)))

    def forward(self, X: NDArray[np.float64]) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
        Z, A = [], [X]
        for W, b in zip(self.W, self.b, strict=True):
            Z.append(W.dot(A[-1]) + b)
            A.append(relu(Z[-1]))
        A[-1] = softmax(Z[-1])
        return Z, A

    def step(self, X: NDArray[np.float64], labels: NDArray[np.intp], rate: float, show: bool = False) -> float | None:
        """Take one step of gradient descent; return the accuracy before it if that is wanted."""
        n = labels.size
        Z, A = self.forward(X)
        dZ = A[-1] - one_hot(labels)
        for layer in reversed(range(len(self.W))):
            dW = 1 / n * dZ.dot(A[layer].T)
            db = 1 / n * dZ.sum(axis=1, keepdims=True)
            if layer:
                dZ = self.W[layer].T.dot(dZ) * (Z[layer - 1] > 0)
            self.W[layer] = self.W[layer] - rate * dW
            self.b[layer] = self.b[layer] - rate * db
        return float(np.mean(A[-1].argmax(axis=0) == labels)) if show else None

    def accuracy(self, X: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
        return float(np.mean(self.forward(X)[1][-1].argmax(axis=0) == labels))


class CurveFitter:
    """A network of ReLU layers and a sigmoid, one sample a step, half the squared error."""

    def __init__(self, widths: Sequence[int], seed: int) -> None:
        rng = np.random.default_rng(seed)
        pairs = list(pairwise(widths))
        self.W = [0.1 * rng.standard_normal((units, inputs)) for inputs, units in pairs]
        self.b = [np.zeros((units, 1)) for _, units in pairs]

    def step(self, x: NDArray[np.float64], y: NDArray[np.float64], rate: float) -> float:
        """Take one step on the sample x (inputs, 1), y (outputs, 1); return its loss before the step."""
        Z, A = [], [x]
        for W, b in zip(self.W, self.b, strict=True):
            Z.append(np.dot(W, A[-1]) + b)
            A.append(relu(Z[-1]))
        A[-1] = sigmoid(Z[-1])
        loss = 0.5 * np.sum((A[-1] - y) ** 2)
        dZ = (A[-1] - y) * A[-1] * (1 - A[-1])
        for layer in reversed(range(len(self.W))):
            dW = np.dot(dZ, A[layer].T)
            db = dZ
            if layer:
                dZ = np.dot(self.W[layer].T, dZ) * (Z[layer - 1] > 0)
            self.W[layer] = self.W[layer] - rate * dW
            self.b[layer] = self.b[layer] - rate * db
        return float(loss)

    def epoch(self, x: NDArray[np.float64], y: NDArray[np.float64], rate: float) -> float:
        """Take a step on each sample, in order; return their mean loss."""
        losses = [self.step(x[row].reshape(-1, 1), y[row].reshape(-1, 1), rate) for row in range(len(x))]
        return float(np.mean(losses))
