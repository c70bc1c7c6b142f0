"""The log odds of classes are exact near 0 and 1; numbers that are not finite are no other digit."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.evaluation.explanation.few_pixels import find_adversarial_pixels
from nncore.evaluation.explanation.flip import find_flip
from nncore.evaluation.explanation.other_classes import are_other_digits, log_odds, log_odds_of_others
from nncore.evaluation.recognition import read_digit
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import mnist


def test_the_log_odds_are_those_of_the_probabilities() -> None:
    odds = log_odds(np.log([[0.5, 0.3, 0.2]]))
    assert odds[0] == pytest.approx([0, np.log(3 / 7), np.log(1 / 4)], abs=1e-12)
    assert log_odds_of_others(np.log([[0.5, 0.3, 0.2]]), 0)[0] == pytest.approx(np.log(3 / 7))


def test_the_log_odds_are_finite_where_a_probability_is_0_or_1_in_floating_point_numbers() -> None:
    odds = log_odds(np.array([[200.0, 0.0, -100.0]], np.float32))
    assert odds[0] == pytest.approx([200, -200, -300])


def test_another_digit_is_finite_accepted_and_not_the_answer() -> None:
    probabilities = np.full((4, 10), 0.01)
    probabilities[0, 3] = probabilities[1, 5] = 0.91
    probabilities[2] = 0.1
    probabilities[2, 5] = 0.11
    probabilities[3, 5] = np.nan
    assert are_other_digits(probabilities, 3).tolist() == [False, True, False, False]


def test_weights_that_overflow_for_changed_images_give_no_change() -> None:
    image = mnist().training.images[0]
    network = Network(NetworkSpec.dense((784, 10)))
    network.parameters.value("1.b")[5] = 9
    network.parameters.value("1.W")[image.reshape(-1) == 0] = 3e38
    assert read_digit(network, image).digit == 5
    for kind in ("add", "erase"):
        assert find_flip(network, image, kinds=(kind,)).flip is None
    assert find_adversarial_pixels(network, image) is None
