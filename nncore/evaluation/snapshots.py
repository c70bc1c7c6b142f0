"""Snapshots of the parameters at points of a training, so that earlier networks can read a drawing, in limited memory.

Most is learned in the first steps, so a snapshot is taken after EARLY_STEPS and after each epoch. One thread adds
snapshots while it trains; another may read them at the same time, because the tuple of snapshots is replaced as a whole
and never changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.recognition import Prediction, read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.system.copying import DeepCopyable

MAX_SNAPSHOTS_MEMORY = 64 * 2**20
"""Largest size of all snapshots, in bytes."""

MAX_SNAPSHOTS = 256
"""Largest number of snapshots; a slider cannot show more."""

EARLY_STEPS = (0, 1, 3, 10, 30, 100, 300)
"""A snapshot is taken after each of these steps, even within an epoch; step 0 is the untrained network."""


@dataclass(frozen=True)
class TrainingPoint:
    """A point of a training between two steps.

    epoch: the epoch that has ended there (`ends_epoch`) or that is in progress, from 1; 0 before the first step. step:
    the number of steps taken; None if it is unknown, as in files of earlier versions, which have ends of epochs only.
    """

    epoch: int
    step: int | None = None
    ends_epoch: bool = True

    @property
    def is_end_of_epoch(self) -> bool:
        """Whether an epoch has ended there; not before the first step."""
        return self.ends_epoch and self.epoch > 0

    @property
    def label(self) -> str:
        """The point in short: "step 0", "step 3" within an epoch, "epoch 2" at its end."""
        if self.epoch == 0:
            return "step 0"
        return f"epoch {self.epoch:,}" if self.ends_epoch else f"step {self.step or 0:,}"

    def in_words(self, epochs: int = 0) -> str:
        """The point with its place in a training of `epochs` epochs, 0 if their number is unknown.

        "step 0, untrained", "step 1,234, in epoch 1 of 5" or "epoch 2 of 5".
        """
        if self.epoch == 0:
            return f"{self.label}, untrained"
        of = f" of {epochs:,}" if epochs else ""
        return f"{self.label}{of}" if self.ends_epoch else f"{self.label}, in epoch {self.epoch:,}{of}"

    def is_after(self, other: TrainingPoint) -> bool:
        """Whether this is a later point of the same training; two ends of the same epoch are the same point."""
        if (self.epoch, self.ends_epoch) == (other.epoch, other.ends_epoch):
            return not self.ends_epoch and (self.step or 0) > (other.step or 0)
        return (self.epoch, self.ends_epoch) > (other.epoch, other.ends_epoch)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """values: (size,) all parameters of the network at this point of its training; read-only."""

    point: TrainingPoint
    values: NDArray[np.float32]


@dataclass(frozen=True)
class SnapshotsRun:
    """The run whose snapshots these are.

    number, started: from the log; None and "" if they are unknown, as in files of earlier versions.
    """

    name: str
    number: int | None = None
    started: str = ""

    @property
    def title(self) -> str:
        """The name with the number that tells it from other runs: "784-128-10 (run 12)"."""
        return self.name if self.number is None else f"{self.name} (run {self.number:,})"


class Snapshots(DeepCopyable):
    """Keeps the first and the last snapshot of a training, its early steps, and epochs evenly spread between.

    At most half of the places are for EARLY_STEPS: of a large network every second or fourth of them is kept, or only
    step 0. When all places are taken, every second epoch is deleted, and after that half as many epochs are kept. If
    there is only one place, only the last snapshot is kept.
    """

    def __init__(
        self, spec: NetworkSpec, max_bytes: int = MAX_SNAPSHOTS_MEMORY, run: SnapshotsRun | None = None
    ) -> None:
        """max_bytes: the largest size of all snapshots, in bytes. run: None if only its network is known."""
        self.spec, self.run = spec, run or SnapshotsRun(spec.default_name)
        self._max_count = min(MAX_SNAPSHOTS, max(1, max_bytes // (4 * spec.parameter_count)))  # 4 bytes per float32
        self._early_steps = _thinned(EARLY_STEPS, max(1, self._max_count // 2))
        self._stride = 1
        self._snapshots: tuple[Snapshot, ...] = ()
        self._network: Network | None = None

    @classmethod
    def from_snapshots(
        cls, spec: NetworkSpec, snapshots: tuple[Snapshot, ...], run: SnapshotsRun | None = None
    ) -> Snapshots:
        """Return exactly these snapshots, which are in the order of their points."""
        result = cls(spec, run=run)
        result._snapshots = snapshots
        return result

    def up_to(self, point: TrainingPoint, run: SnapshotsRun) -> Snapshots:
        """Return those up to `point`, as the first ones of the run `run`, which goes on from there."""
        kept = tuple(each for each in self._snapshots if not each.point.is_after(point))
        return Snapshots.from_snapshots(self.spec, kept, run)

    def evenly_spread(self, max_bytes: int) -> tuple[Snapshot, ...]:
        """Return the first and the last snapshot, and others between, as many as `max_bytes` can hold; at least one."""
        kept, count = self._snapshots, max(1, max_bytes // (4 * self.spec.parameter_count))
        if count == 1:
            return kept[-1:]
        return tuple(kept[round(place)] for place in np.linspace(0, len(kept) - 1, min(count, len(kept))))

    @property
    def all(self) -> tuple[Snapshot, ...]:
        """The snapshots that are kept, in the order of their points."""
        return self._snapshots

    @property
    def points(self) -> tuple[TrainingPoint, ...]:
        """The points of the snapshots that are kept, in order."""
        return tuple(each.point for each in self._snapshots)

    def wants_step(self, step: int) -> bool:
        """Whether a snapshot is to be added after this step, even within an epoch."""
        return step in self._early_steps

    def add(self, point: TrainingPoint, network: Network) -> None:
        """Add the parameters of `network` at `point`, unless they have diverged and are not finite.

        The end of an epoch replaces a snapshot after its last step. Raises ValueError if the point is not later than
        the last one.
        """
        kept = self._snapshots
        if kept and point.step is not None and kept[-1].point.step == point.step:
            kept = kept[:-1]  # no step between them, so the same parameters
        if self._snapshots and not point.is_after(self._snapshots[-1].point):
            raise ValueError(f"A point after {self._snapshots[-1].point.label} is expected; got {point.label}.")
        values = network.parameters.values.astype(np.float32)
        if not np.isfinite(values).all():
            return
        values.flags.writeable = False
        # The newest always stays, even if it is not on the stride; the next one replaces it.
        kept = (*self._on_stride(kept), Snapshot(point, values))
        while len(kept) > self._max_count:
            self._stride *= 2
            kept = kept[-1:] if self._max_count < 2 else (*self._on_stride(kept[:-1]), kept[-1])
        self._snapshots = kept

    def _on_stride(self, kept: tuple[Snapshot, ...]) -> tuple[Snapshot, ...]:
        """Return the first, those of early steps, and the epochs whose distance from the first is on the stride."""
        return kept[:1] + tuple(each for each in kept[1:] if self._is_kept(each.point, kept[0].point))

    def _is_kept(self, point: TrainingPoint, first: TrainingPoint) -> bool:
        return point.step in self._early_steps or (point.ends_epoch and (point.epoch - first.epoch) % self._stride == 0)

    def values(self, point: TrainingPoint) -> NDArray[np.float32]:
        """Return all parameters (size,) at `point`, read-only; raises KeyError if that snapshot is not kept."""
        return {each.point: each.values for each in self._snapshots}[point]

    def network(self, point: TrainingPoint) -> Network:
        """Return a new network with the parameters at `point`; raises KeyError if that snapshot is not kept."""
        network = Network(self.spec)
        network.parameters.values[:] = self.values(point)
        return network

    def read(self, point: TrainingPoint, image: NDArray[np.uint8]) -> Prediction:
        """Return the prediction of the network at `point` for the digit `image` (28, 28); for one thread at a time.

        Raises KeyError if that snapshot is not kept, DataError if the network cannot read digits.
        """
        values = self.values(point)
        if self._network is None:
            self._network = Network(self.spec)
        self._network.parameters.values[:] = values
        return read_digit(self._network, image)


def _thinned(steps: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Return every step, every second, fourth ... step, so that there are at most `count`."""
    while len(steps) > count:
        steps = steps[::2]
    return steps
