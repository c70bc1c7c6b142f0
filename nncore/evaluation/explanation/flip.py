"""What would flip the answer: the smallest stroke to add, or piece to erase, that changes the class of an image.

The search has two steps. The gradient of the network ranks a bank of straight lines for both kinds of change, and the
network reads the most promising ones. Then the best ones are varied again and again (moved, bent, shortened): first
towards another answer, then, while the answer stays changed, towards a smaller change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.explanation.candidate_lines import Lines, bank, bank_coverages, curves, variations
from nncore.evaluation.explanation.changed_drawings import ChangedDrawings
from nncore.evaluation.explanation.changed_images import CHANGE_KINDS, ChangedImages, ChangeKind
from nncore.evaluation.explanation.other_classes import (
    are_other_digits,
    lead_gradients,
    log_odds_of_others,
    read_images,
)
from nncore.evaluation.recognition import check_explainable, read_digit
from nncore.model.network import Network
from nncore.preprocessing.distance_field import coverage_of_lines
from nncore.preprocessing.ink import SIDE, Ink
from nncore.system.blas_threads import one_blas_thread

FIRST_TRIED = 384
"""Lines of the bank that the network reads for each kind of change."""
ROUNDS = 18
"""Rounds of variations."""
PARENTS, CHILDREN = 12, 10
"""Lines that are varied in each round for each kind of change, and variations of each of them."""
MAX_DRAWN = 10
"""Changes of each part of the search that are drawn and read alone, the smallest first, until one changes the class."""
FIRST_SPREAD, LAST_SPREAD = 2.0, 0.3
"""How far, in pixels, a variation moves the points of a line in the first and in the last round."""


@dataclass(frozen=True, eq=False)
class Flip:
    """A change that gives an image another class.

    Attributes:
        kind: "add" for a stroke of the pen, "erase" for a piece that is erased.
        path: (points, 2) float32, the line of the pen or the middle of the eraser; x and y on the canvas, 0 to 1, y
            down. For an image without a drawing the canvas is the image.
        width: thickness of the pen or the eraser in the same units.
        image: (28, 28) uint8, the changed image.
        region: (28, 28) bool, the pixels of the image before that the change alters visibly.
        changed_ink: the added or erased ink, in pixels of full ink.
        answer, new_answer: the class before and after the change.
        probability: the probability of `new_answer` after the change, 0 to 1.
    """

    kind: ChangeKind
    path: NDArray[np.float32]
    width: float
    image: NDArray[np.uint8]
    region: NDArray[np.bool_]
    changed_ink: float
    answer: int
    new_answer: int
    probability: float

    def to_json(self) -> dict[str, Any]:
        """Return the change as plain values for JSON, without the images."""
        return {
            "kind": self.kind,
            "path": [[round(float(x), 4), round(float(y), 4)] for x, y in self.path],
            "width": round(self.width, 4),
            "changed_ink": round(self.changed_ink, 2),
            "answer": self.answer,
            "new_answer": self.new_answer,
            "probability": round(self.probability, 6),
        }


@dataclass(frozen=True, eq=False)
class FlipSearch:
    """The result of a search. flip: None if none was found. tried: the number of changed images that were read.

    cancelled: whether the search ended early; `flip` is then the best one so far.
    """

    flip: Flip | None
    tried: int
    cancelled: bool = False


@one_blas_thread()
def find_flip(
    network: Network,
    image: NDArray[np.uint8],
    *,
    kinds: tuple[ChangeKind, ...] = CHANGE_KINDS,
    cancelled: Callable[[], bool] = lambda: False,
) -> FlipSearch:
    """Search for the smallest change of `image` (28, 28), one stroke or one erased piece, that changes its class.

    The changed image is still read as a digit: its verdict is not "not a digit".
    The same image and network give the same result. `cancelled` is called before each of about 20 parts of the search.
    Not finding a change does not prove that there is none. Raises DataError if the network does not read digits or has
    diverged, or if the image has another shape or dtype.
    """
    check_explainable(network, image)
    if not image.any():
        read_digit(network, image)
        return FlipSearch(None, 0)
    return _searched(network, ChangedImages(image), kinds, cancelled)


@one_blas_thread()
def find_flip_of_drawing(
    network: Network,
    ink: Ink,
    *,
    kinds: tuple[ChangeKind, ...] = CHANGE_KINDS,
    cancelled: Callable[[], bool] = lambda: False,
) -> FlipSearch:
    """Search for the smallest change of a drawing on a canvas from 0 to 1, as `find_flip` does for an image.

    The image of the result is that of the changed strokes: of `ink` with the path as one stroke more, or without the
    parts within half the width of the path, see `parts_outside`. Raises DataError as `find_flip` does, and if the
    drawing is blank or not within the canvas.
    """
    changes = ChangedDrawings(ink)
    check_explainable(network, changes.image)
    return _searched(network, changes, kinds, cancelled)


def _searched(
    network: Network, changes: ChangedImages, kinds: tuple[ChangeKind, ...], cancelled: Callable[[], bool]
) -> FlipSearch:
    search = _Search(network, changes, read_digit(network, changes.image).digit)
    for kind in kinds:
        if cancelled():
            return search.result(cancelled=True)
        search.try_bank(kind)
    for spread in np.geomspace(FIRST_SPREAD, LAST_SPREAD, ROUNDS):
        if cancelled():
            return search.result(cancelled=True)
        for kind in kinds:
            search.vary(kind, float(spread))
    return search.result()


@dataclass(eq=False)
class _Population:
    """The best lines of one kind of change, best first: lines (n, 3, 2), scores (n,)."""

    lines: Lines = field(default_factory=lambda: np.empty((0, 3, 2), np.float32))
    scores: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def add(self, lines: Lines, scores: NDArray[np.float64]) -> None:
        """Keep the best PARENTS of the old and the new lines."""
        every, all_scores = np.concatenate([self.lines, lines]), np.concatenate([self.scores, scores])
        best = np.argsort(-all_scores, kind="stable")[:PARENTS]
        best = best[all_scores[best] > -np.inf]
        self.lines, self.scores = every[best], all_scores[best]


class _Search:
    """A search for one image: the best lines of each kind of change, and the smallest change found."""

    def __init__(self, network: Network, changes: ChangedImages, answer: int) -> None:
        self._network = network.copy()
        self._answer = answer
        self._images = changes
        self._populations = {kind: _Population() for kind in CHANGE_KINDS}
        self._rng = np.random.default_rng(0)
        self._flip: Flip | None = None
        self._tried = 0

    def result(self, cancelled: bool = False) -> FlipSearch:
        return FlipSearch(self._flip, self._tried, cancelled)

    def try_bank(self, kind: ChangeKind) -> None:
        """Read the lines of the bank that the gradient ranks highest."""
        lines = self._images.are_allowed(kind, curves(bank()))
        differences = self._images.differences(kind, bank_coverages(self._images.widths[kind])[lines])
        best = np.argsort(-self._expected_margins(differences), kind="stable")[:FIRST_TRIED]
        self._read(kind, bank()[lines][best], differences[best])

    def vary(self, kind: ChangeKind, spread: float) -> None:
        """Read variations of the best lines."""
        parents = self._populations[kind].lines
        if len(parents):
            lines = variations(parents, CHILDREN, spread, self._rng)
            lines = lines[self._images.are_allowed(kind, curves(lines))]
            coverages = coverage_of_lines(curves(lines), self._images.widths[kind])
            self._read(kind, lines, self._images.differences(kind, np.rint(255 * coverages).astype(np.uint8)))

    def _expected_margins(self, differences: NDArray[np.int16]) -> NDArray[np.float32]:
        """Return for each change (n, 784) how far another class will lead, (n,), if the logits were linear."""
        leads, gradients = lead_gradients(self._network, self._images.image, self._answer)
        with np.errstate(over="ignore", invalid="ignore"):  # huge weights can overflow
            gains = differences.astype(np.float32) @ (gradients.T / 255).astype(np.float32)
            margins: NDArray[np.float32] = np.nan_to_num(gains + leads.astype(np.float32)).max(axis=1)
        return margins

    def _read(self, kind: ChangeKind, lines: Lines, differences: NDArray[np.int16]) -> None:
        """Read the images with these changes, and keep the best lines and the smallest change."""
        images, possible = self._images.changed(differences)
        lines, differences, images = lines[possible], differences[possible], images[possible]
        if not len(lines):
            return
        self._tried += len(lines)
        logits, probabilities = read_images(self._network, images)
        sizes = np.abs(differences).sum(axis=1, dtype=np.int64) / 255
        is_flipped = are_other_digits(probabilities, self._answer)
        # Any change of the answer is better than none; among these the smaller change is better.
        scores = np.where(is_flipped, SIDE * SIDE - sizes, np.minimum(log_odds_of_others(logits, self._answer), 0))
        flipped = np.flatnonzero(is_flipped)
        for row in flipped[np.argsort(sizes[flipped], kind="stable")][:MAX_DRAWN]:
            if self._flip is not None and sizes[row] >= self._flip.changed_ink:
                break
            if self._keeps(kind, lines[row], images[row]):
                break
            scores[row] = -np.inf
        self._populations[kind].add(lines, scores)

    def _keeps(self, kind: ChangeKind, line: Lines, image: NDArray[np.uint8]) -> bool:
        """Draw a change, and keep it if it changes the answer and is the smallest one so far; whether it is a flip."""
        drawn = self._images.drawn(kind, curves(line[None])[0], image)
        if drawn is None:
            return False
        _, probabilities = read_images(self._network, drawn.image.reshape(1, -1))
        if not are_other_digits(probabilities, self._answer)[0]:
            return False
        if self._flip is None or drawn.ink < self._flip.changed_ink:
            new_answer = int(probabilities[0].argmax())
            self._flip = Flip(
                kind=kind,
                path=drawn.path,
                width=drawn.width,
                image=drawn.image,
                region=drawn.region,
                changed_ink=drawn.ink,
                answer=self._answer,
                new_answer=new_answer,
                probability=float(probabilities[0, new_answer]),
            )
        return True
