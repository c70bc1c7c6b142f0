"""Convert a skeleton to strokes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Pixel = tuple[int, int]
Links = dict[Pixel, list[Pixel]]
"""For each pixel (row, column) of the skeleton, the neighbours to which its line continues."""


def strokes_from_skeleton(skeleton: NDArray[np.bool_], min_branch_length: float) -> list[NDArray[np.float32]]:
    """Return the lines of `skeleton` (height, width) between ends and crossings, each (points, 2) of x and y.

    Spurs are left out: side branches of fewer than `min_branch_length` pixels with a free end, which thinning produces
    where the outline is uneven. Lines are smoothed over neighbouring pixels.
    """
    links = _links(skeleton)
    for _ in range(2):  # without a spur, two lines become one, which may be a spur too
        for path in _paths(links):
            ends = sorted((len(links[path[0]]), len(links[path[-1]])))
            if len(path) - 1 < min_branch_length and ends[0] == 1 and ends[1] >= 3:  # one free end, one crossing
                _remove_spur(links, path if len(links[path[0]]) == 1 else path[::-1])
    return [_smooth(np.array(path, np.float32)[:, ::-1] + np.float32(0.5)) for path in _paths(links)]


def _links(skeleton: NDArray[np.bool_]) -> Links:
    """Link each pixel to its neighbours; diagonal ones only if no other pixel of the skeleton touches both.

    Without this rule, a corner of three pixels would be a loop and look like a crossing.
    """
    links: Links = {(y, x): [] for y, x in np.argwhere(skeleton).tolist()}
    for y, x in links:
        for pixel in ((y, x + 1), (y + 1, x)):
            if pixel in links:
                links[y, x].append(pixel)
                links[pixel].append((y, x))
    for y, x in list(links):
        for side in (1, -1):
            pixel = y + 1, x + side
            if pixel in links and (y, x + side) not in links and (y + 1, x) not in links:
                links[y, x].append(pixel)
                links[pixel].append((y, x))
    return links


def _paths(links: Links) -> list[list[Pixel]]:
    """Return the lines between ends and crossings, then the rings, which have neither, then single pixels."""
    visited: set[tuple[Pixel, Pixel]] = set()  # links that are part of a path, in both directions
    paths = []
    # 1 link is an end, 2 are the inside of a line, 3 or more are a crossing.
    ends = [pixel for pixel, others in links.items() if len(others) not in (0, 2)]
    for pixel in [*ends, *(pixel for pixel, others in links.items() if len(others) == 2)]:
        for first in links[pixel]:
            if (pixel, first) in visited:
                continue
            path = [pixel, first]
            while len(links[path[-1]]) == 2 and path[-1] != pixel:
                one, other = links[path[-1]]
                path.append(other if one == path[-2] else one)
            visited.update(pairwise(path))
            visited.update(pairwise(path[::-1]))
            paths.append(path)
    return paths + [[pixel] for pixel, others in links.items() if not others]


def _remove_spur(links: Links, spur: list[Pixel]) -> None:
    """Remove a spur, given from its free end to the crossing; the crossing stays."""
    for pixel in spur[:-1]:
        for other in links.pop(pixel):
            if other in links:
                links[other].remove(pixel)


def _smooth(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the moving average over five points; the ends do not move, so a ring stays closed."""
    if len(points) < 5:
        return points
    padded = np.concatenate([points[:1], points[:1], points, points[-1:], points[-1:]])
    averages = np.zeros_like(points)
    for start in range(5):
        averages += padded[start : start + len(points)] / np.float32(5)
    averages[0], averages[-1] = points[0], points[-1]
    return averages
