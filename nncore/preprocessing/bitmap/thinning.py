"""The middle line of what is drawn: a skeleton one pixel wide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_AROUND = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))
"""The neighbours P2 to P9 of a pixel, clockwise from the one above, in a picture padded by 1."""


def _table(step: int) -> NDArray[np.bool_]:
    """Whether a pixel goes in a step, 0 or 1, for each of the 256 ways to set its neighbours; P2 is the lowest bit."""
    gone = np.zeros(256, bool)
    for code in range(256):
        p = [code >> bit & 1 for bit in range(8)]
        changes = sum(p[i] == 0 and p[(i + 1) % 8] == 1 for i in range(8))
        up, right, down, left = p[0], p[2], p[4], p[6]
        sides = (up * right * down, right * down * left) if step == 0 else (up * right * left, up * down * left)
        gone[code] = 2 <= sum(p) <= 6 and changes == 1 and not any(sides)
    return gone


_GONE = (_table(0), _table(1))


def thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The skeleton of `mask` (height, width): lines one pixel wide, with the ends, crossings and loops that it has.

    T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", Communications of the ACM 27
    (1984): layer by layer, pixels of the outline go that neither end a line nor hold two parts together.
    """
    padded = np.pad(mask, 1).astype(np.uint8)
    inner = padded[1:-1, 1:-1]
    height, width = mask.shape
    while True:
        changed = False
        for table in _GONE:
            code = np.zeros(mask.shape, np.uint8)
            for bit, (y, x) in enumerate(_AROUND):
                code |= padded[y : y + height, x : x + width] << np.uint8(bit)
            gone = table[code] & inner.view(bool)
            inner[gone] = 0
            changed |= bool(gone.any())
        if not changed:
            return inner.astype(bool)
