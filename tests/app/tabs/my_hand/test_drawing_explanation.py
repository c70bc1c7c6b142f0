"""The explanation of a drawing is about the answer of the model in use."""

from __future__ import annotations

import numpy as np

from app.tabs.my_hand.drawing_explanation import explain_drawing
from nncore.evaluation.occlusion import occlusion_map
from nncore.evaluation.recognition import read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import rasterize
from tests.nncore.handwriting.personal_test.samples import network, result

DRAWING = result().drawings[2]


def test_the_explanation_is_about_the_current_answer() -> None:
    explanation = explain_drawing(network(), DRAWING)
    image = rasterize(DRAWING.ink)
    assert np.array_equal(explanation.image, image)
    assert explanation.digit is not None
    assert explanation.occlusion is not None
    assert explanation.digit == read_digit(network(), image).digit
    assert np.array_equal(explanation.occlusion, occlusion_map(network(), image, explanation.digit))


def test_without_a_digit_network_the_explanation_has_only_the_image() -> None:
    diverged = network()
    diverged.parameters.values[:] = np.nan
    for classifier in (None, Network(NetworkSpec.dense((784, 3))), diverged):
        explanation = explain_drawing(classifier, DRAWING)
        assert (explanation.digit, explanation.occlusion) == (None, None)
        assert explanation.image.any()
