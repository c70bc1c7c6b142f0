"""Pictures of several maps beside each other: where each number of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nncore.model.layers.terms import Position

Real = TypeVar("Real", bound=np.floating)


@dataclass(frozen=True)
class Tiles:
    """`count` maps of height x width numbers in lines, as square as possible, with a free cell between them."""

    count: int
    height: int
    width: int

    @property
    def columns(self) -> int:
        """The number of maps in a line."""
        return ceil(sqrt(self.count))

    @property
    def shape(self) -> tuple[int, int]:
        """The lines and columns of the whole picture, in cells."""
        lines = ceil(self.count / self.columns)
        return lines * (self.height + 1) - 1, self.columns * (self.width + 1) - 1

    def cell_of(self, position: Position) -> tuple[int, int]:
        """The line and column in the picture of the number (map, line, column)."""
        number, line, column = position
        down, across = divmod(number, self.columns)
        return down * (self.height + 1) + line, across * (self.width + 1) + column

    def cells_of(self, positions: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The lines (n,) and columns (n,) in the picture of positions (n, 3)."""
        number, line, column = positions.T
        return number // self.columns * (self.height + 1) + line, number % self.columns * (self.width + 1) + column

    def position_at(self, line: int, column: int) -> tuple[int, int, int] | None:
        """The number (map, line, column) in a cell of the picture; None in a free cell and outside."""
        if line < 0 or column < 0:
            return None
        (down, line), (across, column) = divmod(line, self.height + 1), divmod(column, self.width + 1)
        number = down * self.columns + across
        if across >= self.columns or number >= self.count or line == self.height or column == self.width:
            return None
        return number, line, column

    def arranged(self, maps: NDArray[Real]) -> NDArray[Real]:
        """The picture (lines, columns) of maps (count, height, width), with NaN in the free cells."""
        picture = np.full(self.shape, np.nan, maps.dtype)
        for number, each in enumerate(maps):
            top, left = self.cell_of((number, 0, 0))
            picture[top : top + self.height, left : left + self.width] = each
        return picture
