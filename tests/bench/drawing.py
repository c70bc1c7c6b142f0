"""The time of each part of reading a drawing, from strokes to probabilities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import numpy as np

from nncore.evaluation.recognition import recognize
from nncore.files.model_file import bundled_model_path, load_model
from nncore.preprocessing.ink import Ink, rasterize
from tests.bench.report import Figure, Section

READINGS = 300


def measure(rounds: int) -> Iterator[Section]:
    """Medians over the drawings of a round."""
    network = load_model(bundled_model_path()).network()
    inks = [_scribble(seed) for seed in range(READINGS)]
    images = [rasterize(ink) for ink in inks]
    parts: dict[str, Callable[[int], object]] = {
        "strokes to 28 x 28": lambda n: rasterize(inks[n]),
        "28 x 28 to probabilities": lambda n: recognize(network, images[n]),
    }
    medians: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(rounds):
        times: dict[str, list[float]] = {name: [] for name in parts}
        for n in range(READINGS):
            for name, part in parts.items():
                began = perf_counter()
                part(n)
                times[name].append((perf_counter() - began) * 1000)
        for name in parts:
            medians[name].append(median(times[name]))
    yield Section("Reading a drawing", [Figure(name, "ms", tuple(runs)) for name, runs in medians.items()])


def _scribble(seed: int) -> Ink:
    """A smooth line of 80 points, as a pen would give them for one digit."""
    rng = np.random.default_rng(seed)
    turns = np.cumsum(rng.normal(0, 0.3, 80))
    line = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0)
    return Ink((line.astype(np.float32),))
