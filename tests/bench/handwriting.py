"""How well the bundled model reads handwriting, and how it classifies drawings that are not digits.

Set DIGITLAB_BENCH_INK to a UNIPEN file of labelled digits to measure the accuracy for its writers. Use a file that the
model was not trained on (the model card names its training data). Without a file, generated digits are used. All
figures are percentages; each round generates other drawings.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset, load_mnist
from nncore.data.formats import read_ink
from nncore.data.formats.unipen import InkSamples
from nncore.evaluation.calibration import logits_of, verdict_rates, verdict_rates_of
from nncore.evaluation.metrics import evaluate
from nncore.files.model_file import bundled_model_path, load_model
from nncore.handwriting.synthetic import NON_DIGIT_KINDS, digits
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink, rasterize
from tests.bench.report import Figure, Section

INK = "DIGITLAB_BENCH_INK"
MADE_UP, OF_A_KIND = 1000, 100
CANVAS, SMALL = 480, 48
"""Side of a canvas, and larger side of a small drawing on it, in pixels."""

Stroke = NDArray[np.float32]


def measure(rounds: int) -> Iterator[Section]:
    """Measure digits by writer, MNIST, drawings that are not digits by kind, and digits whose ink is changed."""
    network = load_model(bundled_model_path()).network()
    file = os.environ.get(INK)
    samples = [read_ink(Path(file))] if file else [digits(MADE_UP, np.random.default_rng(n)) for n in range(rounds)]
    yield _digits(network, samples, by_writer=bool(file))
    yield _mnist(network)
    yield _non_digits(network, rounds)
    yield _written_otherwise(network, samples)


def _digits(network: Network, samples: list[InkSamples], by_writer: bool) -> Section:
    judged = [_read(network, each) for each in samples]
    rejected, unsure, errors, misread = zip(*(each[1:] for each in judged), strict=True)
    figures = [
        Figure("misread", "%", misread, at_most=1.5),
        Figure("rejected", "%", rejected, at_most=2),
        Figure("unsure", "%", unsure),
        Figure("calibration error", "%", errors, at_most=2),
    ]
    if by_writer:
        writers = np.array(samples[0].writers)
        wrong = {name: 100 * float(judged[0][0][writers == name].mean()) for name in sorted(set(samples[0].writers))}
        figures[1:1] = [Figure(f"misread, writer {name}", "%", (part,), at_most=7) for name, part in wrong.items()]
    return Section(f"Digits: {samples[0].source}", figures)


def _read(network: Network, samples: InkSamples) -> tuple[NDArray[np.bool_], float, float, float, float]:
    """Return which samples are misread (n,), then the percentages rejected, unsure, calibration error and misread."""
    data = samples.to_dataset()
    logits = logits_of(network, data)
    rates = verdict_rates_of(logits, data.labels)
    wrong = logits.argmax(axis=1) != data.labels
    return (
        wrong,
        100 * rates.rejected,
        100 * rates.unsure,
        100 * (rates.calibration_error or 0),
        100 * float(wrong.mean()),
    )


def _mnist(network: Network) -> Section:
    test = load_mnist().test
    assert test is not None
    judged, rates = evaluate(network, test), verdict_rates(network, test)
    assert judged is not None
    assert rates is not None
    fractions = {"misread": 1 - (judged.accuracy or 0), "rejected": rates.rejected, "unsure": rates.unsure}
    wanted = {"misread": 0.7}
    return Section(
        "MNIST, test part",
        [Figure(name, "%", (100 * fraction,), at_most=wanted.get(name)) for name, fraction in fractions.items()],
    )


def _non_digits(network: Network, rounds: int) -> Section:
    """Return the percentage that is read as a digit, neither rejected nor unsure."""
    taken: dict[str, list[float]] = {kind: [] for kind in NON_DIGIT_KINDS}
    for number in range(rounds):
        for kind, draw in NON_DIGIT_KINDS.items():
            rng = np.random.default_rng((number, len(kind)))
            images = np.stack([rasterize(draw(rng)) for _ in range(OF_A_KIND)])
            rates = verdict_rates(network, Dataset(images, np.full(OF_A_KIND, NO_CLASS), open_set=True))
            assert rates is not None
            taken[kind].append(100 * (1 - rates.rejected - rates.unsure))
    together = tuple(float(np.mean(fractions)) for fractions in zip(*taken.values(), strict=True))
    each = [Figure(kind, "%", tuple(fractions), at_most=10) for kind, fractions in taken.items()]
    return Section("No digits, taken for digits", [Figure("all kinds", "%", together, at_most=10), *each])


def _written_otherwise(network: Network, samples: list[InkSamples]) -> Section:
    """Return how many percentage points more are misread when the ink of the same digits is changed."""
    ways: Mapping[str, Callable[[Ink], Ink]] = {
        "a tenth of the canvas": lambda ink: _on_canvas(ink, SMALL, corner=False),
        "a tenth of it, in the corner": lambda ink: _on_canvas(ink, SMALL, corner=True),
        "most of the canvas": lambda ink: _on_canvas(ink, CANVAS - 40, corner=False),
        "half the sampling rate": lambda ink: Ink(tuple(_halved(stroke) for stroke in ink.strokes)),
        "twice the sampling rate": lambda ink: Ink(tuple(_doubled(stroke) for stroke in ink.strokes)),
    }
    before = [_read(network, each)[-1] for each in samples]
    figures = []
    for name, way in ways.items():
        after = [
            _read(network, InkSamples(tuple(map(way, each.inks)), each.labels, each.writers, each.source))[-1]
            for each in samples
        ]
        more = tuple(late - early for late, early in zip(after, before, strict=True))
        figures.append(Figure(name, "points", more, at_most=0.5))
    return Section("Digits written otherwise, misread more often than as they are", figures)


def _on_canvas(ink: Ink, side: int, corner: bool) -> Ink:
    """Return `ink` on a canvas of whole pixels; `side` is its larger side in pixels."""
    points = np.concatenate(ink.strokes)
    low, size = points.min(axis=0), float(np.ptp(points, axis=0).max()) or 1.0
    place = CANVAS - side if corner else (CANVAS - side) / 2
    return Ink(tuple(np.rint((stroke - low) * (side / size) + place).astype(np.float32) for stroke in ink.strokes))


def _halved(stroke: Stroke) -> Stroke:
    """Return every second point and the last one."""
    return stroke if len(stroke) < 3 else np.concatenate([stroke[:-1:2], stroke[-1:]])


def _doubled(stroke: Stroke) -> Stroke:
    """Add a point between every two points."""
    both = np.repeat(stroke, 2, axis=0)[:-1]
    both[1::2] = (stroke[:-1] + stroke[1:]) / 2
    return both
