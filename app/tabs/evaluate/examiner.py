"""The work behind the Evaluate tab, done on threads: judging, distorting, mapping, looking for reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from app.background.task_queue import TaskQueue, is_cancelled
from app.tabs.evaluate.examination import Examination, image_of
from nncore.data.dataset import Dataset
from nncore.errors import DataError
from nncore.evaluation.nearest_neighbours import HiddenIndex, Neighbour, nearest_in_pixels
from nncore.evaluation.occlusion import occlusion_map
from nncore.evaluation.predictions import judge
from nncore.evaluation.projection import TSNE_PARTS, Projection, principal_components, tsne, view
from nncore.evaluation.robustness import robustness
from nncore.model.network import Network

MAPPED = 1000
"""Digits on a map: more would lie on top of each other."""


@dataclass(frozen=True, eq=False)
class Looked:
    """Why an image was read so. looked: (28, 28) float32 occlusion map of its answer, or None, with the reason."""

    examination: Examination
    row: int
    looked: NDArray[np.float32] | None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The training examples most like an image: their pictures (None of numbers), classes and distances."""

    examination: Examination
    row: int
    found: list[tuple[NDArray[np.uint8] | None, str, float]]
    searched: int


@dataclass(frozen=True, eq=False)
class Map:
    """The examples `rows` (n,) laid out in two dimensions; `done`, 0 to 1, of the work: below 1 it goes on."""

    examination: Examination
    rows: NDArray[np.intp]
    projection: Projection
    done: float = 1.0


class Examiner(QObject):
    """Does one thing after another of each kind; a new request of a kind replaces the one before it.

    Everything is told on the window's thread. `finish` must have been called before this is destroyed.
    """

    judging_changed = Signal(bool)
    """Whether a judgement is under way."""
    progressed = Signal(float)
    """The share of a judgement that is done."""
    judged = Signal(object)
    """An Examination, or None if the judging was cancelled."""
    refused = Signal(str)
    """One sentence: why there is no judgement."""
    robustness_told = Signal(object)
    """A RobustnessPoint."""
    robustness_ended = Signal(str)
    """Why it ended early, or ""."""
    mapped = Signal(object)
    """A Map, at times several, each better than the one before; None if it was given up."""
    mapping_changed = Signal(bool)
    """Whether a map is being made."""
    map_refused = Signal(str)
    looked = Signal(object)
    """A Looked."""
    neighbours_found = Signal(object)
    """Neighbours."""
    neighbours_refused = Signal(str)
    index_progressed = Signal(float)
    """The share of the training digits that the network has looked at, to compare with."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._judging, self._measuring, self._mapping = TaskQueue(self), TaskQueue(self), TaskQueue(self)
        self._looking, self._searching = TaskQueue(self), TaskQueue(self)
        self._judging.busy_changed.connect(self.judging_changed)
        self._mapping.busy_changed.connect(self.mapping_changed)
        self._index: tuple[Network, Dataset, HiddenIndex] | None = None

    @property
    def is_judging(self) -> bool:
        """Whether a judgement is under way."""
        return self._judging.is_busy

    def judge(self, network: Network, model: str, dataset: Dataset, training: Dataset) -> None:
        """Judge `network` on `dataset`."""

        def work() -> Examination | None:
            judgement = judge(network, dataset, is_cancelled, _in_steps(self.progressed.emit))
            return None if judgement is None else Examination(network, model, dataset, training, judgement)

        self._judging.add("judge", work, self.judged.emit, self.refused.emit, latest_only=True)

    def stop_judging(self) -> None:
        """Give the judgement up; `judged` tells None."""
        self._judging.cancel("judge")

    def measure_robustness(self, examination: Examination) -> None:
        """Measure it, telling each point as it comes."""

        def work() -> None:
            for point in robustness(examination.network, examination.dataset, cancelled=is_cancelled):
                self.robustness_told.emit(point)

        self.stop_measuring()
        self._measuring.add("robustness", work, lambda _: self.robustness_ended.emit(""), self.robustness_ended.emit)

    def stop_measuring(self) -> None:
        """End the measuring early."""
        self._measuring.cancel("robustness")

    def map(self, examination: Examination, number: int, by_tsne: bool) -> None:
        """Lay out what view `number` makes of some of the data, by principal components or t-SNE."""

        def work() -> Map | None:
            labels = examination.judgement.labels
            rows = np.sort(np.random.default_rng(0).permutation(np.flatnonzero(labels >= 0))[:MAPPED])
            if not len(rows):
                raise DataError("No example belongs to a class, so there is nothing to map.")
            X = view(examination.network, examination.dataset, rows, number, is_cancelled)
            if X is None or is_cancelled():
                return None
            if not by_tsne:
                return Map(examination, rows, principal_components(X))
            for part, projection in enumerate(tsne(X), start=1):
                if is_cancelled():
                    break
                self.mapped.emit(Map(examination, rows, projection, part / TSNE_PARTS))
            return None

        self.stop_mapping()
        self._mapping.add("map", work, self.mapped.emit, self.map_refused.emit, latest_only=True)

    @Slot()
    def stop_mapping(self) -> None:
        """Give the map up."""
        self._mapping.cancel("map")

    def look(self, examination: Examination, row: int) -> None:
        """Find out what the answer to an image hangs on."""
        work = partial(_look, examination, row)
        self._looking.add("look", work, self.looked.emit, lambda _: None, latest_only=True)

    def find_neighbours(self, examination: Examination, row: int, hidden: bool, count: int) -> None:
        """Find the training examples most like an image: by pixels, or as the last hidden layer sees them."""

        def work() -> Neighbours | None:
            x = examination.dataset.inputs(np.array([row]))[0]
            training = examination.training
            if hidden:
                index = self._index_of(examination)
                if index is None:
                    return None
                return Neighbours(examination, row, _shown(training, index.nearest(x, count)), len(index.rows))
            return Neighbours(examination, row, _shown(training, nearest_in_pixels(training, x, count)), len(training))

        if not hidden:  # an index that is being made is not given up for the next image: that will need it too
            self._searching.cancel("neighbours")
        use, refused = self.neighbours_found.emit, self.neighbours_refused.emit
        self._searching.add("neighbours", work, use, refused, latest_only=True)

    def _index_of(self, examination: Examination) -> HiddenIndex | None:
        """The index of its network and training data; only the last one is kept, as it is large."""
        network, training = examination.network, examination.training
        if self._index is None or self._index[0] is not network or self._index[1] is not training:
            index = HiddenIndex.build(network, training, is_cancelled, _in_steps(self.index_progressed.emit))
            if index is None:
                return None
            self._index = network, training, index
        return self._index[2]

    @Slot()
    def stop_all(self) -> None:
        """Give up everything that is under way."""
        self._judging.cancel("judge")
        self._measuring.cancel("robustness")
        self.stop_mapping()
        self._looking.cancel("look")
        self._searching.cancel("neighbours")

    def finish(self) -> bool:
        """Stop what can be stopped and wait for it; False if that takes too long."""
        self.stop_all()
        queues = (self._judging, self._measuring, self._mapping, self._looking, self._searching)
        return all(queue.finish() for queue in queues)


def _look(examination: Examination, row: int) -> Looked:
    image = examination.image(row)
    if image is None:
        return Looked(examination, row, None, "This example is no picture, so no part of it can be covered.")
    try:
        answer = int(examination.judgement.answers[row])
        return Looked(examination, row, occlusion_map(examination.network, image, answer))
    except DataError as problem:
        return Looked(examination, row, None, str(problem))


def _shown(training: Dataset, found: list[Neighbour]) -> list[tuple[NDArray[np.uint8] | None, str, float]]:
    labels = training.targets(np.array([each.row for each in found], np.intp))
    names = [training.class_names[label] if label >= 0 else "–" for label in labels.tolist()]
    return [(image_of(training, each.row), name, each.distance) for each, name in zip(found, names, strict=True)]


def _in_steps(tell: Callable[[float], None]) -> Callable[[float], None]:
    """Tell only whole per cents: a signal for each batch would keep the window busy."""
    told = -1

    def step(share: float) -> None:
        nonlocal told
        if int(100 * share) != told:
            told = int(100 * share)
            tell(share)

    return step
