"""The uses of a number are the numbers of the next layer in whose terms it is, with the weights of these terms."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.evaluation.inspection import Inspection
from nncore.evaluation.number_uses import strongest_uses
from nncore.model.layers import Activation, AveragePool2D, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from nncore.model.network import Network, NetworkSpec

LAYERS = (
    Conv2D(3, 3, 2, 1), BatchNorm(), Activation("relu"), MaxPool2D(2), Conv2D(2, 3, 1, 1), AveragePool2D(2),
    Dropout(0.2), Flatten(), Dense(6), Activation("tanh"), Dense(4),
)  # fmt: skip
NETWORK = Network(NetworkSpec((12, 12), LAYERS), seed=3)
EVERY = 10_000


@pytest.mark.parametrize("layer", range(len(LAYERS)))
def test_the_uses_of_a_number_have_it_among_their_terms(layer: int) -> None:
    inspection = Inspection(NETWORK, np.random.default_rng(0).random(144))
    rng = np.random.default_rng(layer)
    shape, after = NETWORK.spec.shapes[layer], NETWORK.spec.shapes[layer + 1]
    for flat in rng.choice(int(np.prod(shape)), min(8, int(np.prod(shape))), replace=False):
        position = tuple(int(index) for index in np.unravel_index(flat, shape))
        uses = strongest_uses(NETWORK, layer, position, EVERY)
        assert uses is not None
        assert uses.layer == layer + 1
        expected = {}
        for user in np.ndindex(after):
            terms = inspection.terms(layer + 1, user)
            for index in np.flatnonzero((terms.sources == position).all(axis=1)):
                expected[user] = None if terms.weights is None else float(terms.weights[index])
        assert set(uses.positions) == set(expected)
        if isinstance(LAYERS[layer], Conv2D | Dense):
            assert uses.weights is not None
            assert dict(zip(uses.positions, uses.weights.tolist(), strict=True)) == pytest.approx(expected)
            assert (np.diff(np.abs(uses.weights)) <= 0).all()
        few = strongest_uses(NETWORK, layer, position, 2)
        assert few is not None
        assert few.positions == uses.positions[:2]


def test_the_numbers_of_the_last_layer_are_not_used_again() -> None:
    assert strongest_uses(NETWORK, len(LAYERS), (2,)) is None
