from __future__ import annotations

import numpy as np

from app.tabs.my_hand.explain import look_at
from nncore.evaluation.occlusion import occlusion_map
from nncore.evaluation.recognition import read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import rasterize
from tests.nncore.handwriting.personal_test.samples import network, result

DRAWING = result().drawings[2]


def test_a_look_is_at_what_the_model_in_use_reads_now() -> None:
    look = look_at(network(), DRAWING)
    image = rasterize(DRAWING.ink)
    assert np.array_equal(look.image, image)
    assert look.digit is not None
    assert look.looked is not None
    assert look.digit == read_digit(network(), image).digit
    assert np.array_equal(look.looked, occlusion_map(network(), image, look.digit))


def test_without_a_network_that_reads_digits_there_is_the_picture_alone() -> None:
    diverged = network()
    diverged.parameters.values[:] = np.nan
    for reader in (None, Network(NetworkSpec.dense((784, 3))), diverged):
        look = look_at(reader, DRAWING)
        assert (look.digit, look.looked) == (None, None)
        assert look.image.any()
