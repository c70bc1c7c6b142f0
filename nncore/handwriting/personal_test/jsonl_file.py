"""Write and read handwriting tests as files of JSON lines: the first line describes the test, each other a drawing.

    {"format": "digitlab-hand-test", "version": 1, "date": "2026-01-31T09:30:00", "model": "convnet", "count": 20, ...}
    {"prompted": 7, "verdict": "digit", "probabilities": [0.0, ...], "strokes": "0.3 0.25 0.7 0.25 0.5 0.8"}

A list of many tests needs to read only their first lines. The test in progress has its own format.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from nncore.data.formats.files import open_data_file
from nncore.errors import DataError, file_name, printable
from nncore.handwriting.personal_test.fields import (
    MAX_DRAWING_LENGTH,
    MAX_DRAWINGS,
    MAX_HISTORY_BYTES,
    date_of,
    digit_of,
    ink_of,
    name_of_model,
    probabilities_of,
    strokes_as_text,
    strokes_from_text,
    verdict_of,
)
from nncore.handwriting.personal_test.handwriting_test import SKIPPED, HandwritingTest
from nncore.handwriting.personal_test.result import HandwritingTestResult, ReadDrawing
from nncore.preprocessing.ink import Ink
from nncore.reporting.number_text import counted_text
from nncore.system.atomic_write import save_file

TEST_FORMAT = "digitlab-hand-test"
"""The name of the format in the first line of a finished test."""

UNFINISHED_FORMAT = "digitlab-hand-test-unfinished"
"""The same for a test that can be continued."""

TEST_VERSION = 1
"""The newest version of both formats that this program reads, and the one that it writes."""

MAX_LINE_LENGTH = MAX_DRAWING_LENGTH + 1000
"""Bytes: the longest drawing and its other fields."""


class NewerTestFileError(DataError):
    """A valid file that only a newer Digit Lab can read."""


@dataclass(frozen=True)
class Summary:
    """The first row of a test. correct: how many of its `count` drawings were read as the requested digit."""

    date: str
    model: str
    correct: int
    count: int


def write_result(result: HandwritingTestResult, path: Path) -> None:
    """Write a result to `path`, completely or not at all. Raises DataError if that fails."""
    header = {"date": result.date, "model": result.model, "count": len(result.drawings), "right": result.correct}
    lines = [
        {
            "prompted": drawing.prompted,
            "verdict": drawing.verdict,
            "probabilities": [float(str(number)) for number in drawing.probabilities],  # the shortest form of a float32
            "strokes": strokes_as_text(drawing.ink),
        }
        for drawing in result.drawings
    ]
    _write(path, {"format": TEST_FORMAT, "version": TEST_VERSION, **header}, lines)


def read_result(path: Path) -> HandwritingTestResult:
    """Read a result. Raises DataError with the number of the invalid row."""
    with _rows(path) as rows:
        summary = _summary(path, rows)
        drawings = []
        for number, fields in rows:
            with _row(path, number):
                drawings.append(_drawing(fields))
    result = HandwritingTestResult(tuple(drawings), summary.date, summary.model)
    if len(drawings) != summary.count or result.correct != summary.correct:
        raise DataError(
            f"{file_name(path)}: {result.correct} of {counted_text(len(drawings), 'drawing')} were read correctly; "
            f"the first row says {summary.correct} of {summary.count}."
        )
    return result


def read_summary(path: Path) -> Summary:
    """Read only the first row of a result. Raises DataError if it is wrong."""
    with _rows(path) as rows:
        return _summary(path, rows)


def write_unfinished(test: HandwritingTest, path: Path) -> None:
    """Write a test in progress to `path`. Raises DataError if that fails."""
    header = {"format": UNFINISHED_FORMAT, "version": TEST_VERSION, "prompts": list(test.prompts)}
    if not test.present.is_blank:
        header["present"] = strokes_as_text(test.present)
    _write(path, header, [{"strokes": strokes_as_text(ink)} for ink in test.drawings])


def read_unfinished(path: Path) -> HandwritingTest:
    """Read a test in progress. Raises DataError with the number of the invalid row."""
    with _rows(path) as rows:
        _, header = _header(path, rows, UNFINISHED_FORMAT)
        with _row(path, 1):
            prompts = tuple(map(digit_of, _list(header, "prompts")))
            present = _strokes(header, "present") if "present" in header else SKIPPED
        drawings = []
        for number, fields in rows:
            with _row(path, number):
                drawings.append(_strokes(fields))
    if not prompts or len(drawings) > len(prompts):
        raise DataError(
            f"{file_name(path)}: found {counted_text(len(drawings), 'drawing')}, "
            f"but {counted_text(len(prompts), 'requested digit')}."
        )
    return HandwritingTest(prompts, tuple(drawings), present)


def _drawing(fields: Mapping[str, Any]) -> ReadDrawing:
    return ReadDrawing(
        digit_of(fields.get("prompted")),
        ink_of(_strokes(fields)),
        probabilities_of(_list(fields, "probabilities")),
        verdict_of(fields.get("verdict")),
    )


def _write(path: Path, header: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> None:
    rows = [json.dumps(row, allow_nan=False) for row in (header, *lines)]
    save_file(path, ("\n".join(rows) + "\n").encode(), DataError)


NumberedRows = Iterator[tuple[int, Mapping[str, Any]]]
"""The number of each row, counted from 1, and its object."""


@contextmanager
def _rows(path: Path) -> Iterator[NumberedRows]:
    with open_data_file(path) as file:
        if path.stat().st_size > MAX_HISTORY_BYTES:
            raise DataError(f"{file_name(path)}: the file is too large; expected at most {MAX_HISTORY_BYTES:,} bytes.")
        yield _objects(file, path)


def _objects(file: BinaryIO, path: Path) -> NumberedRows:
    number = 0
    while line := file.readline(MAX_LINE_LENGTH + 1):
        number += 1
        try:
            row = json.loads(line) if len(line) <= MAX_LINE_LENGTH else None
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or number > MAX_DRAWINGS + 1:
            raise DataError(f"{file_name(path)}, row {number}: this is not a row of a handwriting test.")
        yield number, row


def _header(path: Path, rows: NumberedRows, expected: str) -> tuple[int, Mapping[str, Any]]:
    number, header = next(rows, (0, {}))
    version = header.get("version")
    if header.get("format") != expected or not isinstance(version, int):
        raise DataError(f'{file_name(path)}: this is not a handwriting test; its first row lacks "{expected}".')
    if version > TEST_VERSION:
        raise NewerTestFileError(
            f"{file_name(path)}: the format version is {version}; update Digit Lab to read this file."
        )
    return number, header


def _summary(path: Path, rows: NumberedRows) -> Summary:
    number, header = _header(path, rows, TEST_FORMAT)
    correct, count = header.get("right"), header.get("count")
    with _row(path, number):
        if not (isinstance(correct, int) and isinstance(count, int) and 0 <= correct <= count and count >= 1):
            figures = f"{printable(str(correct))} of {printable(str(count))}"
            raise DataError(f"{figures} were read correctly; expected whole numbers and at least 1 drawing.")
        return Summary(date_of(header.get("date")), name_of_model(header.get("model")), correct, count)


@contextmanager
def _row(path: Path, number: int) -> Iterator[None]:
    """Add the file name and the row to errors."""
    try:
        yield
    except DataError as problem:
        sentence = str(problem)
        raise DataError(f"{file_name(path)}, row {number}: {sentence[:1].lower()}{sentence[1:]}") from None


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    if not isinstance(value, list) or len(value) > MAX_DRAWINGS:
        raise DataError(f"the list {name} is missing.")
    return value


def _strokes(fields: Mapping[str, Any], name: str = "strokes") -> Ink:
    text = fields.get(name)
    if not isinstance(text, str):
        raise DataError(f"the text {name} is missing.")
    return strokes_from_text(text)
