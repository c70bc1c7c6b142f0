"""Where the terms of a calculation stand in a picture of the layer's whole input, and in a picture of them alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.calculation.tiles import Tiles
from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position, Terms, position_in_shape


@dataclass(frozen=True)
class TermPlaces:
    """The pictures of a weighted sum or a window, whose places are (map, line, column).

    Attributes:
        shape: the shape of the layer's input.
        picture: (maps, height, width) of its picture.
        window: the size of the window; None if all inputs take part.
        corner: the line and column of the window's first pixel, which may be outside the image.
        maps: the maps that take part, in order.
    """

    shape: tuple[int, ...]
    picture: tuple[int, int, int]
    window: tuple[int, int] | None
    corner: tuple[int, int]
    maps: tuple[int, ...]

    @classmethod
    def from_terms(cls, inspection: Inspection, layer: int, position: Position, terms: Terms) -> Self | None:
        """The places of the number at `position` of `layer`, from 1; None if they are not pictures."""
        picture, windows = inspection.picture_shape(layer - 1), inspection.layer(layer).spec.windows
        if picture is None or (windows is None and terms.weights is None):
            return None
        shape = inspection.input_of(layer).shape
        if windows is None:
            return cls(shape, picture, None, (0, 0), tuple(range(picture[0])))
        corner = windows.corner((position[1], position[2]))
        return cls(shape, picture, windows.size, corner, tuple(np.unique(terms.sources[:, 0]).tolist()))

    @property
    def input_tiles(self) -> Tiles:
        """The picture of the whole input."""
        return Tiles(*self.picture)

    @property
    def term_tiles(self) -> Tiles:
        """The picture of the terms alone."""
        return self.input_tiles if self.window is None else Tiles(max(1, len(self.maps)), *self.window)

    def in_terms(self, sources: NDArray[np.intp]) -> NDArray[np.intp]:
        """The places (n, 3) in the picture of the terms of positions (n, axes) in the layer's input."""
        if self.window is not None:
            maps = np.searchsorted(np.array(self.maps, np.intp), sources[:, 0])
            return np.column_stack((maps, sources[:, 1:] - np.array(self.corner)))
        if sources.shape[1] == 3:
            return sources
        flat = np.ravel_multi_index(tuple(sources.T), self.shape)
        return np.stack(np.unravel_index(flat, self.picture), axis=1)

    def place_in_terms(self, source: Position) -> Position:
        """The place in the picture of the terms of one position; it may be outside of it."""
        line, *_ = self.in_terms(np.array([source], np.intp)).tolist()
        return tuple(line)

    def place_in_input(self, source: Position) -> Position:
        """The place in the picture of the whole input of one position."""
        return position_in_shape(source, self.shape, self.picture)

    def source_in_input(self, place: Position) -> Position:
        """The inverse of `place_in_input`."""
        return position_in_shape(place, self.picture, self.shape)

    def source_in_terms(self, place: Position) -> Position:
        """The inverse of `place_in_terms`."""
        if self.window is not None:
            number, line, column = place
            place = self.maps[number], line + self.corner[0], column + self.corner[1]
        return self.source_in_input(place)
