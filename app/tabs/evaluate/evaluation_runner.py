"""Background work of the Evaluate tab: evaluation, robustness, map, occlusion maps, similar examples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from app.background.task_queue import TaskQueue, in_whole_percent, is_cancelled
from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.widgets.explanation import ShownNeighbour
from app.widgets.gallery import image_of
from nncore.data.dataset import Dataset
from nncore.errors import DataError
from nncore.evaluation.nearest_neighbours import HiddenLayerIndex, Neighbour, nearest_in_pixels
from nncore.evaluation.occlusion import occlusion_map
from nncore.evaluation.predictions import predict_dataset
from nncore.evaluation.projection import (
    TSNE_PARTS,
    Projection,
    drawing_output,
    layer_output,
    principal_components,
    tsne,
)
from nncore.evaluation.robustness import RobustnessPoint, robustness
from nncore.model.network import Network

MAX_MAPPED = 1000
"""Maximum number of digits on a map; more would cover each other."""


@dataclass(frozen=True, eq=False)
class OcclusionResult:
    """The occlusion map (28, 28) float32 of an answer, or None with the reason."""

    result: EvaluationResult
    row: int
    occlusion: NDArray[np.float32] | None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class NeighbourResult:
    """The training examples most similar to an image. searched: how many examples were compared."""

    result: EvaluationResult
    row: int
    neighbours: list[ShownNeighbour]
    searched: int


@dataclass(frozen=True, eq=False)
class MapResult:
    """The examples `rows` (n,) in two dimensions; `done`: finished fraction, 0 to 1, of an iterative method.

    drawing: the place of the user's drawing, None without one.
    """

    result: EvaluationResult
    rows: NDArray[np.intp]
    projection: Projection
    done: float = 1.0
    drawing: tuple[float, float] | None = None


class _IndexOfTraining(NamedTuple):
    """The index of a network's last hidden layer over its training data."""

    network: Network
    training: Dataset
    built: HiddenLayerIndex


class EvaluationRunner(QObject):
    """Runs one task of each kind at a time; a new request replaces the waiting one of its kind.

    All signals are emitted on the window's thread. Call `finish` before the runner is destroyed.
    """

    evaluating_changed = Signal(bool)
    """Whether an evaluation is running."""
    progressed = Signal(float)
    """The finished fraction of the evaluation, 0 to 1."""
    evaluated = Signal(object)
    """An EvaluationResult, or None if the evaluation was cancelled."""
    failed = Signal(str)
    """One sentence: why the evaluation failed."""
    robustness_measured = Signal(RobustnessPoint)
    """A RobustnessPoint."""
    robustness_finished = Signal(str)
    """Why it ended early, or ""."""
    mapped = Signal(object)
    """A MapResult, for t-SNE several, each more complete; None if it was cancelled."""
    mapping_changed = Signal(bool)
    """Whether a map is being made."""
    mapping_failed = Signal(str)
    """A sentence: why there is no map."""
    occlusion = Signal(OcclusionResult)
    """An OcclusionResult."""
    neighbours_found = Signal(NeighbourResult)
    """A NeighbourResult."""
    neighbour_search_failed = Signal(str)
    """A sentence: why there are no neighbours."""
    index_progressed = Signal(float)
    """The fraction of training digits in the index of the last hidden layer, 0 to 1."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._evaluating = TaskQueue(self)
        self._measuring = TaskQueue(self)
        self._mapping = TaskQueue(self)
        self._explaining, self._searching = TaskQueue(self), TaskQueue(self)
        self._evaluating.busy_changed.connect(self.evaluating_changed)
        self._mapping.busy_changed.connect(self.mapping_changed)
        self._index: _IndexOfTraining | None = None

    @property
    def is_evaluating(self) -> bool:
        """Whether an evaluation is running."""
        return self._evaluating.is_busy

    def evaluate(self, network: Network, model: str, dataset: Dataset, training: Dataset) -> None:
        """Evaluate `network` on `dataset`."""

        def work() -> EvaluationResult | None:
            predictions = predict_dataset(
                network, dataset, cancelled=is_cancelled, progress=in_whole_percent(self.progressed.emit)
            )
            return None if predictions is None else EvaluationResult(network, model, dataset, training, predictions)

        self._evaluating.add("evaluate", work, self.evaluated.emit, self.failed.emit, latest_only=True)

    def stop_evaluating(self) -> None:
        """Cancel the evaluation; `evaluated` then carries None."""
        self._evaluating.cancel("evaluate")

    def measure_robustness(self, result: EvaluationResult) -> None:
        """Measure robustness and emit each point when it is known."""

        def work() -> None:
            for point in robustness(result.network, result.dataset, cancelled=is_cancelled):
                self.robustness_measured.emit(point)

        self.stop_measuring()
        self._measuring.add(
            "robustness", work, lambda _: self.robustness_finished.emit(""), self.robustness_finished.emit
        )

    def stop_measuring(self) -> None:
        """Cancel the robustness measurement."""
        self._measuring.cancel("robustness")

    def map(
        self,
        result: EvaluationResult,
        index: int,
        by_tsne: bool,
        drawing: NDArray[np.uint8] | None = None,
    ) -> None:
        """Project the outputs at `index` of `output_names` for some examples, by principal components or t-SNE.

        drawing: the user's drawing (28, 28), mapped too if the network reads images of this size.
        """

        def work() -> MapResult | None:
            labels = result.predictions.labels
            rows = np.sort(np.random.default_rng(0).permutation(np.flatnonzero(labels >= 0))[:MAX_MAPPED])
            if not len(rows):
                raise DataError("No example belongs to a class, so there is nothing to map.")
            X = layer_output(result.network, result.dataset, rows, index, cancelled=is_cancelled)
            if X is None or is_cancelled():
                return None
            if drawing is not None:
                drawn = drawing_output(result.network, drawing, index)
                if len(drawn) and np.isfinite(drawn).all():
                    X = np.concatenate((X, drawn))
            if not by_tsne:
                return _map_result(result, rows, principal_components(X))
            for part, projection in enumerate(tsne(X), start=1):
                if is_cancelled():
                    break
                self.mapped.emit(_map_result(result, rows, projection, part / TSNE_PARTS))
            return None

        self.stop_mapping()
        self._mapping.add("map", work, self.mapped.emit, self.mapping_failed.emit, latest_only=True)

    @Slot()
    def stop_mapping(self) -> None:
        """Cancel the map."""
        self._mapping.cancel("map")

    def explain(self, result: EvaluationResult, row: int) -> None:
        """Compute the occlusion map of the answer to an image."""
        work = partial(_explain, result, row)
        self._explaining.add("occlusion", work, self.occlusion.emit, None, latest_only=True)

    def find_neighbours(self, result: EvaluationResult, row: int, by_hidden_layer: bool, count: int) -> None:
        """Find the most similar training examples: by pixels, or by the outputs of the last hidden layer."""

        def work() -> NeighbourResult | None:
            x = result.dataset.inputs(np.array([row]))[0]
            training = result.training
            if by_hidden_layer:
                index = self._index_of(result)
                if index is None:
                    return None
                return NeighbourResult(result, row, _described(training, index.nearest(x, count)), len(index.rows))
            return NeighbourResult(
                result, row, _described(training, nearest_in_pixels(training, x, count)), len(training)
            )

        if not by_hidden_layer:  # an index being built is kept: the next image needs it too
            self._searching.cancel("neighbours")
        use, failed = self.neighbours_found.emit, self.neighbour_search_failed.emit
        self._searching.add("neighbours", work, use, failed, latest_only=True)

    def _index_of(self, result: EvaluationResult) -> HiddenLayerIndex | None:
        """The index of the result's network and training data; only the last one is cached, as it is large."""
        network, training = result.network, result.training
        if self._index is None or self._index.network is not network or self._index.training is not training:
            index = HiddenLayerIndex.build(
                network,
                training,
                progress=in_whole_percent(self.index_progressed.emit),
                cancelled=is_cancelled,
            )
            if index is None:
                return None
            self._index = _IndexOfTraining(network, training, index)
        return self._index.built

    @Slot()
    def stop_all(self) -> None:
        """Cancel all running work."""
        self._evaluating.cancel("evaluate")
        self._measuring.cancel("robustness")
        self.stop_mapping()
        self._explaining.cancel("occlusion")
        self._searching.cancel("neighbours")

    def finish(self) -> bool:
        """Cancel all work and wait for it; False if that takes too long."""
        self.stop_all()
        queues = (self._evaluating, self._measuring, self._mapping, self._explaining, self._searching)
        return all(queue.finish() for queue in queues)


def _map_result(
    result: EvaluationResult, rows: NDArray[np.intp], projection: Projection, done: float = 1.0
) -> MapResult:
    """The map of the examples `rows` (n,); a point after theirs is that of the drawing."""
    points, drawing = projection.points, None
    if len(points) > len(rows):
        drawing = float(points[-1, 0]), float(points[-1, 1])
        projection = Projection(points[: len(rows)], projection.explained)
    return MapResult(result, rows, projection, done, drawing)


def _explain(result: EvaluationResult, row: int) -> OcclusionResult:
    image = result.image(row)
    if image is None:
        return OcclusionResult(result, row, None, "Only images have an occlusion map; this example is not an image.")
    try:
        answer = int(result.predictions.answers[row])
        return OcclusionResult(result, row, occlusion_map(result.network, image, answer))
    except DataError as problem:
        return OcclusionResult(result, row, None, str(problem))


def _described(training: Dataset, neighbours: list[Neighbour]) -> list[ShownNeighbour]:
    labels = training.targets(np.array([each.row for each in neighbours], np.intp))
    names = [training.class_names[label] if label >= 0 else "–" for label in labels.tolist()]
    return [
        ShownNeighbour(image_of(training, each.row), name, each.distance)
        for each, name in zip(neighbours, names, strict=True)
    ]
