"""Positions in maps and cells of the tiled picture correspond in both directions."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.evaluation.calculation.tiles import Tiles


@pytest.mark.parametrize("tiles", [Tiles(1, 4, 3), Tiles(5, 2, 3), Tiles(24, 5, 5)])
def test_every_number_is_found_in_its_cell_and_no_other(tiles: Tiles) -> None:
    maps = np.arange(tiles.count * tiles.height * tiles.width, dtype=float).reshape(-1, tiles.height, tiles.width)
    picture = tiles.arranged(maps)
    assert picture.shape == tiles.shape
    for position in np.ndindex(maps.shape):
        assert picture[tiles.cell_of(position)] == maps[position]
        assert tiles.position_at(*tiles.cell_of(position)) == position
    found = [tiles.position_at(line, column) for line, column in np.ndindex(picture.shape)]
    assert sum(each is not None for each in found) == maps.size == np.isfinite(picture).sum()


def test_outside_of_the_picture_there_is_no_number() -> None:
    tiles = Tiles(5, 2, 3)
    assert tiles.position_at(-1, 0) is tiles.position_at(0, -1) is tiles.position_at(99, 0) is None
    assert tiles.position_at(0, 99) is None
