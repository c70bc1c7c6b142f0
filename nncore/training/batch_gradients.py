"""The gradient of a whole batch: gathered, distorted, sent forward and back, on as many cores as it pays to use."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nncore.augment import Distorter
from nncore.dataset import Dataset
from nncore.losses import make_loss
from nncore.network import Network, NetworkSpec
from nncore.training.config import TrainingConfig
from nncore.training.random_streams import REPLICAS, RandomStreams

ROWS_AT_ONCE = 4096
"""A larger batch is worked through in parts of this many rows: memory stays bounded, and a stop is heard."""

NUMBERS_AT_ONCE = 2**24
"""Numbers that the workspaces for such a part may hold; a convolution takes fewer rows at once."""

WORTH_SPLITTING, FEWEST_ROWS = 400_000, 16
"""Multiplications an example, and rows for each replica, from which a batch is split among REPLICAS.

Two threads took this share of one thread's time for a step of 128 rows, on two cores: 784-128-64-10 (109,000
multiplications) 1.42, 784-256-128-10 (235,000) 1.25, 784-512-256-128-10 (567,000) 0.72, convolutions 8-32 and dense
100 (511,000) 0.72, convolutions 16-48 and dense 128 (1.3 million) 0.59. Small steps lose more by handing over than the
second core gains. A second BLAS thread gains them nothing either (an epoch of 784-128-64-10 took 0.420 s with two and
0.413 with one), and with another program on one core it made training four to ten times slower, because OpenBLAS waits
by spinning; so each thread does its matrix products alone.
"""


class BatchGradients:
    """Sets a network's gradients for one batch after the other; every workspace is sized once.

    A large batch is split among replicas of the network, which share its weights and have gradients of their own, added
    up in a fixed order. How it is split depends on network and batch alone, so the bits do not depend on how many
    `cores` take part. Its threads end with the `with` it is used in.
    """

    def __init__(
        self,
        network: Network,
        data: Dataset,
        config: TrainingConfig,
        streams: RandomStreams,
        batch_size: int,
        cores: int,
        stopped: Callable[[], bool],
    ) -> None:
        self.network = network
        self._split = network.spec.multiplications >= WORTH_SPLITTING and batch_size >= REPLICAS * FEWEST_ROWS
        count = REPLICAS if self._split else 1
        most = max(-(-batch_size // count), min(batch_size, REPLICAS * FEWEST_ROWS))  # a small rest is not split
        self._streams, self._stopped = streams, stopped
        self._several_passes = most > rows_at_once(network.spec)
        networks = [network, *(network.replica() for _ in range(1, count))]
        self._replicas = [
            _Replica(each, data, config, augmentation, dropout, most, stopped)
            for each, augmentation, dropout in zip(networks, streams.augmentation, streams.dropout, strict=False)
        ]
        self._threaded = self._split and cores > 1
        self._pool: ThreadPoolExecutor | None = None

    def of(self, rows: NDArray[np.intp]) -> tuple[float, int | None] | None:
        """Set the gradients of the mean loss over the examples `rows`.

        Gives that loss and how many were answered correctly (None where there are no classes), or None if the run is
        to stop.
        """
        if self._stopped():
            return None
        before = self._chance_and_state() if self._several_passes else None
        if not self._split or len(rows) < REPLICAS * FEWEST_ROWS:
            figures = [self._replicas[0].gradients_of(rows, len(rows))]
        else:
            half = -(-len(rows) // 2)
            figures = self._both(rows[:half], rows[half:])
            self._add_up(half / len(rows))
        self._share_state()
        done = [each for each in figures if each is not None]
        if len(done) < len(figures):
            self._forget(before)
            return None
        right = None if done[0][1] is None else sum(each[1] or 0 for each in done)
        return sum(each[0] for each in done), right

    def _both(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> list[tuple[float, int | None] | None]:
        """Each half by its replica, at the same time if there is a second thread."""
        count = len(first) + len(second)
        if self._pool is None:
            return [
                replica.gradients_of(rows, count) for replica, rows in zip(self._replicas, (first, second), strict=True)
            ]
        other = self._pool.submit(self._replicas[1].gradients_of, second, count)
        own = self._replicas[0].gradients_of(first, count)
        return [own, other.result()]

    def _add_up(self, share: float) -> None:
        """Add up the gradients of both replicas; of what layers keep count of, take the mean, weighted by rows."""
        own, other = (replica.network.parameters for replica in self._replicas)
        with np.errstate(over="ignore", invalid="ignore"):  # see gradients_of
            own.gradients += other.gradients
        if own.state.size:
            own.state *= share
            other.state *= 1 - share
            own.state += other.state

    def _chance_and_state(self) -> tuple[list[dict[str, object]], NDArray[np.floating]]:
        return self._streams.states(), self.network.parameters.state.copy()

    def _forget(self, before: tuple[list[dict[str, object]], NDArray[np.floating]] | None) -> None:
        """A batch was given up half-way: nothing of it is to be seen by a run that goes on from here."""
        assert before is not None
        states, self.network.parameters.state[:] = before
        self._streams.restore(states)
        self._share_state()

    def _share_state(self) -> None:
        for replica in self._replicas[1:]:
            replica.network.parameters.state[:] = self.network.parameters.state

    def __enter__(self) -> Self:
        if self._threaded:
            self._pool = ThreadPoolExecutor(1, "digitlab-gradients")
        return self

    def __exit__(self, *problem: object) -> None:
        """End the second thread, if there is one."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


class _Replica:
    """A network with all that one thread needs to work on its part of a batch."""

    def __init__(
        self,
        network: Network,
        data: Dataset,
        config: TrainingConfig,
        augmentation: np.random.Generator,
        dropout: np.random.Generator,
        most: int,
        stopped: Callable[[], bool],
    ) -> None:
        self.network, self._data, self._stopped = network, data, stopped
        self._rows_at_once = rows = min(most, rows_at_once(network.spec))
        spec, dtype = network.spec, network.dtype
        self._loss = make_loss(config.loss, spec.output, config.label_smoothing)
        self._loss.allocate(rows, spec.outputs, dtype)
        network.allocate(rows)
        network.use_randomness(dropout)
        self._inputs = np.empty((rows, prod(spec.input_shape)), dtype)
        self._bytes = np.empty(self._inputs.shape if data.is_bytes else 0, np.uint8)
        example = data.targets(slice(0, 1))
        self._targets = np.empty((rows, *example.shape[1:]), example.dtype)
        self._answers, self._hits = np.empty(rows, np.intp), np.empty(rows, np.bool_)
        self._sum = np.empty_like(network.parameters.gradients) if most > rows else None
        self._randomness = augmentation
        self._distorter = None
        if config.augmentation is not None:
            height, width = data.input_shape
            self._distorter = Distorter(config.augmentation, (height, width), rows, dtype)

    def gradients_of(self, rows: NDArray[np.intp], count: int) -> tuple[float, int | None] | None:
        """Set the gradients that the examples `rows` add to the mean loss of a batch of `count`.

        Gives their share of that loss, and how many were answered correctly; None if the run is to stop.
        """
        loss, right = 0.0, 0
        # A network that diverges overflows: the loss shows it, and NumPy need not say it once more.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for start in range(0, len(rows), self._rows_at_once):
                if start and self._stopped():
                    return None
                part = rows[start : start + self._rows_at_once]
                part_loss, part_right = self._pass(part, len(part) / count)
                loss, right = loss + part_loss, right + part_right
                self._keep_sum(first=start == 0)
        return loss, right if self._data.class_names else None

    def _pass(self, rows: NDArray[np.intp], share: float) -> tuple[float, int]:
        """Forward and back: the gradient of `share` times the mean loss of `rows`."""
        X, targets = self._examples(rows)
        logits = self.network.forward(X)
        right = self._count_right(logits, targets)
        loss = share * self._loss.forward(logits, targets)
        dlogits = self._loss.backward()
        if share != 1:
            dlogits *= share
        self.network.backward(dlogits)
        return loss, right

    def _examples(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.floating], NDArray[np.generic]]:
        """Inputs and targets of the chosen examples, in their workspaces."""
        X, targets = self._inputs[: len(rows)], self._data.targets(rows, out=self._targets[: len(rows)])
        if not self._data.is_bytes:
            return self._data.inputs(rows, out=X), targets
        images = self._data.raw(rows, out=self._bytes[: len(rows)])
        if self._distorter is not None:
            self._distorter.apply(images, X, self._randomness)
        else:
            X[...] = images
            X *= 1 / 255
        return X, targets

    def _count_right(self, logits: NDArray[np.floating], targets: NDArray[np.generic]) -> int:
        """How many answers are right: the largest logit is the label's, or a single one is on its side of 0."""
        if targets.ndim > 1:
            return 0
        hits = self._hits[: len(logits)]
        if logits.shape[1] == 1:
            np.greater(logits[:, 0], 0, out=hits)
            np.equal(hits, targets, out=hits)
        else:
            np.equal(np.argmax(logits, axis=1, out=self._answers[: len(logits)]), targets, out=hits)
        return int(np.count_nonzero(hits))

    def _keep_sum(self, first: bool) -> None:
        """Where a batch takes several passes, add up their gradients."""
        if self._sum is None:
            return
        gradients = self.network.parameters.gradients
        if not first:
            gradients += self._sum
        self._sum[:] = gradients


def rows_at_once(spec: NetworkSpec) -> int:
    """Rows of a part of a large batch, so many that its workspaces hold at most NUMBERS_AT_ONCE."""
    return max(1, min(ROWS_AT_ONCE, NUMBERS_AT_ONCE // spec.numbers_a_row))
