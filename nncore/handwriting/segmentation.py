"""Split a drawing into digits: decide which strokes belong to one digit, and read the digits as a number.

Two parts of a drawing belong to one digit if they overlap horizontally, touch, or one is small beside the other, like
the bar of a 7 or the flag of a 5. They are separate digits if there is a gap between them. In doubtful cases the
network decides: whether it reads the parts better together or separately.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.recognition import NOT_A_DIGIT, Prediction, read_digit, why_cannot_read
from nncore.model.network import Network
from nncore.preprocessing.ink import AS_TRAINED, Ink, Preparation, rasterize

MAX_STROKES = 40
"""Largest number of strokes of a number; a drawing with more is a scribble and is not split."""

MAX_POINTS_COMPARED = 320
MAX_POINTS_PER_STROKE = 24
"""Largest numbers of points for the distances between strokes: of all strokes, and of each stroke."""

JOINING_CONSTANT = -7.98
JOINING_WEIGHTS = {
    "horizontal gap": 27.68,
    "distance": 12.46,
    "lower height": -7.94,
    "narrower width": 12.79,
    "distance of middles": 5.12,
    "vertical gap": -16.32,
}
"""The constant and the weights of the features in `_log_odds_apart`: a logistic regression on 20,000 pairs of strokes
and digits, made from the UCI pen digits (Alpaydin and Alimoglu, 1998) of 15 writers. Of the pairs of the other writers,
0.8 % are classified wrongly."""

CONFIDENT_LOG_ODDS = 4.0
"""The network is not asked if the absolute log odds are at least this; 1 pair in 20 is below."""

NETWORK_WEIGHT = 2.0
"""Weight of the network's log odds relative to those of the positions."""

MAX_NETWORK_CALLS = 4
"""Largest number of calls of the network for one drawing; each call reads three images. The limit keeps the time short,
because the number is read again while the pen moves."""

StrokeGroup = tuple[int, ...]
"""The indices of the strokes of one digit, counted from 0."""


@dataclass(frozen=True, eq=False)
class ReadNumber:
    """A number as digits from left to right; all tuples have one entry per digit.

    Attributes:
        inks: the strokes of each digit.
        groups: the indices of these strokes in the drawing.
        predictions: how the network reads each digit.
    """

    inks: tuple[Ink, ...]
    groups: tuple[StrokeGroup, ...]
    predictions: tuple[Prediction, ...]

    @property
    def text(self) -> str:
        """The digits as text, such as "10", with "?" for a drawing that is not a digit."""
        return "".join("?" if p.verdict == NOT_A_DIGIT else str(p.digit) for p in self.predictions)

    def digit_of_stroke(self, stroke: int) -> int:
        """Return the index of the digit that a stroke belongs to. Raises IndexError if there is no such stroke."""
        for digit, group in enumerate(self.groups):
            if stroke in group:
                return digit
        raise IndexError(f"There is no stroke {stroke}.")


def split_into_digits(ink: Ink, network: Network | None = None) -> tuple[Ink, ...]:
    """Split ink into digits from left to right; blank ink gives none.

    network: decides doubtful cases, if it is given and reads digits.
    """
    return tuple(_part(ink, group) for group in stroke_groups(ink, network))


def read_number(network: Network, ink: Ink, preparation: Preparation = AS_TRAINED) -> ReadNumber:
    """Split ink into digits and read each with `network`; `preparation` has no influence on the split.

    Raises DataError if the network cannot read digits, or the preparation is not possible for this ink.
    """
    found = stroke_groups(ink, network)
    inks = tuple(_part(ink, group) for group in found)
    return ReadNumber(inks, found, tuple(read_digit(network, rasterize(part, preparation)) for part in inks))


def stroke_groups(ink: Ink, network: Network | None = None) -> tuple[StrokeGroup, ...]:
    """Return the indices of the strokes of each digit, digits from left to right.

    It is an agglomerative clustering: the two groups that are most likely one digit are merged first, until the rest
    are separate.
    """
    strokes = len(ink.strokes)
    if strokes <= 1 or strokes > MAX_STROKES:
        return (tuple(range(strokes)),) if strokes else ()
    layout, network_calls = _Layout(ink), 0
    classifier = network if network is not None and why_cannot_read(network) is None else None
    while (pair := layout.closest()) is not None:
        one, other, log_odds = pair
        if abs(log_odds) < CONFIDENT_LOG_ODDS and classifier is not None and network_calls < MAX_NETWORK_CALLS:
            network_calls += 1
            log_odds += _network_log_odds_apart(classifier, ink, one, other)
        if log_odds < 0:
            layout.join(one, other)
        else:
            layout.keep_apart(one, other)
    return layout.left_to_right()


class _Layout:
    """Groups of strokes and their positions; at first each stroke is a group."""

    def __init__(self, ink: Ink) -> None:
        self._groups: list[StrokeGroup] = [(stroke,) for stroke in range(len(ink.strokes))]
        self._low = np.array([stroke.min(axis=0) for stroke in ink.strokes], np.float64)
        self._high = np.array([stroke.max(axis=0) for stroke in ink.strokes], np.float64)
        self._distances = _distances(ink)
        width, height = (self._high - self._low).max(axis=0)
        # About the height of a digit: the tallest stroke, or half the widest one, such as a long bar.
        self._size = float(max(height, width / 2)) or 1.0
        self._apart: set[tuple[StrokeGroup, StrokeGroup]] = set()

    def closest(self) -> tuple[StrokeGroup, StrokeGroup, float] | None:
        """Return the two groups that are most likely one digit, and the log odds that they are two; None if none."""
        if len(self._groups) < 2:
            return None
        log_odds = _log_odds_apart(self._low / self._size, self._high / self._size, self._distances / self._size)
        for place in np.argsort(log_odds, axis=None):
            first, second = divmod(int(place), len(self._groups))
            pair = self._groups[first], self._groups[second]
            if first < second and pair not in self._apart:
                return *pair, float(log_odds[first, second])
        return None

    def join(self, one: StrokeGroup, other: StrokeGroup) -> None:
        """Merge two groups."""
        first, second = self._groups.index(one), self._groups.index(other)
        self._groups[first] = tuple(sorted(one + other))
        # The box of both groups, and single linkage: the distance to a third group is the smaller of the two.
        self._low[first] = np.minimum(self._low[first], self._low[second])
        self._high[first] = np.maximum(self._high[first], self._high[second])
        nearest = np.minimum(self._distances[first], self._distances[second])
        self._distances[first] = self._distances[:, first] = nearest
        del self._groups[second]
        self._low, self._high = np.delete(self._low, second, 0), np.delete(self._high, second, 0)
        self._distances = np.delete(np.delete(self._distances, second, 0), second, 1)

    def keep_apart(self, one: StrokeGroup, other: StrokeGroup) -> None:
        """Mark two groups as separate digits."""
        self._apart.add((one, other))

    def left_to_right(self) -> tuple[StrokeGroup, ...]:
        """Return the groups sorted by the middles of their boxes."""
        middles = self._low[:, 0] + self._high[:, 0]
        return tuple(self._groups[place] for place in np.argsort(middles, kind="stable"))


def _log_odds_apart(
    low: NDArray[np.float64], high: NDArray[np.float64], distances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the log odds (n, n) that two groups are two digits; the unit of length is the size of a digit.

    low, high: (n, 2), corners of their boxes. distances: (n, n), between their nearest points.
    """
    extent, middle = high - low, (low + high) / 2
    # Broadcasting compares every group (axis 0) with every other one (axis 1): gap and smaller are (n, n, 2).
    gap = np.maximum(low[:, None], low) - np.minimum(high[:, None], high)  # negative: the overlap
    smaller = np.minimum(extent[:, None], extent)
    # The limits are those of the regression; they keep the weight of a feature bounded far outside the usual range.
    features = {
        "horizontal gap": np.clip(gap[..., 0], -0.5, 0.5),
        "distance": np.minimum(distances, 0.5),  # of the nearest points
        "lower height": np.minimum(smaller[..., 1], 1),
        "narrower width": np.minimum(smaller[..., 0], 0.6),
        "distance of middles": np.minimum(np.abs(middle[:, None, 0] - middle[:, 0]), 1),  # horizontal
        "vertical gap": np.clip(gap[..., 1], -1, 0.2),
    }
    log_odds: NDArray[np.float64] = JOINING_CONSTANT + sum(
        JOINING_WEIGHTS[name] * feature for name, feature in features.items()
    )
    return log_odds


def _distances(ink: Ink) -> NDArray[np.float64]:
    """Return the distances (strokes, strokes) between the nearest points of any two strokes."""
    # The same number of points for each stroke, so that one reshape finds the nearest points of every pair.
    count = max(2, min(MAX_POINTS_PER_STROKE, MAX_POINTS_COMPARED // len(ink.strokes)))
    points = np.concatenate([_evenly_spaced(stroke.astype(np.float64), count) for stroke in ink.strokes])
    x, y = points.T
    squares = np.square(x[:, None] - x) + np.square(y[:, None] - y)  # (strokes * count, strokes * count)
    strokes = len(ink.strokes)
    nearest: NDArray[np.float64] = np.sqrt(squares.reshape(strokes, count, strokes, count).min(axis=(1, 3)))
    return nearest


def _evenly_spaced(stroke: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return `count` points (count, 2), evenly spaced along a stroke."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    length = np.concatenate([[0.0], np.cumsum(lengths)])  # (points,), from the start of the stroke to each point
    places = np.linspace(0, length[-1], count)
    return np.stack([np.interp(places, length, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _network_log_odds_apart(network: Network, ink: Ink, one: StrokeGroup, other: StrokeGroup) -> float:
    """Return the network's fraction of the log odds that two groups are two digits.

    The log odds compare two probabilities: the geometric mean of the highest probabilities of the two separate groups,
    and the highest probability of both groups as one digit.
    """
    images = np.stack([rasterize(_part(ink, group)) for group in (one, other, one + other)])
    X = np.multiply(images.reshape(3, -1), np.float32(1 / 255), dtype=network.dtype)
    # The floor of 0.001 limits the log odds if the network recognizes no digit at all.
    first, second, together = (max(float(best), 1e-3) for best in network.predict(X).max(axis=1))
    return NETWORK_WEIGHT * ((log(first) + log(second)) / 2 - log(together))


def _part(ink: Ink, group: StrokeGroup) -> Ink:
    return Ink(tuple(ink.strokes[stroke] for stroke in sorted(group)))
