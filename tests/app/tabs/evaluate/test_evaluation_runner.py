"""Evaluations, maps and neighbours are computed on threads, and each can be cancelled."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.evaluation_result import EvaluationResult
from app.tabs.evaluate.evaluation_runner import EvaluationRunner, MapResult, NeighbourResult, OcclusionResult
from nncore.data.dataset import Dataset
from nncore.evaluation.robustness import DISTORTIONS, RobustnessPoint
from tests.app.tabs.evaluate.samples import result, result_without_images
from tests.nncore.example_data import mnist


class Listener(QObject):
    """Records emitted values and the thread of each."""

    def __init__(self) -> None:
        super().__init__()
        self.emitted: list[object] = []
        self.threads: set[threading.Thread] = set()

    @Slot(object)
    def listen(self, what: object) -> None:
        self.emitted.append(what)
        self.threads.add(threading.current_thread())


@pytest.fixture
def owner(qapp: object) -> QObject:
    return QObject()


@pytest.fixture
def runner(owner: QObject) -> Iterator[EvaluationRunner]:
    runner = EvaluationRunner(owner)
    yield runner
    assert runner.finish()


def evaluate_sample(runner: EvaluationRunner, dataset: Dataset) -> None:
    sample = result()
    runner.evaluate(sample.network, sample.model, dataset, sample.training)


def test_an_evaluation_result_holds_network_and_data(runner: EvaluationRunner, qtbot: QtBot) -> None:
    sample, fractions = result(), Listener()
    runner.progressed.connect(fractions.listen)
    with qtbot.waitSignal(runner.evaluated) as emitted:
        evaluate_sample(runner, sample.dataset)
        assert runner.is_evaluating
    found = emitted.args[0] if emitted.args else None
    assert isinstance(found, EvaluationResult)
    assert (found.network, found.model, found.dataset) == (sample.network, sample.model, sample.dataset)
    np.testing.assert_array_equal(found.predictions.answers, sample.predictions.answers)
    qtbot.waitUntil(lambda: not runner.is_evaluating)
    assert fractions.emitted[-1] == 1.0
    assert fractions.threads == {threading.main_thread()}


def test_an_evaluation_can_be_cancelled(runner: EvaluationRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.evaluated) as emitted:
        evaluate_sample(runner, mnist().training)
        runner.stop_evaluating()
    assert emitted.args == [None]


def test_data_without_classes_gives_an_error(runner: EvaluationRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.failed) as emitted:
        evaluate_sample(runner, Dataset.from_floats([1.0], [2.0], source="sine"))
    assert emitted.args == ["sine: this is regression data without classes, so there are no misread examples."]


def test_robustness_is_reported_point_by_point(runner: EvaluationRunner, qtbot: QtBot) -> None:
    points = Listener()
    runner.robustness_measured.connect(points.listen)
    with qtbot.waitSignal(runner.robustness_finished) as ended:
        runner.measure_robustness(result())
    assert ended.args == [""]
    assert all(isinstance(point, RobustnessPoint) for point in points.emitted)
    assert len(points.emitted) == sum(len(each.strengths) for each in DISTORTIONS)
    assert points.threads == {threading.main_thread()}


def test_robustness_of_data_without_images_gives_an_error(runner: EvaluationRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.robustness_finished) as ended:
        runner.measure_robustness(result_without_images())
    assert ended.args is not None
    assert "only on images with classes" in ended.args[0]


def test_a_map_has_a_point_for_each_digit(runner: EvaluationRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.mapped) as emitted:
        runner.map(result(), 0, by_tsne=False)
    found = emitted.args[0] if emitted.args else None
    assert isinstance(found, MapResult)
    assert len(found.rows) == len(found.projection.points) == 500
    assert found.projection.explained is not None


@pytest.mark.slow
def test_tsne_reports_progress_and_can_be_cancelled(runner: EvaluationRunner, qtbot: QtBot) -> None:
    pytest.importorskip("sklearn")
    emitted: list[MapResult | None] = []
    runner.mapped.connect(emitted.append)
    runner.map(result(), 0, by_tsne=True)
    qtbot.waitUntil(lambda: bool(emitted))
    assert isinstance(emitted[0], MapResult)
    assert emitted[0].done == 0.25
    with qtbot.waitSignal(runner.mapping_changed, check_params_cb=lambda busy: not busy):
        runner.stop_mapping()
    assert emitted[-1] is None
    assert len(emitted) < 5


def test_an_occlusion_map_is_computed(runner: EvaluationRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.occlusion) as emitted:
        runner.explain(result(), 3)
    found = emitted.args[0] if emitted.args else None
    assert isinstance(found, OcclusionResult)
    assert found.row == 3
    assert found.occlusion is not None
    assert found.occlusion.max() > 0
    with qtbot.waitSignal(runner.occlusion) as emitted:
        runner.explain(result_without_images(), 0)
    found = emitted.args[0] if emitted.args else None
    assert isinstance(found, OcclusionResult)
    assert (found.occlusion, found.reason) == (
        None,
        "Only images have an occlusion map; this example is not an image.",
    )


@pytest.mark.parametrize("by_hidden_layer", [False, True])
def test_neighbours_have_image_class_and_distance(
    runner: EvaluationRunner, qtbot: QtBot, by_hidden_layer: bool
) -> None:
    sample = result()
    with qtbot.waitSignal(runner.neighbours_found) as emitted:
        runner.find_neighbours(sample, 3, by_hidden_layer, 8)
    found = emitted.args[0] if emitted.args else None
    assert isinstance(found, NeighbourResult)
    assert (found.row, found.searched) == (3, 2000)
    x = sample.dataset.inputs(np.array([3]))
    nearest = int(np.linalg.norm(sample.training.inputs(slice(None)) - x, axis=1).argmin())
    image, name, distance = found.neighbours[0]
    assert image is not None
    np.testing.assert_array_equal(image, sample.training.images[nearest])
    assert name == str(sample.training.labels[nearest])
    assert distance > 0


def test_the_index_of_the_hidden_layer_is_built_once(
    runner: EvaluationRunner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[float] = []
    runner.index_progressed.connect(built.append)
    for row in (3, 4):
        with qtbot.waitSignal(runner.neighbours_found):
            runner.find_neighbours(result(), row, True, 8)
    assert built.count(1.0) == 1


def test_finish_cancels_running_work(owner: QObject) -> None:
    runner = EvaluationRunner(owner)
    evaluate_sample(runner, mnist().training)
    runner.measure_robustness(result())
    runner.map(result(), 0, by_tsne=False)
    assert runner.finish()
    assert not runner.is_evaluating


@pytest.mark.parametrize("index", [0, 1])
def test_a_drawing_is_mapped_near_the_same_digit(runner: EvaluationRunner, qtbot: QtBot, index: int) -> None:
    sample = result()
    with qtbot.waitSignal(runner.mapped) as emitted:
        runner.map(sample, index, False, None)
    without = emitted.args[0] if emitted.args else None
    assert isinstance(without, MapResult)
    assert without.drawing is None
    image = sample.image(int(without.rows[7]))
    with qtbot.waitSignal(runner.mapped) as emitted:
        runner.map(sample, index, False, image)
    found = emitted.args[0] if emitted.args else None
    assert isinstance(found, MapResult)
    assert found.rows.tolist() == without.rows.tolist()
    assert found.projection.points.shape == (len(found.rows), 2)
    assert found.drawing == pytest.approx(found.projection.points[7].tolist(), abs=1e-3)


def test_a_drawing_of_another_size_is_not_mapped(runner: EvaluationRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.mapped) as emitted:
        runner.map(result_without_images(), 0, False, np.zeros((28, 28), np.uint8))
    found = emitted.args[0] if emitted.args else None
    assert isinstance(found, MapResult)
    assert found.drawing is None
