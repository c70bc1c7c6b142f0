"""Each method reads the same image, and says what a reading costs."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from nncore.data.dataset import Dataset
from nncore.errors import DataError
from nncore.evaluation.explanation.baselines import NearestNeighbours, NetworkReading, read_with_each
from nncore.evaluation.recognition import read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import SIDE
from tests.nncore.evaluation.explanation.trained_networks import dense_network
from tests.nncore.example_data import small_mnist


def dots(*rows: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """Images with one pixel of ink each, in different rows, brighter and brighter."""
    images = np.zeros((len(rows), SIDE, SIDE), np.uint8)
    images[np.arange(len(rows)), rows, 3] = 255
    return images


def test_the_nearest_examples_vote_and_the_nearest_decides_equal_votes() -> None:
    image = dots(1)[0]
    shades = [image // 10 * (10 - number) for number in range(6)]  # the further on, the further away
    training = Dataset(np.stack(shades), np.array([7, 4, 7, 4, 1, 4]))
    reading = NearestNeighbours(training).read(image)
    assert (reading.answer, reading.probability) == (7, 0.4)
    assert reading.parameters == 0
    assert reading.stored_bytes == 6 * 784 + 6 * training.labels.itemsize
    assert reading.multiplications == 2 * 6 * 784


def test_nearest_neighbours_read_most_test_images() -> None:
    data = small_mnist()
    assert data.test is not None
    method = NearestNeighbours(data.training)
    right = [
        method.read(image).answer == label
        for image, label in zip(data.test.images[:60], data.test.labels[:60], strict=True)
    ]
    assert np.mean(right) > 0.8


def test_a_network_says_its_answer_and_its_cost() -> None:
    image = small_mnist().training.images[0]
    reading = NetworkReading("dense", dense_network()).read(image)
    prediction = read_digit(dense_network(), image)
    assert (reading.name, reading.answer) == ("dense", prediction.digit)
    assert reading.probability == pytest.approx(prediction.confidence)
    assert reading.parameters == 784 * 32 + 32 + 32 * 10 + 10
    assert reading.stored_bytes == 4 * reading.parameters
    assert reading.multiplications == 784 * 32 + 32 * 10
    assert reading.milliseconds is None


def test_each_reading_has_its_time_by_the_clock_of_the_caller() -> None:
    methods = [NearestNeighbours(small_mnist().training), NetworkReading("dense", dense_network())]
    ticks = count()
    readings = read_with_each(methods, small_mnist().training.images[0], lambda: next(ticks) ** 2)
    assert [each.name for each in readings] == ["5 nearest neighbours", "dense"]
    assert [each.milliseconds for each in readings] == [1000, 5000]
    assert readings[0].answer == small_mnist().training.labels[0]
    assert readings[0].to_json()["milliseconds"] == 1000


def test_a_method_that_cannot_read_the_image_is_reported() -> None:
    image = small_mnist().training.images[0]
    with pytest.raises(DataError, match="a drawing is 28 × 28"):
        NetworkReading("two inputs", Network(NetworkSpec.dense((2, 10)))).read(image)
    with pytest.raises(DataError, match="expected 784"):
        NearestNeighbours(Dataset.from_floats(np.zeros((3, 2)), np.zeros(3, int), ("a", "b"))).read(image)
