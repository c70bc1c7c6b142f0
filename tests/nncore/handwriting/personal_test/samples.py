"""Examples of tests: the probabilities are given; the strokes are random."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nncore.evaluation.recognition import Verdict
from nncore.handwriting.personal_test.result import HandwritingTestResult, ReadDrawing
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import Ink

DATE = "2026-01-31T09:30:00"


def ink(seed: int, strokes: int = 2) -> Ink:
    rng = np.random.default_rng(seed)
    return Ink(tuple(rng.random((5, 2), np.float32) for _ in range(strokes)))


def read_drawing(prompted: int, read: int, verdict: Verdict = "digit", seed: int = 0) -> ReadDrawing:
    probabilities = np.random.default_rng(seed).random(10).astype(np.float32)
    probabilities[read] = 30
    probabilities /= probabilities.sum()
    return ReadDrawing(prompted, ink(seed), probabilities, verdict)


def result(date: str = DATE, model: str = "convnet") -> HandwritingTestResult:
    """Four drawings: one correct, one correct but unsure, one misread, one called not a digit."""
    drawings = (
        read_drawing(7, 7, "digit", 1),
        read_drawing(4, 4, "unsure", 2),
        read_drawing(7, 2, "digit", 3),
        read_drawing(0, 0, "not a digit", 4),
    )
    return HandwritingTestResult(drawings, date, model)


def assert_same(got: HandwritingTestResult, wanted: HandwritingTestResult) -> None:
    assert (got.date, got.model) == (wanted.date, wanted.model)
    assert len(got.drawings) == len(wanted.drawings)
    for one, other in zip(got.drawings, wanted.drawings, strict=True):
        assert (one.prompted, one.verdict, one.read) == (other.prompted, other.verdict, other.read)
        assert one.probabilities.dtype == np.float32
        assert np.array_equal(one.probabilities, other.probabilities)
        assert_same_ink(one.ink, other.ink)


def assert_same_ink(got: Ink, wanted: Ink) -> None:
    assert len(got.strokes) == len(wanted.strokes)
    for one, other in zip(got.strokes, wanted.strokes, strict=True):
        assert np.array_equal(one, other)


def network(seed: int = 1) -> Network:
    made = Network(NetworkSpec.dense((784, 10)))
    made.initialize(np.random.default_rng(seed))
    return made


def rewrite(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file by `new`."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
