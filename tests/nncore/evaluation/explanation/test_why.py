"""An answer is explained by its maps and its nearest training examples; what cannot be explained is reported."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nncore.data.dataset import Dataset
from nncore.errors import DataError
from nncore.evaluation.explanation.input_gradient import gradient_times_input
from nncore.evaluation.explanation.why import labelled_neighbours, why_answer
from nncore.evaluation.occlusion import occlusion_map
from nncore.evaluation.recognition import read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import SIDE
from tests.nncore.evaluation.explanation.trained_networks import dense_network
from tests.nncore.example_data import mnist, small_mnist

IMAGE = mnist().training.images[2500]


def test_the_answer_is_explained_by_both_maps_and_the_nearest_examples() -> None:
    training = small_mnist().training
    why = why_answer(dense_network(), IMAGE, training)
    assert why.answer == read_digit(dense_network(), IMAGE).digit
    assert why.probability == why.prediction.confidence
    np.testing.assert_allclose(why.occlusion, occlusion_map(dense_network(), IMAGE, why.answer), atol=1e-6)
    gradient = gradient_times_input(dense_network(), IMAGE, why.answer)
    np.testing.assert_allclose(why.gradient_times_input, gradient, atol=1e-5)
    distances = np.linalg.norm(training.inputs(slice(None)) - IMAGE.reshape(-1) / 255, axis=1)
    rows = np.argsort(distances)[:8]
    assert [each.row for each in why.neighbours] == rows.tolist()
    assert [each.label for each in why.neighbours] == training.labels[rows].tolist()
    assert [each.distance for each in why.neighbours] == pytest.approx(distances[rows], rel=1e-3)


def test_another_class_can_be_explained() -> None:
    answer = (read_digit(dense_network(), IMAGE).digit + 1) % 10
    why = why_answer(dense_network(), IMAGE, answer=answer)
    assert why.answer == answer
    assert why.probability == why.prediction.probabilities[answer] < why.prediction.confidence
    np.testing.assert_allclose(why.occlusion, occlusion_map(dense_network(), IMAGE, answer), atol=1e-6)
    assert why.neighbours == ()


def test_the_explanation_can_be_written_as_json() -> None:
    why = why_answer(dense_network(), IMAGE, small_mnist().training)
    read = json.loads(json.dumps(why.to_json(), allow_nan=False))
    assert read["answer"] == why.answer
    assert np.array(read["occlusion"]).shape == (SIDE, SIDE)
    assert read["neighbours"][0]["image"] == why.neighbours[0].row + 1


def test_a_blank_image_has_empty_maps() -> None:
    why = why_answer(dense_network(), np.zeros((SIDE, SIDE), np.uint8))
    assert why.prediction.verdict == "not a digit"
    assert not why.occlusion.any()
    assert not why.gradient_times_input.any()


def test_bad_input_is_reported() -> None:
    diverged = dense_network().copy()
    diverged.parameters.values[:] = np.nan
    with pytest.raises(DataError, match="diverged"):
        why_answer(diverged, IMAGE)
    with pytest.raises(DataError, match="no class 12"):
        why_answer(dense_network(), IMAGE, answer=12)
    with pytest.raises(DataError, match="a drawing is 28 × 28"):
        why_answer(Network(NetworkSpec.dense((2, 10))), IMAGE)
    with pytest.raises(DataError, match="expected uint8"):
        why_answer(dense_network(), IMAGE[:14])


def test_examples_that_are_no_labelled_images_are_reported() -> None:
    for numbers in (
        Dataset.from_floats(np.zeros((3, 2)), np.zeros(3, int), ("a", "b")),
        Dataset.from_floats(np.zeros((3, 784)), np.zeros(3)),
    ):
        with pytest.raises(DataError, match="expected 784 and a label"):
            labelled_neighbours(numbers, IMAGE)
