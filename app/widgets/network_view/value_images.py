"""The numbers of a layer as one image: brightness for numbers of 0 or more, two colours for numbers with a sign."""

from __future__ import annotations

from functools import lru_cache
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, qRgb

from app.style.theme import Colours
from app.widgets.network_view.geometry import LayerPlace

BETWEEN, NOT_FINITE, LOWEST, ZERO, HIGHEST = 0, 1, 2, 128, 254
"""Indices of the colour table: between maps; NaN and infinity; from the lowest number over 0 to the highest."""

NEARLY_ZERO = 1e-30
"""A layer without a larger absolute number is drawn as zeros."""


def shades_of(values: NDArray[np.floating], is_signed: bool) -> NDArray[np.uint8]:
    """Numbers as indices of the colour table, scaled so that the largest absolute number has the strongest colour."""
    if not values.size:
        return np.zeros(values.shape, np.uint8)
    largest = max(float(values.max()), -float(values.min()))  # NaN if any number is NaN
    if isfinite(largest):
        return _shades_of_finite(values, largest, is_signed)
    finite = np.isfinite(values)
    known = np.where(finite, values, 0)
    shades = _shades_of_finite(known, float(np.abs(known).max()), is_signed)
    shades[~finite] = NOT_FINITE
    return shades


def _shades_of_finite(values: NDArray[np.floating], largest: float, is_signed: bool) -> NDArray[np.uint8]:
    low, span = (ZERO, HIGHEST - ZERO) if is_signed else (LOWEST, HIGHEST - LOWEST)
    if largest <= NEARLY_ZERO:
        return np.full(values.shape, low, np.uint8)
    shades = values * (span / largest)
    shades += low + 0.5  # rounds
    if not is_signed:
        np.maximum(shades, low, out=shades)
    return shades.astype(np.uint8)


def layer_image(values: NDArray[np.floating], place: LayerPlace, colours: Colours) -> QImage:
    """The part of a layer that is drawn, as an image to be stretched over `place.numbers`.

    values: the layer's output, in any shape with as many numbers.
    """
    layer = place.layer
    shades = shades_of(values.reshape(layer.drawn_as), layer.is_signed)[place.first : place.first + place.drawn]
    pixels = _grid_of_maps(shades, place) if layer.has_maps else _grid_of_units(shades, place)
    return shades_image(pixels, layer.is_signed, colours)


def shades_image(shades: NDArray[np.uint8], is_signed: bool, colours: Colours) -> QImage:
    """Indices of the colour table (height, width) as an image."""
    height, width = shades.shape
    pixels = _colour_table(colours, is_signed)[shades]
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()  # owns its bytes


def _grid_of_units(shades: NDArray[np.uint8], place: LayerPlace) -> NDArray[np.uint8]:
    """The units; large ones as large as on the screen, with lines between them."""
    width = min(place.per_line, place.drawn)
    cells = np.full(place.lines * width, BETWEEN, np.uint8)
    cells[: len(shades)] = shades
    grid = cells.reshape(place.lines, width)
    if not place.has_grid:
        return grid
    high, wide = int(place.pitch.height()), int(place.pitch.width())
    grid = grid.repeat(high, axis=0).repeat(wide, axis=1)
    grid[high - 1 :: high] = BETWEEN
    grid[:, wide - 1 :: wide] = BETWEEN
    return grid


def _grid_of_maps(shades: NDArray[np.uint8], place: LayerPlace) -> NDArray[np.uint8]:
    """The maps with gaps between them; crisp ones as large as on the screen, others one pixel for each number."""
    count, height, width = shades.shape
    times = int(place.cell.width()) if place.is_crisp else 1
    gap = round(place.gap * times / place.cell.width())
    columns = min(place.per_line, count)
    large = shades.repeat(times, axis=1).repeat(times, axis=2) if times > 1 else shades
    maps = np.full((place.lines * columns, height * times + gap, width * times + gap), BETWEEN, np.uint8)
    maps[:count, : height * times, : width * times] = large
    grid = maps.reshape(place.lines, columns, *maps.shape[1:]).transpose(0, 2, 1, 3)
    flat = grid.reshape(place.lines * maps.shape[1], columns * maps.shape[2])
    return np.ascontiguousarray(flat[: flat.shape[0] - gap, : flat.shape[1] - gap])


@lru_cache(maxsize=8)
def _colour_table(colours: Colours, is_signed: bool) -> NDArray[np.uint32]:
    """256 colours for the indices above."""
    paper, ink = _rgb(colours.paper), _rgb(colours.ink)
    table = np.zeros((256, 3))
    if is_signed:
        for start, stop, name in ((ZERO, LOWEST, colours.validation), (ZERO, HIGHEST, colours.training)):
            places = np.linspace(0, 1, abs(stop - start) + 1)[:, None]
            step = 1 if stop > start else -1
            table[np.arange(start, stop + step, step)] = paper + places * (_rgb(name) - paper)
    else:
        table[LOWEST : HIGHEST + 1] = paper + np.linspace(0, 1, HIGHEST - LOWEST + 1)[:, None] * (ink - paper)
    table[BETWEEN], table[NOT_FINITE] = _rgb(colours.surface), _rgb(colours.error)
    return np.array([qRgb(*(int(part) for part in colour)) for colour in np.rint(table)], np.uint32)


def _rgb(name: str) -> NDArray[np.float64]:
    colour = QColor(name)
    return np.array([colour.red(), colour.green(), colour.blue()], np.float64)
