"""Tests as files: one JSON object a line, the first about the whole test, the others about a drawing each.

    {"format": "digitlab-hand-test", "version": 1, "date": "2026-01-31T09:30:00", "model": "convnet", "count": 20, ...}
    {"prompted": 7, "verdict": "digit", "probabilities": [0.0, ...], "strokes": "0.3 0.25 0.7 0.25 0.5 0.8"}

A list of many tests reads their first lines only. The test that is still being written has a format of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from nncore.data.formats.files import opened
from nncore.errors import DataError, name_of
from nncore.handwriting.personal_test.field_checks import (
    LARGEST_FILE,
    MOST_DRAWINGS,
    date_of,
    digit_of,
    ink_of,
    name_of_model,
    probabilities_of,
    verdict_of,
)
from nncore.handwriting.personal_test.result import HandResult, ReadDrawing
from nncore.handwriting.personal_test.stroke_text import LONGEST, strokes_as_text, strokes_from_text
from nncore.handwriting.personal_test.writing_test import WritingTest
from nncore.system.atomic_write import write_safely

FORMAT, UNFINISHED, VERSION = "digitlab-hand-test", "digitlab-hand-test-unfinished", 1

LONGEST_LINE = LONGEST + 1000
"""Bytes; the longest drawing, and what is said of it."""


class NewerFileError(DataError):
    """A sound file that only a newer Digit Lab can read."""


@dataclass(frozen=True)
class Summary:
    """What the list of tests shows of one. date, model: as in HandResult; right of count were read right."""

    date: str
    model: str
    right: int
    count: int


def write_result(result: HandResult, path: Path) -> None:
    """Write a test that was read to `path`, wholly or not at all; raises DataError if that fails."""
    header = {"date": result.date, "model": result.model, "count": len(result.drawings), "right": result.right}
    lines = [
        {
            "prompted": drawing.prompted,
            "verdict": drawing.verdict,
            "probabilities": [float(str(share)) for share in drawing.probabilities],  # as short as a float32 is
            "strokes": strokes_as_text(drawing.ink),
        }
        for drawing in result.drawings
    ]
    _write(path, {"format": FORMAT, "version": VERSION, **header}, lines)


def read_result(path: Path) -> HandResult:
    """Read a test that was read; raises DataError naming the row that is wrong."""
    with _rows(path) as rows:
        summary = _summary(path, rows)
        drawings = []
        for number, fields in rows:
            with _row(path, number):
                drawings.append(_drawing(fields))
    result = HandResult(tuple(drawings), summary.date, summary.model)
    if len(drawings) != summary.count or result.right != summary.right:
        raise DataError(
            f"{name_of(path)}: its {len(drawings)} drawings, {result.right} of them read right, are not the "
            f"{summary.right} of {summary.count} that its first row promises."
        )
    return result


def read_summary(path: Path) -> Summary:
    """Read the first row of a test only; raises DataError if it is wrong."""
    with _rows(path) as rows:
        return _summary(path, rows)


def write_unfinished(test: WritingTest, path: Path) -> None:
    """Write a test that is still being written to `path`; raises DataError if that fails."""
    header = {"format": UNFINISHED, "version": VERSION, "prompts": list(test.prompts)}
    _write(path, header, [{"strokes": strokes_as_text(ink)} for ink in test.drawings])


def read_unfinished(path: Path) -> WritingTest:
    """Read a test that is still being written; raises DataError naming the row that is wrong."""
    with _rows(path) as rows:
        _, header = _header(path, rows, UNFINISHED)
        with _row(path, 1):
            prompts = tuple(map(digit_of, _list(header, "prompts")))
        drawings = []
        for number, fields in rows:
            with _row(path, number):
                drawings.append(strokes_from_text(_text(fields, "strokes")))
    if not prompts or len(drawings) > len(prompts):
        raise DataError(f"{name_of(path)}: found {len(drawings)} drawings for {len(prompts)} digits asked for.")
    return WritingTest(prompts, tuple(drawings))


def _drawing(fields: Mapping[str, Any]) -> ReadDrawing:
    return ReadDrawing(
        digit_of(fields.get("prompted")),
        ink_of(strokes_from_text(_text(fields, "strokes"))),
        probabilities_of(_list(fields, "probabilities")),
        verdict_of(fields.get("verdict")),
    )


def _write(path: Path, header: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> None:
    rows = [json.dumps(row, allow_nan=False) for row in (header, *lines)]
    try:
        write_safely(path, ("\n".join(rows) + "\n").encode())
    except OSError as problem:
        raise DataError(f"{path}: could not be saved ({problem.strerror or problem}).") from None


Rows = Iterator[tuple[int, Mapping[str, Any]]]
"""The number of each row, counted from 1, and its object."""


@contextmanager
def _rows(path: Path) -> Iterator[Rows]:
    with opened(path) as file:
        if path.stat().st_size > LARGEST_FILE:
            raise DataError(f"{name_of(path)}: is larger than any test, {LARGEST_FILE:,} bytes.")
        yield _objects(file, path)


def _objects(file: BinaryIO, path: Path) -> Rows:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        try:
            row = json.loads(line) if len(line) <= LONGEST_LINE else None
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or number > MOST_DRAWINGS + 1:
            raise DataError(f"{name_of(path)}, row {number}: is no row of a handwriting test.")
        yield number, row


def _header(path: Path, rows: Rows, wanted: str) -> tuple[int, Mapping[str, Any]]:
    number, header = next(rows, (0, {}))
    version = header.get("version")
    if header.get("format") != wanted or not isinstance(version, int):
        raise DataError(f"{name_of(path)}: is no handwriting test: its first row says something else.")
    if version > VERSION:
        raise NewerFileError(f"{name_of(path)}: has format version {version}: a newer Digit Lab made it.")
    return number, header


def _summary(path: Path, rows: Rows) -> Summary:
    number, header = _header(path, rows, FORMAT)
    right, count = header.get("right"), header.get("count")
    with _row(path, number):
        if not (isinstance(right, int) and isinstance(count, int) and 0 <= right <= count and count >= 1):
            raise DataError(f"{right} of {count} were read right; expected whole numbers, at least 1 drawing.")
        return Summary(date_of(header.get("date")), name_of_model(header.get("model")), right, count)


@contextmanager
def _row(path: Path, number: int) -> Iterator[None]:
    """Say in which row of which file something is wrong."""
    try:
        yield
    except DataError as problem:
        sentence = str(problem)
        raise DataError(f"{name_of(path)}, row {number}: {sentence[:1].lower()}{sentence[1:]}") from None


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    if not isinstance(value, list) or len(value) > MOST_DRAWINGS:
        raise DataError(f"it has no list of {name}.")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise DataError(f"it has no {name}.")
    return value
