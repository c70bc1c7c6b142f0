from __future__ import annotations

import numpy as np
import pytest

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError, SettingError
from nncore.evaluation.metrics import evaluate
from nncore.evaluation.predictions import judge
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import small_mnist
from tests.nncore.mean_network import nearest_mean_network


def test_the_figures_are_those_of_an_evaluation() -> None:
    data = small_mnist()
    network = nearest_mean_network(data.training)
    assert data.test is not None
    judgement, evaluation = judge(network, data.test), evaluate(network, data.test)
    assert judgement is not None
    assert evaluation is not None
    np.testing.assert_array_equal(judgement.confusion, evaluation.confusion)
    assert judgement.accuracy == evaluation.accuracy
    assert judgement.accuracy is not None
    assert judgement.interval[0] < judgement.accuracy < judgement.interval[1]
    assert sum(each.count for each in judgement.figures) == judgement.count == 500
    assert sum(b.count for b in judgement.bins) == 500
    assert 0 < judgement.calibration_error < 1


def test_every_mistake_leads_to_its_images_the_surest_first() -> None:
    data = small_mnist()
    assert data.test is not None
    judgement = judge(nearest_mean_network(data.training), data.test)
    assert judgement is not None
    rows = judgement.misread()
    assert len(rows) == judgement.count - judgement.right > 20
    assert (judgement.labels[rows] != judgement.answers[rows]).all()
    assert (np.diff(judgement.confidence[rows]) <= 0).all()
    for true, read in ((4, 9), (7, 7)):
        rows = judgement.rows_of(true, read)
        assert len(rows) == judgement.confusion[true, read] > 0
        assert (judgement.labels[rows] == true).all()
        assert (judgement.answers[rows] == read).all()


def test_examples_of_no_class_are_neither_right_nor_wrong() -> None:
    data = small_mnist()
    labels = data.training.labels[:40].copy()
    labels[:10] = NO_CLASS
    judgement = judge(nearest_mean_network(data.training), Dataset(data.training.images[:40], labels, open_set=True))
    assert judgement is not None
    assert judgement.count == judgement.confusion.sum() == 30
    assert not np.isin(judgement.misread(), np.arange(10)).any()
    assert sum(b.count for b in judgement.bins) == 30


def test_it_can_be_cancelled_and_tells_how_far_it_is() -> None:
    data = small_mnist()
    told: list[float] = []
    judge(nearest_mean_network(data.training), data.training.take(slice(0, 300)), progress=told.append)
    assert told == pytest.approx([128 / 300, 256 / 300, 1.0])
    assert judge(nearest_mean_network(data.training), data.training, cancelled=lambda: True) is None


def test_a_single_output_stands_for_the_second_of_two_classes() -> None:
    network = Network(NetworkSpec((1,), NetworkSpec.dense((1, 1)).layers, "sigmoid"))
    network.parameters.value("1.W")[:] = 4
    data = Dataset.from_floats([-1.0, 1.0], np.array([0, 0]), ("no", "yes"))
    judgement = judge(network, data)
    assert judgement is not None
    assert judgement.answers.tolist() == [0, 1]
    assert judgement.probabilities[1] == pytest.approx([0.018, 0.982], abs=1e-3)
    assert judgement.confidence == pytest.approx([0.982, 0.982], abs=1e-3)


def test_weights_that_have_diverged_are_judged_without_a_warning() -> None:
    data = small_mnist()
    network = nearest_mean_network(data.training)
    network.parameters.value("1.W")[:] = np.inf
    judgement = judge(network, data.training.take(slice(0, 20)))
    assert judgement is not None
    assert np.isfinite(judgement.probabilities).all()


def test_what_has_no_classes_or_does_not_fit_is_refused() -> None:
    network = nearest_mean_network(small_mnist().training)
    with pytest.raises(DataError, match="no classes"):
        judge(network, Dataset.from_floats([1.0], [2.0]))
    with pytest.raises(SettingError, match="pixels"):
        judge(network, Dataset(np.zeros((1, 5, 5), np.uint8), np.array([1])))
