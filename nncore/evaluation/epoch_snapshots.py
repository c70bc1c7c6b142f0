"""Snapshots of the parameters after each epoch, so that earlier networks can read a drawing, within a memory limit.

One thread adds snapshots while it trains; another may read them at the same time, because the tuple of snapshots is
replaced as a whole and never changed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.recognition import Prediction, read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.system.copying import DeepCopyable

MAX_SNAPSHOTS_MEMORY = 64 * 2**20
"""Largest size of all snapshots, in bytes."""

MAX_SNAPSHOTS = 256
"""Largest number of snapshots; a slider cannot show more."""

Snapshot = tuple[int, NDArray[np.float32]]


class EpochSnapshots(DeepCopyable):
    """Keeps the parameters of the first epoch, of the last, and of others evenly spread between.

    When it is full, every second snapshot is deleted, and from then on half as many epochs are kept. If only one fits,
    only the last is kept.
    """

    def __init__(self, spec: NetworkSpec, max_bytes: int = MAX_SNAPSHOTS_MEMORY) -> None:
        """max_bytes: the largest size of all snapshots, in bytes."""
        self.spec = spec
        self._max_count = min(MAX_SNAPSHOTS, max(1, max_bytes // (4 * spec.parameter_count)))  # 4 bytes per float32
        self._stride = 1
        self._snapshots: tuple[Snapshot, ...] = ()
        self._reader: Network | None = None

    @classmethod
    def of(cls, spec: NetworkSpec, snapshots: tuple[Snapshot, ...]) -> EpochSnapshots:
        """Return exactly these snapshots, in the order of their epochs."""
        result = cls(spec)
        result._snapshots = snapshots
        return result

    def evenly_spread(self, max_bytes: int) -> tuple[Snapshot, ...]:
        """Return the first and the last snapshot, and others between, as many as `max_bytes` can hold; at least one."""
        kept, count = self._snapshots, max(1, max_bytes // (4 * self.spec.parameter_count))
        if count == 1:
            return kept[-1:]
        return tuple(kept[round(place)] for place in np.linspace(0, len(kept) - 1, min(count, len(kept))))

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs that are kept, in order; 0 is the network before its first step."""
        return tuple(epoch for epoch, _ in self._snapshots)

    def add(self, epoch: int, network: Network) -> None:
        """Add the parameters of `network` after `epoch`; raises ValueError if it is not later than the last epoch."""
        if self._snapshots and epoch <= self._snapshots[-1][0]:
            raise ValueError(f"An epoch after {self._snapshots[-1][0]} is expected; got {epoch}.")
        values = network.parameters.values.astype(np.float32)
        values.flags.writeable = False
        kept = (*self._on_stride(self._snapshots), (epoch, values))
        # The newest epoch always stays, also if it is not on the stride; the next one replaces it.
        while len(kept) > self._max_count:
            self._stride *= 2
            kept = kept[-1:] if self._max_count < 2 else (*self._on_stride(kept[:-1]), kept[-1])
        self._snapshots = kept

    def _on_stride(self, kept: tuple[Snapshot, ...]) -> tuple[Snapshot, ...]:
        """Return the snapshots whose distance from the first is a multiple of the stride."""
        return tuple(each for each in kept if (each[0] - kept[0][0]) % self._stride == 0)

    def values(self, epoch: int) -> NDArray[np.float32]:
        """Return all parameters (size,) after `epoch`, read-only; raises KeyError if that epoch is not kept."""
        return dict(self._snapshots)[epoch]

    def network(self, epoch: int) -> Network:
        """Return a new network with the parameters after `epoch`; raises KeyError if that epoch is not kept."""
        network = Network(self.spec)
        network.parameters.values[:] = self.values(epoch)
        return network

    def read(self, epoch: int, image: NDArray[np.uint8]) -> Prediction:
        """Return the prediction of the network after `epoch` for the digit `image` (28, 28); for one thread at a time.

        Raises KeyError if that epoch is not kept, DataError if the network cannot read digits.
        """
        values = self.values(epoch)
        if self._reader is None:
            self._reader = Network(self.spec)
        self._reader.parameters.values[:] = values
        return read_digit(self._reader, image)
