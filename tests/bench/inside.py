"""From a pen event to the repainted network beside the bars, and the time of the Draw tab with and without it.

`tests.bench.pen` draws; each round measures the ways one after the other. `pen` says when an event is answered.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.child import interleaved
from tests.bench.report import Figure, Section

CONDITIONS = {"at rest": "rest", "while a dense network trains": "dense"}
MAX_FRAME_MILLISECONDS = 33.0
"""99 of 100 events are answered within so many milliseconds on a machine that is otherwise quiet."""

SLOWER = 1.5
"""With the network, the bars may take at most so many times the time without it."""


def measure(rounds: int) -> Iterator[Section]:
    """With the network and without it, at rest and in training."""
    for condition, trains in CONDITIONS.items():
        ways = {"network": [trains, "drawn"], "bars, with the network": [trains, "shown"], "bars": [trains, "folded"]}
        runs = interleaved("tests.bench.pen", ways, range(rounds))
        figures = []
        for what in ("median", "99th percentile"):
            limit = MAX_FRAME_MILLISECONDS if what.startswith("99") and trains == "rest" else None
            beside = Figure(f"bars beside the network: {what}", "ms", runs["bars, with the network"].of(what))
            alone = Figure(f"bars without it: {what}", "ms", runs["bars"].of(what), beside, at_most=SLOWER)
            figures += [Figure(f"network: {what}", "ms", runs["network"].of(what), at_most=limit), beside, alone]
        yield Section(f"From a pen event to the repainted network, {condition}", figures)
