"""Write pen strokes as UNIPEN, the format that `nncore.data.formats.read_ink` reads (I. Guyon et al., ICPR 1994)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS
from nncore.data.formats.unipen import MAX_COORDINATE, UCI_COMMENT, InkSamples
from nncore.errors import DataError
from nncore.preprocessing.ink import Ink
from nncore.reporting.number_text import decimal_text
from nncore.system.atomic_write import save_file
from nncore.system.reading_budget import MAX_INK_SAMPLES

MAX_COMMENT_LENGTH = 200
"""Largest length of a writer's name or a comment; the rest is cut off."""

FLIP_Y: NDArray[np.float32] = np.array([1, -1], np.float32)
"""Factors of x and y, because y points upwards in the file and downwards in Ink."""

UNIPEN_HEADER = (".VERSION 1.0", ".HIERARCHY DIGIT", ".COORD X Y")


def write_ink(samples: InkSamples, path: Path, comments: Sequence[str] = ()) -> None:
    """Write `samples` to `path`, completely or not at all; `read_ink` returns exactly the same strokes.

    Each sample is a .SEGMENT with its label ("?" for None), below the .WRITER_ID of its writer; y points upwards.
    comments: a line about each sample, which `read_comments` returns. A comment must not consist of three numbers,
    because these mean a label, a writer and a running number. Names and comments are cut to MAX_COMMENT_LENGTH
    characters, with white space as single spaces.

    Raises DataError if there are no samples or more than MAX_INK_SAMPLES, a sample is blank, has too large coordinates
    or a label that is not a digit, or the file cannot be written.
    """
    if not 1 <= len(samples) <= MAX_INK_SAMPLES:
        raise DataError(f"{path}: there are {len(samples):,} samples to write; expected 1 to {MAX_INK_SAMPLES:,}.")
    content = "\n".join(_lines(samples, comments)) + "\n"
    save_file(path, content.encode("utf-8", "replace"), DataError)


def read_comments(path: Path) -> list[str]:
    """Return the first comment of each sample of a valid UNIPEN file, or "" if it has none."""
    comments: list[str] = []
    is_first = False
    for line in path.read_bytes().decode("utf-8-sig", "replace").split("\n"):
        keyword, rest = [*line.split(maxsplit=1), "", ""][:2]
        if keyword == ".SEGMENT":
            comments.append("")
            is_first = True
        elif keyword == ".COMMENT" and is_first:
            comments[-1] = rest.strip()
            is_first = False
    return comments


def _lines(samples: InkSamples, comments: Sequence[str]) -> Iterator[str]:
    yield from UNIPEN_HEADER
    writer, strokes_before = "", 0
    described = zip(samples.inks, samples.labels, samples.writers, chain(comments, repeat("")), strict=False)
    for number, (ink, label, name, comment) in enumerate(described, start=1):
        _check(ink, label, number)
        yield ""
        if _one_line(name) != writer:
            writer = _one_line(name)
            yield f".WRITER_ID {writer}".rstrip()
        last = strokes_before + len(ink.strokes) - 1
        yield f'.SEGMENT DIGIT {strokes_before}-{last} ? "{"?" if label is None else label}"'
        strokes_before = last + 1
        if comment:
            yield _comment(comment)
        yield from _strokes(ink)


def _strokes(ink: Ink) -> Iterator[str]:
    for stroke in ink.strokes:
        yield ".PEN_DOWN"
        # NumPy writes as many digits as distinguish a float32 from its neighbours, so reading gives the same bits.
        yield from map(" ".join, (stroke * FLIP_Y).astype(str).tolist())
        yield ".PEN_UP"


def _check(ink: Ink, label: int | None, number: int) -> None:
    if label is not None and str(label) not in DIGITS:
        raise DataError(f"Sample {number} has the label {label}; expected a digit from 0 to 9.")
    if ink.is_blank:
        raise DataError(f"Sample {number} is blank; expected at least 1 stroke.")
    farthest = max(float(np.abs(stroke).max()) for stroke in ink.strokes)
    if farthest > MAX_COORDINATE:
        limits = f"from {-MAX_COORDINATE:,.0f} to {MAX_COORDINATE:,.0f}"
        raise DataError(f"Sample {number} reaches to {decimal_text(farthest, 6)}; expected coordinates {limits}.")


def _comment(text: str) -> str:
    line = _one_line(text)
    if UCI_COMMENT.fullmatch(line):
        raise DataError(f'The comment "{line}" would be read as a writer; it must not consist of three numbers.')
    return f".COMMENT {line}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:MAX_COMMENT_LENGTH].rstrip()
