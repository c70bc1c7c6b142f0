"""A test as CSV, for spreadsheets and pandas: one row a drawing.

    number, date, model, prompted, read, verdict, p0 ... p9, strokes

Of a file from elsewhere only the columns `prompted` and `strokes` are needed; see `stroke_text` for the latter.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from pathlib import Path

from nncore.data.formats.files import opened, require_memory
from nncore.errors import DataError, name_of, shown
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
from nncore.preprocessing.ink import Ink
from nncore.system.atomic_write import write_safely

PROBABILITIES = tuple(f"p{digit}" for digit in range(10))
COLUMNS = ("number", "date", "model", "prompted", "read", "verdict", *PROBABILITIES, "strokes")
NEEDED, OF_A_READING = ("prompted", "strokes"), ("verdict", *PROBABILITIES)

FORMULA = ("=", "+", "-", "@", "\t", "'")
"""What a spreadsheet would take for the beginning of a formula: a model's name may come from anybody's file."""

MEMORY_PER_BYTE = 8
"""The most that a byte of the file becomes on the way, as text and as words."""


@dataclass(frozen=True, eq=False)
class DrawingsFromTable:
    """What a CSV file holds.

    written: the digit asked for and the ink of each drawing. result: how they were read, None where the file does not
    say; its date is "" where the file has none.
    """

    written: tuple[tuple[int, Ink], ...]
    result: HandResult | None


def write_csv(result: HandResult, path: Path) -> None:
    """Write a test to `path`, wholly or not at all; raises DataError if that fails."""
    text = StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    model = f"'{result.model}" if result.model.startswith(FORMULA) else result.model
    for number, drawing in enumerate(result.drawings, start=1):
        read = "none" if drawing.read is None else drawing.read
        start = (number, result.date, model, drawing.prompted, read, drawing.verdict)
        table.writerow([*start, *map(str, drawing.probabilities), strokes_as_text(drawing.ink)])
    try:
        write_safely(path, text.getvalue().encode("utf-8", "replace"))
    except OSError as problem:
        raise DataError(f"{path}: could not be saved ({problem.strerror or problem}).") from None


def read_csv(path: Path) -> DrawingsFromTable:
    """Read the drawings of a test from `path`; raises DataError naming the row that is wrong."""
    with opened(path) as file:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise DataError(f"{name_of(path)}: has {size:,} bytes; expected at most {LARGEST_FILE:,}.")
        require_memory(path, MEMORY_PER_BYTE * size)
        with TextIOWrapper(file, "utf-8-sig", newline="") as text, _long_fields():
            return _drawings(_Table(path, csv.reader(text, strict=True)))


class _Table:
    """The rows below the header, by the names of their columns."""

    def __init__(self, path: Path, lines: Iterator[list[str]]) -> None:
        self.name, self.row = name_of(path), 0
        self._lines = lines
        self.columns = [column.strip().lower() for column in self._next() or []]
        for column in NEEDED:
            if self.columns.count(column) != 1:
                found = shown(", ".join(self.columns), 80)
                raise DataError(
                    f"{self.name}, row 1: found the columns {found}; expected {' and '.join(NEEDED)} once each, and "
                    f"commas between them."
                )

    def __iter__(self) -> Iterator[Mapping[str, str]]:
        while (fields := self._next()) is not None:
            if not fields:
                continue  # an empty line
            if len(fields) != len(self.columns):
                raise self.wrong(f"found {len(fields)} columns, expected {len(self.columns)}.")
            yield dict(zip(self.columns, fields, strict=True))

    def wrong(self, sentence: str) -> DataError:
        """The sentence with the place it is about."""
        return DataError(f"{self.name}, row {self.row}: {sentence[:1].lower()}{sentence[1:]}")

    def _next(self) -> list[str] | None:
        self.row += 1
        try:
            return next(self._lines, None)
        except UnicodeDecodeError:
            raise self.wrong("found bytes that are no text, expected CSV in UTF-8.") from None
        except csv.Error as problem:
            raise self.wrong(f"found a line that is no CSV ({problem}).") from None


def _drawings(table: _Table) -> DrawingsFromTable:
    is_read = set(OF_A_READING) <= set(table.columns)
    written: list[tuple[int, Ink]] = []
    readings: list[ReadDrawing] = []
    date = model = ""
    for fields in table:
        if len(written) == MOST_DRAWINGS:
            raise table.wrong(f"found more drawings than a test can have, {MOST_DRAWINGS:,}.")
        try:
            prompted, ink = digit_of(fields["prompted"]), ink_of(strokes_from_text(fields["strokes"]))
            written.append((prompted, ink))
            if is_read:
                readings.append(_reading(prompted, ink, fields))
                date = date or (date_of(fields["date"]) if fields.get("date") else "")
                model = model or _model(fields.get("model", ""))
        except DataError as problem:
            raise table.wrong(str(problem)) from None
    if not written:
        raise DataError(f"{table.name}: found no drawing, expected at least 1 below the names of the columns.")
    result = HandResult(tuple(readings), date, model or "not named") if is_read else None
    return DrawingsFromTable(tuple(written), result)


def _reading(prompted: int, ink: Ink, fields: Mapping[str, str]) -> ReadDrawing:
    probabilities = probabilities_of([fields[name] for name in PROBABILITIES])
    reading = ReadDrawing(prompted, ink, probabilities, verdict_of(fields["verdict"].strip()))
    said, read = fields.get("read", "").strip(), "none" if reading.read is None else str(reading.read)
    if said not in ("", read):
        raise DataError(f'the column read says "{shown(said)}", verdict and probabilities say "{read}".')
    return reading


def _model(text: str) -> str:
    """The name as it was before it was guarded against spreadsheets."""
    return name_of_model(text[1:] if text.startswith("'") else text)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let a field hold the longest drawing: csv's own limit is 131,072 characters."""
    before = csv.field_size_limit(LONGEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)
