"""A few single pixels make a network read another class, and none of them could be left out."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.evaluation.explanation.few_pixels import MAX_CHANGED_PIXELS, find_adversarial_pixels
from nncore.evaluation.recognition import read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import SIDE
from tests.nncore.evaluation.explanation.trained_networks import NETWORKS, dense_network
from tests.nncore.example_data import mnist

IMAGES = mnist().training.images[:8]


@pytest.mark.parametrize("name", NETWORKS)
def test_most_digits_are_misread_after_a_few_pixels(name: str) -> None:
    network, count = NETWORKS[name](), 0
    for image in IMAGES:
        found = find_adversarial_pixels(network, image)
        if found is None:
            continue
        count += 1
        before, after = read_digit(network, image), read_digit(network, found.image)
        assert found.answer == before.digit != after.digit == found.new_answer
        assert after.is_accepted
        assert found.probability == pytest.approx(after.confidence)
        assert 1 <= len(found.pixels) <= MAX_CHANGED_PIXELS
        np.testing.assert_array_equal(np.argwhere(found.image != image), found.pixels)
        assert set(found.image[found.image != image].tolist()) <= {0, 255}
    assert count >= 6


@pytest.mark.parametrize("name", NETWORKS)
def test_no_pixel_could_be_restored(name: str) -> None:
    network = NETWORKS[name]()
    for image in IMAGES:
        found = find_adversarial_pixels(network, image)
        for row, column in [] if found is None else found.pixels:
            assert found is not None
            restored = found.image.copy()
            restored[row, column] = image[row, column]
            prediction = read_digit(network, restored)
            assert prediction.digit == found.answer or not prediction.is_accepted


def test_two_decisive_pixels_are_found() -> None:
    network = Network(NetworkSpec.dense((784, 10)))
    network.parameters.value("1.b")[3] = 9
    for pixel in ((2, 3), (20, 25)):
        network.parameters.value("1.W")[SIDE * pixel[0] + pixel[1], 8] = 5
    found = find_adversarial_pixels(network, IMAGES[0])
    assert found is not None
    assert (found.answer, found.new_answer) == (3, 8)
    assert found.pixels.tolist() == [[2, 3], [20, 25]]
    assert found.to_json()["pixels"] == [[3, 4, 255], [21, 26, 255]]


def test_without_a_change_or_when_cancelled_there_is_no_result() -> None:
    constant = Network(NetworkSpec.dense((784, 10)))
    constant.parameters.value("1.b")[4] = 9
    assert find_adversarial_pixels(constant, IMAGES[0]) is None
    assert find_adversarial_pixels(dense_network(), IMAGES[0], cancelled=lambda: True) is None


def test_a_diverged_network_and_another_input_are_reported() -> None:
    diverged = dense_network().copy()
    diverged.parameters.values[:] = np.nan
    with pytest.raises(DataError, match="diverged"):
        find_adversarial_pixels(diverged, IMAGES[0])
    with pytest.raises(DataError, match="a drawing is 28 × 28"):
        find_adversarial_pixels(Network(NetworkSpec.dense((2, 10))), IMAGES[0])
