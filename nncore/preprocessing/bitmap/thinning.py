"""Reduce a mask to its skeleton: the middle lines, one pixel wide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_NEIGHBOUR_OFFSETS = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))
"""Offsets of the neighbours P2 to P9 of a pixel, clockwise from the one above, in a mask padded by 1."""


def _removal_table(step: int) -> NDArray[np.bool_]:
    """Return whether step 0 or 1 removes a pixel, for each of the 256 states of its neighbours; P2 is the lowest bit.

    Zhang and Suen's conditions: 2 to 6 neighbours are set (fewer: the end of a line; more: the inside); they form one
    group, so removing the pixel does not split a line; and the pixel is on the lower right side (step 0) or the upper
    left side (step 1). Removing all sides in one step would delete lines two pixels wide.
    """
    removed = np.zeros(256, bool)
    for code in range(256):
        p = [code >> bit & 1 for bit in range(8)]
        group_count = sum(p[i] == 0 and p[(i + 1) % 8] == 1 for i in range(8))
        up, right, down, left = p[0], p[2], p[4], p[6]
        sides = (up * right * down, right * down * left) if step == 0 else (up * right * left, up * down * left)
        removed[code] = 2 <= sum(p) <= 6 and group_count == 1 and not any(sides)
    return removed


_REMOVAL_TABLES = (_removal_table(0), _removal_table(1))


def thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the skeleton of `mask` (height, width): lines one pixel wide with the same ends, crossings and loops.

    T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", Communications of the ACM 27
    (1984). Pixels on the outline are removed layer by layer, except those that end a line or connect two parts.
    """
    padded = np.pad(mask, 1).astype(np.uint8)
    inner = padded[1:-1, 1:-1]
    height, width = mask.shape
    while True:
        changed = False
        for table in _REMOVAL_TABLES:
            code = np.zeros(mask.shape, np.uint8)  # the state of all eight neighbours, one bit each
            for bit, (y, x) in enumerate(_NEIGHBOUR_OFFSETS):
                code |= padded[y : y + height, x : x + width] << np.uint8(bit)
            removed = table[code] & inner.view(bool)
            inner[removed] = 0
            changed |= bool(removed.any())
        if not changed:
            return inner.astype(bool)
