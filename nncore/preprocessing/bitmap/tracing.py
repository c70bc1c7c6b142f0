"""A skeleton as strokes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Pixel = tuple[int, int]
Links = dict[Pixel, list[Pixel]]


def trace(skeleton: NDArray[np.bool_], shortest: float) -> list[NDArray[np.float32]]:
    """The lines of `skeleton` (height, width) from end to end, crossing to crossing, each (points, 2) of x and y.

    Twigs of fewer pixels than `shortest` that end in nothing are left out: thinning grows them on an uneven outline.
    Lines are smoothed over neighbouring pixels.
    """
    links = _links(skeleton)
    for _ in range(2):  # where a twig has gone, two lines become one, which may be a twig in turn
        for path in _paths(links):
            ends = sorted((len(links[path[0]]), len(links[path[-1]])))
            if len(path) - 1 < shortest and ends[0] == 1 and ends[1] >= 3:
                _cut(links, path if len(links[path[0]]) == 1 else path[::-1])
    return [_smooth(np.array(path, np.float32)[:, ::-1] + np.float32(0.5)) for path in _paths(links)]


def _links(skeleton: NDArray[np.bool_]) -> Links:
    """Each pixel's neighbours; those at a corner only where no other pixel leads there."""
    links: Links = {(y, x): [] for y, x in np.argwhere(skeleton).tolist()}
    for y, x in links:
        for pixel in ((y, x + 1), (y + 1, x)):
            if pixel in links:
                links[y, x].append(pixel)
                links[pixel].append((y, x))
    for y, x in list(links):
        for way in (1, -1):
            pixel = y + 1, x + way
            if pixel in links and (y, x + way) not in links and (y + 1, x) not in links:
                links[y, x].append(pixel)
                links[pixel].append((y, x))
    return links


def _paths(links: Links) -> list[list[Pixel]]:
    """The lines between ends and crossings, then the rings that have neither, then the dots."""
    seen: set[tuple[Pixel, Pixel]] = set()
    paths = []
    ends = [pixel for pixel, others in links.items() if len(others) not in (0, 2)]
    for pixel in [*ends, *(pixel for pixel, others in links.items() if len(others) == 2)]:
        for first in links[pixel]:
            if (pixel, first) in seen:
                continue
            path = [pixel, first]
            while len(links[path[-1]]) == 2 and path[-1] != pixel:
                one, other = links[path[-1]]
                path.append(other if one == path[-2] else one)
            seen.update(pairwise(path))
            seen.update(pairwise(path[::-1]))
            paths.append(path)
    return paths + [[pixel] for pixel, others in links.items() if not others]


def _cut(links: Links, twig: list[Pixel]) -> None:
    """Take a twig away, given from its end to the crossing, which stays."""
    for pixel in twig[:-1]:
        for other in links.pop(pixel):
            if other in links:
                links[other].remove(pixel)


def _smooth(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The means of five points in a row; the ends stay, and a ring stays closed."""
    if len(points) < 5:
        return points
    padded = np.concatenate([points[:1], points[:1], points, points[-1:], points[-1:]])
    smooth = np.zeros_like(points)
    for start in range(5):
        smooth += padded[start : start + len(points)] / np.float32(5)
    smooth[0], smooth[-1] = points[0], points[-1]
    return smooth
