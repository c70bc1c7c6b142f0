"""What a training knew after each of its epochs, to be asked again afterwards: as many of them as there is room for.

One thread adds while it trains, another may read at the same time: what is kept is replaced as a whole, never changed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.recognition import Prediction, read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.system.copying import CopiedDeeply

ROOM = 64 * 2**20
"""Bytes that the kept parameters take at most."""

MOST_KEPT = 256
"""More epochs than this are not kept, however small the network: a slider has no more places."""

Kept = tuple[int, NDArray[np.float32]]


class Rewind(CopiedDeeply):
    """Keeps the parameters of the first epoch, of the last, and of others evenly spread between.

    When it is full, every second one goes, and from then on half as many are kept. Of networks so large that there is
    no room for two, it keeps the last alone.
    """

    def __init__(self, spec: NetworkSpec, room: int = ROOM) -> None:
        """`room`: bytes."""
        self.spec = spec
        self._most = min(MOST_KEPT, max(1, room // (4 * spec.parameter_count)))
        self._stride = 1
        self._kept: tuple[Kept, ...] = ()
        self._reader: Network | None = None

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs that are kept, in order; 0 is the network before its first step."""
        return tuple(epoch for epoch, _ in self._kept)

    def add(self, epoch: int, network: Network) -> None:
        """Keep what `network` knows after `epoch`; raises ValueError unless epochs come in order."""
        if self._kept and epoch <= self._kept[-1][0]:
            raise ValueError(f"Epoch {epoch} comes after epoch {self._kept[-1][0]}.")
        values = network.parameters.values.astype(np.float32)
        values.flags.writeable = False
        kept = (*self._evenly(self._kept), (epoch, values))
        while len(kept) > self._most:
            self._stride *= 2
            kept = kept[-1:] if self._most < 2 else (*self._evenly(kept[:-1]), kept[-1])
        self._kept = kept

    def _evenly(self, kept: tuple[Kept, ...]) -> tuple[Kept, ...]:
        """Those of `kept` that are a whole number of strides from the first."""
        return tuple(each for each in kept if (each[0] - kept[0][0]) % self._stride == 0)

    def values(self, epoch: int) -> NDArray[np.float32]:
        """All parameters (size,) after `epoch`, read-only; raises KeyError if they are not kept."""
        return dict(self._kept)[epoch]

    def network(self, epoch: int) -> Network:
        """A network that knows what was known after `epoch`; raises KeyError if that is not kept."""
        network = Network(self.spec)
        network.parameters.values[:] = self.values(epoch)
        return network

    def read(self, epoch: int, image: NDArray[np.uint8]) -> Prediction:
        """What was read after `epoch` in the digit `image` (28, 28); for one thread at a time.

        Raises KeyError if that epoch is not kept, DataError if the network cannot read digits.
        """
        values = self.values(epoch)
        if self._reader is None:
            self._reader = Network(self.spec)
        self._reader.parameters.values[:] = values
        return read_digit(self._reader, image)
