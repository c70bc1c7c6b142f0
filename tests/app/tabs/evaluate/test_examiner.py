from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from app.tabs.evaluate.examination import Examination
from app.tabs.evaluate.examiner import Examiner, Looked, Map, Neighbours
from nncore.data.dataset import Dataset
from nncore.evaluation.robustness import DISTORTIONS, RobustnessPoint
from tests.app.tabs.evaluate.samples import examination, of_numbers
from tests.nncore.example_data import mnist


class Listener(QObject):
    """Notes what is told, and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []
        self.threads: set[threading.Thread] = set()

    @Slot(object)
    def listen(self, what: object) -> None:
        self.told.append(what)
        self.threads.add(threading.current_thread())


@pytest.fixture
def owner(qapp: object) -> QObject:
    return QObject()


@pytest.fixture
def examiner(owner: QObject) -> Iterator[Examiner]:
    examiner = Examiner(owner)
    yield examiner
    assert examiner.finish()


def judge(examiner: Examiner, dataset: Dataset) -> None:
    sample = examination()
    examiner.judge(sample.network, sample.model, dataset, sample.training)


def test_a_judgement_comes_with_all_that_it_is_about(examiner: Examiner, qtbot: QtBot) -> None:
    sample, shares = examination(), Listener()
    examiner.progressed.connect(shares.listen)
    with qtbot.waitSignal(examiner.judged) as told:
        judge(examiner, sample.dataset)
        assert examiner.is_judging
    found = told.args[0] if told.args else None
    assert isinstance(found, Examination)
    assert (found.network, found.model, found.dataset) == (sample.network, sample.model, sample.dataset)
    np.testing.assert_array_equal(found.judgement.answers, sample.judgement.answers)
    qtbot.waitUntil(lambda: not examiner.is_judging)
    assert shares.told[-1] == 1.0
    assert shares.threads == {threading.main_thread()}


def test_a_judgement_can_be_given_up(examiner: Examiner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(examiner.judged) as told:
        judge(examiner, mnist().training)
        examiner.stop_judging()
    assert told.args == [None]


def test_data_that_cannot_be_judged_is_refused(examiner: Examiner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(examiner.refused) as told:
        judge(examiner, Dataset.from_floats([1.0], [2.0], source="sine"))
    assert told.args == ["sine: numbers to fit have no classes, so there is nothing to misread."]


def test_robustness_is_told_point_by_point(examiner: Examiner, qtbot: QtBot) -> None:
    points = Listener()
    examiner.robustness_told.connect(points.listen)
    with qtbot.waitSignal(examiner.robustness_ended) as ended:
        examiner.measure_robustness(examination())
    assert ended.args == [""]
    assert all(isinstance(point, RobustnessPoint) for point in points.told)
    assert len(points.told) == sum(len(each.strengths) for each in DISTORTIONS)
    assert points.threads == {threading.main_thread()}


def test_robustness_of_numbers_is_refused_with_a_sentence(examiner: Examiner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(examiner.robustness_ended) as ended:
        examiner.measure_robustness(of_numbers())
    assert ended.args is not None
    assert "only pictures" in ended.args[0]


def test_a_map_has_a_point_for_each_digit(examiner: Examiner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(examiner.mapped) as told:
        examiner.map(examination(), 0, by_tsne=False)
    found = told.args[0] if told.args else None
    assert isinstance(found, Map)
    assert len(found.rows) == len(found.projection.points) == 500
    assert found.projection.explained is not None


def test_tsne_is_told_part_by_part_and_can_be_given_up(examiner: Examiner, qtbot: QtBot) -> None:
    pytest.importorskip("sklearn")
    told: list[Map | None] = []
    examiner.mapped.connect(told.append)
    examiner.map(examination(), 0, by_tsne=True)
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], Map)
    assert told[0].done == 0.25
    with qtbot.waitSignal(examiner.mapping_changed, check_params_cb=lambda busy: not busy):
        examiner.stop_mapping()
    assert told[-1] is None
    assert len(told) < 5


def test_an_image_is_looked_at(examiner: Examiner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(examiner.looked) as told:
        examiner.look(examination(), 3)
    found = told.args[0] if told.args else None
    assert isinstance(found, Looked)
    assert found.row == 3
    assert found.looked is not None
    assert found.looked.max() > 0
    with qtbot.waitSignal(examiner.looked) as told:
        examiner.look(of_numbers(), 0)
    found = told.args[0] if told.args else None
    assert isinstance(found, Looked)
    assert (found.looked, found.reason) == (None, "This example is no picture, so no part of it can be covered.")


@pytest.mark.parametrize("hidden", [False, True])
def test_neighbours_are_training_digits_with_picture_and_class(examiner: Examiner, qtbot: QtBot, hidden: bool) -> None:
    sample = examination()
    with qtbot.waitSignal(examiner.neighbours_found) as told:
        examiner.find_neighbours(sample, 3, hidden, 8)
    found = told.args[0] if told.args else None
    assert isinstance(found, Neighbours)
    assert (found.row, found.searched) == (3, 2000)
    x = sample.dataset.inputs(np.array([3]))
    nearest = int(np.linalg.norm(sample.training.inputs(slice(None)) - x, axis=1).argmin())
    image, name, distance = found.found[0]
    assert image is not None
    np.testing.assert_array_equal(image, sample.training.images[nearest])
    assert name == str(sample.training.labels[nearest])
    assert distance > 0


def test_the_hidden_layer_looks_at_the_training_digits_once(
    examiner: Examiner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[float] = []
    examiner.index_progressed.connect(built.append)
    for row in (3, 4):
        with qtbot.waitSignal(examiner.neighbours_found):
            examiner.find_neighbours(examination(), row, True, 8)
    assert built.count(1.0) == 1


def test_finishing_gives_up_what_is_under_way(owner: QObject) -> None:
    examiner = Examiner(owner)
    judge(examiner, mnist().training)
    examiner.measure_robustness(examination())
    examiner.map(examination(), 0, by_tsne=False)
    assert examiner.finish()
    assert not examiner.is_judging
