"""Each term of a number has one place in the pictures of inputs and weights."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.evaluation.calculation.term_places import TermPlaces
from nncore.evaluation.inspection import Inspection
from nncore.model.layers import Activation, Conv2D, Dense, Flatten, MaxPool2D
from nncore.model.layers.terms import Position
from nncore.model.network import Network, NetworkSpec

LAYERS = (Conv2D(3, 3, 2, 1), Activation("relu"), Conv2D(2, 3, 1, 1), MaxPool2D(2, 1), Flatten(), Dense(4), Dense(2))


@pytest.fixture(scope="module")
def inspection() -> Inspection:
    network = Network(NetworkSpec((9, 8), LAYERS), seed=1)
    return Inspection(network, np.random.default_rng(1).random((9, 8)))


def places(inspection: Inspection, number: int, position: Position) -> TermPlaces | None:
    return TermPlaces.from_terms(inspection, number, position, inspection.terms(number, position))


@pytest.mark.parametrize(
    ("number", "position"),
    [(1, (2, 0, 0)), (1, (0, 2, 3)), (3, (1, 4, 3)), (4, (1, 2, 2)), (6, (3,))],
)
def test_every_term_has_a_place_in_both_pictures_that_leads_back_to_it(
    inspection: Inspection, number: int, position: Position
) -> None:
    found, terms = places(inspection, number, position), inspection.terms(number, position)
    assert found is not None
    whole = inspection.input_of(number).reshape(found.picture)
    cells = found.in_terms(terms.sources)
    assert len({tuple(cell) for cell in cells.tolist()}) == len(terms.sources)
    for source, cell, value in zip(terms.sources.tolist(), cells.tolist(), terms.inputs, strict=True):
        assert whole[found.place_in_input(tuple(source))] == value
        assert found.place_in_terms(tuple(source)) == tuple(cell)
        assert found.source_in_terms(tuple(cell)) == tuple(source)
        assert found.source_in_input(found.place_in_input(tuple(source))) == tuple(source)
        assert found.term_tiles.position_at(*found.term_tiles.cell_of(tuple(cell))) == tuple(cell)


def test_a_window_begins_in_the_padding_at_the_edge_and_pooling_reads_one_map(inspection: Inspection) -> None:
    corner = places(inspection, 1, (2, 0, 0))
    assert corner is not None
    assert corner.corner == (-1, -1)
    pooling = places(inspection, 4, (1, 2, 2))
    assert pooling is not None
    assert pooling.maps == (1,)
    assert (pooling.term_tiles.count, pooling.term_tiles.height, pooling.term_tiles.width) == (1, 2, 2)


@pytest.mark.parametrize(("number", "position"), [(2, (0, 1, 1)), (5, (7,)), (7, (1,))])
def test_other_calculations_have_no_pictures(inspection: Inspection, number: int, position: Position) -> None:
    assert places(inspection, number, position) is None
