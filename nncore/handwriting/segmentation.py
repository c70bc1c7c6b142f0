"""Which strokes form a digit: what was written, taken apart into digits and read as a number.

Two parts of a drawing belong to one digit if they overlap across, touch, or one is small beside the other, as the bar
of a 7 or the flag of a 5 is; they are digits of their own if there is room between them. Where that leaves a doubt, the
network is asked whether it reads the two better together or apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.recognition import Prediction, read_digit, why_unreadable
from nncore.model.network import Network
from nncore.preprocessing.ink import AS_TRAINED, Ink, Preparation, rasterize

MOST_STROKES = 40
"""Nobody writes a number with more: it is a scribble, and stays one."""

MOST_POINTS = 320
POINTS_A_STROKE = 24
"""Points by which the distances between strokes are measured, in all and on each."""

WEIGHTS = (-7.98, 27.68, 12.46, -7.94, 12.79, 5.12, -16.32)
"""Of the features in `_odds_apart`, a constant first: a logistic regression on 20,000 pairs of strokes and digits, made
of the UCI pen digits (Alpaydin and Alimoglu, 1998) of 15 writers. On the others 0.8 % of the pairs were on the wrong
side."""

SURE = 4.0
"""Log odds, either way, from which on the network need not be asked: 1 pair in 20 is more doubtful."""

EVIDENCE = 2.0
"""Weight of the network's word beside that of the strokes' places."""

MOST_QUESTIONS = 4
"""Each has the network read three pictures, which must not keep a moving pen waiting."""

Array = NDArray[np.float64]
Group = tuple[int, ...]
"""The numbers of the strokes of one digit, counted from 0."""


@dataclass(frozen=True, eq=False)
class Number:
    """Digits left to right: the strokes of each, as `inks`, and what the network reads in it; equally long.

    groups: of each digit the numbers of its strokes in the drawing, counted from 0.
    """

    inks: tuple[Ink, ...]
    groups: tuple[Group, ...]
    predictions: tuple[Prediction, ...]

    @property
    def text(self) -> str:
        """The digits in a row, "10"; "?" stands for what is none."""
        return "".join("?" if p.verdict == "not a digit" else str(p.digit) for p in self.predictions)

    def digit_of_stroke(self, stroke: int) -> int:
        """To which digit, counted from 0, the drawing's stroke of this number belongs; raises IndexError for none."""
        for digit, group in enumerate(self.groups):
            if stroke in group:
                return digit
        raise IndexError(f"There is no stroke {stroke}.")


def groups(ink: Ink, network: Network | None = None) -> tuple[Ink, ...]:
    """The digits of what was written, left to right: one for a single digit, none for a blank.

    `network` is asked where the strokes' places leave a doubt, if there is one and it reads digits.
    """
    return tuple(_part(ink, group) for group in stroke_groups(ink, network))


def read_number(network: Network, ink: Ink, preparation: Preparation = AS_TRAINED) -> Number:
    """What `network` reads in the digits of `ink`; how they are told apart does not depend on `preparation`.

    Raises DataError if the network cannot read digits, or the preparation cannot work on this ink.
    """
    found = stroke_groups(ink, network)
    inks = tuple(_part(ink, group) for group in found)
    return Number(inks, found, tuple(read_digit(network, rasterize(part, preparation)) for part in inks))


def stroke_groups(ink: Ink, network: Network | None = None) -> tuple[Group, ...]:
    """The numbers of the strokes of each digit, counted from 0; digits left to right.

    Strokes are joined two groups at a time, those first that are most surely one digit.
    """
    strokes = len(ink.strokes)
    if strokes <= 1 or strokes > MOST_STROKES:
        return (tuple(range(strokes)),) if strokes else ()
    layout, asked = _Layout(ink), 0
    reader = network if network is not None and why_unreadable(network) is None else None
    while (pair := layout.closest()) is not None:
        one, other, odds = pair
        if abs(odds) < SURE and reader is not None and asked < MOST_QUESTIONS:
            asked += 1
            odds += _evidence_apart(reader, ink, one, other)
        if odds < 0:
            layout.join(one, other)
        else:
            layout.keep_apart(one, other)
    return layout.left_to_right()


class _Layout:
    """Groups of strokes, each stroke by itself at first, and where they lie."""

    def __init__(self, ink: Ink) -> None:
        self._groups: list[Group] = [(stroke,) for stroke in range(len(ink.strokes))]
        self._low = np.array([stroke.min(axis=0) for stroke in ink.strokes], np.float64)
        self._high = np.array([stroke.max(axis=0) for stroke in ink.strokes], np.float64)
        self._distances = _distances(ink)
        width, height = (self._high - self._low).max(axis=0)
        self._size = float(max(height, width / 2)) or 1.0
        self._apart: set[tuple[Group, Group]] = set()

    def closest(self) -> tuple[Group, Group, float] | None:
        """The two groups that are most likely one digit, and the log odds that they are two; None if all are apart."""
        if len(self._groups) < 2:
            return None
        odds = _odds_apart(self._low / self._size, self._high / self._size, self._distances / self._size)
        for place in np.argsort(odds, axis=None):
            first, second = divmod(int(place), len(self._groups))
            pair = self._groups[first], self._groups[second]
            if first < second and pair not in self._apart:
                return *pair, float(odds[first, second])
        return None

    def join(self, one: Group, other: Group) -> None:
        """Make two groups one."""
        first, second = self._groups.index(one), self._groups.index(other)
        self._groups[first] = tuple(sorted(one + other))
        self._low[first] = np.minimum(self._low[first], self._low[second])
        self._high[first] = np.maximum(self._high[first], self._high[second])
        nearest = np.minimum(self._distances[first], self._distances[second])
        self._distances[first] = self._distances[:, first] = nearest
        del self._groups[second]
        self._low, self._high = np.delete(self._low, second, 0), np.delete(self._high, second, 0)
        self._distances = np.delete(np.delete(self._distances, second, 0), second, 1)

    def keep_apart(self, one: Group, other: Group) -> None:
        """Remember that these two are two digits."""
        self._apart.add((one, other))

    def left_to_right(self) -> tuple[Group, ...]:
        """The groups by the middles of their boxes."""
        middles = self._low[:, 0] + self._high[:, 0]
        return tuple(self._groups[place] for place in np.argsort(middles, kind="stable"))


def _odds_apart(low: Array, high: Array, distances: Array) -> Array:
    """The log odds (n, n) that two groups are two digits; lengths are shares of the size of a digit.

    low, high: (n, 2), corners of their boxes. distances: (n, n), between their nearest points.
    """
    extent, middle = high - low, (low + high) / 2
    gap = np.maximum(low[:, None], low) - np.minimum(high[:, None], high)  # below 0: they overlap so much
    smaller = np.minimum(extent[:, None], extent)
    features = (  # how far apart, across; nearest points; how high and wide the smaller; how far their middles; down
        np.clip(gap[..., 0], -0.5, 0.5),
        np.minimum(distances, 0.5),
        np.minimum(smaller[..., 1], 1),
        np.minimum(smaller[..., 0], 0.6),
        np.minimum(np.abs(middle[:, None, 0] - middle[:, 0]), 1),
        np.clip(gap[..., 1], -1, 0.2),
    )
    constant, *weights = WEIGHTS
    odds: Array = constant + sum(weight * feature for weight, feature in zip(weights, features, strict=True))
    return odds


def _distances(ink: Ink) -> Array:
    """The distances (strokes, strokes) between the nearest points of any two strokes."""
    count = max(2, min(POINTS_A_STROKE, MOST_POINTS // len(ink.strokes)))
    points = np.concatenate([_spread(stroke.astype(np.float64), count) for stroke in ink.strokes])
    x, y = points.T
    squares = np.square(x[:, None] - x) + np.square(y[:, None] - y)
    strokes = len(ink.strokes)
    nearest: Array = np.sqrt(squares.reshape(strokes, count, strokes, count).min(axis=(1, 3)))
    return nearest


def _spread(stroke: Array, count: int) -> Array:
    """`count` points (count, 2), evenly spread along a stroke."""
    way = np.hypot(*np.diff(stroke, axis=0).T)
    length = np.concatenate([[0.0], np.cumsum(way)])
    places = np.linspace(0, length[-1], count)
    return np.stack([np.interp(places, length, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _evidence_apart(network: Network, ink: Ink, one: Group, other: Group) -> float:
    """What the network adds to the log odds that two groups are two digits: how much surer it is of them apart."""
    images = np.stack([rasterize(_part(ink, group)) for group in (one, other, one + other)])
    X = np.multiply(images.reshape(3, -1), np.float32(1 / 255), dtype=network.dtype)
    first, second, together = (max(float(best), 1e-3) for best in network.predict(X).max(axis=1))
    return EVIDENCE * ((log(first) + log(second)) / 2 - log(together))


def _part(ink: Ink, group: Group) -> Ink:
    return Ink(tuple(ink.strokes[stroke] for stroke in sorted(group)))
