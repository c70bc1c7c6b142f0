"""Write and read a handwriting test as CSV, for spreadsheets and pandas: one row per drawing.

    number, date, model, prompted, read, verdict, p0 ... p9, strokes

A file from another program needs only the columns `prompted` and `strokes`; for the latter see `strokes_from_text`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from pathlib import Path

from nncore.data.formats.files import open_data_file, require_memory
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
from nncore.handwriting.personal_test.result import HandwritingTestResult, ReadDrawing
from nncore.preprocessing.ink import Ink
from nncore.reporting.number_text import counted_text
from nncore.system.atomic_write import save_file

PROBABILITIES = tuple(f"p{digit}" for digit in range(10))
DRAWING_COLUMNS = ("number", "date", "model", "prompted", "read", "verdict", *PROBABILITIES, "strokes")
REQUIRED_COLUMNS = ("prompted", "strokes")
"""A file without one of these columns cannot be read."""

READING_COLUMNS = ("verdict", *PROBABILITIES)
"""What a network read; a file without these columns is read without it."""

ESCAPED_PREFIXES = ("=", "+", "-", "@", "\t", "'")
"""A spreadsheet runs text with these prefixes as a formula; the name of a model may come from an untrusted file."""

CSV_MEMORY_PER_BYTE = 8
"""Bytes of memory per byte of the file, at most, while it is read as text and words."""


@dataclass(frozen=True, eq=False)
class CsvContent:
    """The content of a CSV file.

    Attributes:
        written: the requested digit and the ink of each drawing.
        result: how the drawings were read; None if the file has no readings. Its date is "" if the file has none.
    """

    written: tuple[tuple[int, Ink], ...]
    result: HandwritingTestResult | None


def write_csv(result: HandwritingTestResult, path: Path) -> None:
    """Write a test to `path`, completely or not at all. Raises DataError if that fails."""
    text = StringIO(newline="")
    table = csv.writer(text)
    table.writerow(DRAWING_COLUMNS)
    model = f"'{result.model}" if result.model.startswith(ESCAPED_PREFIXES) else result.model
    for number, drawing in enumerate(result.drawings, start=1):
        read = "none" if drawing.read is None else drawing.read
        start = (number, result.date, model, drawing.prompted, read, drawing.verdict)
        table.writerow([*start, *map(str, drawing.probabilities), strokes_as_text(drawing.ink)])
    save_file(path, text.getvalue().encode("utf-8", "replace"), DataError)


def read_drawings_csv(path: Path) -> CsvContent:
    """Read the drawings of a test from `path`. Raises DataError with the number of the invalid row."""
    with open_data_file(path) as file:
        size = path.stat().st_size
        if size > MAX_HISTORY_BYTES:
            raise DataError(f"{file_name(path)}: the file has {size:,} bytes; expected at most {MAX_HISTORY_BYTES:,}.")
        require_memory(path, CSV_MEMORY_PER_BYTE * size)
        with TextIOWrapper(file, "utf-8-sig", newline="") as text, _long_fields():
            return _drawings(_Table(path, csv.reader(text, strict=True)))


class _Table:
    """Iterates over the rows below the header, as mappings from column names to fields."""

    def __init__(self, path: Path, lines: Iterator[list[str]]) -> None:
        self.name, self.row = file_name(path), 0
        self._lines = lines
        self.columns = [column.strip().lower() for column in self._next() or []]
        for column in REQUIRED_COLUMNS:
            if self.columns.count(column) != 1:
                found = printable(", ".join(self.columns), 80)
                raise DataError(
                    f"{self.name}, row 1: found the columns {found}; "
                    f"expected {' and '.join(REQUIRED_COLUMNS)} once each, separated by commas."
                )

    def __iter__(self) -> Iterator[Mapping[str, str]]:
        while (fields := self._next()) is not None:
            if not fields:
                continue  # an empty line
            if len(fields) != len(self.columns):
                raise self.error(f"found {counted_text(len(fields), 'column')}; expected {len(self.columns)}.")
            yield dict(zip(self.columns, fields, strict=True))

    def error(self, sentence: str) -> DataError:
        """Return an error with the file name, the row number and this sentence."""
        return DataError(f"{self.name}, row {self.row}: {sentence[:1].lower()}{sentence[1:]}")

    def _next(self) -> list[str] | None:
        self.row += 1
        try:
            return next(self._lines, None)
        except UnicodeDecodeError:
            raise self.error("found bytes that are not text; expected CSV in UTF-8.") from None
        except csv.Error as problem:
            raise self.error(f"the line is not valid CSV ({problem}).") from None


def _drawings(table: _Table) -> CsvContent:
    is_read = set(READING_COLUMNS) <= set(table.columns)
    written: list[tuple[int, Ink]] = []
    readings: list[ReadDrawing] = []
    date = model = ""
    for fields in table:
        if len(written) == MAX_DRAWINGS:
            raise table.error(f"found too many drawings; a test can have at most {MAX_DRAWINGS:,}.")
        try:
            prompted, ink = digit_of(fields["prompted"]), ink_of(strokes_from_text(fields["strokes"]))
            written.append((prompted, ink))
            if is_read:
                readings.append(_reading(prompted, ink, fields))
                date = date or (date_of(fields["date"]) if fields.get("date") else "")
                model = model or _model(fields.get("model", ""))
        except DataError as problem:
            raise table.error(str(problem)) from None
    if not written:
        raise DataError(f"{table.name}: found no drawings; expected at least 1 row below the column names.")
    result = HandwritingTestResult(tuple(readings), date, model or "not named") if is_read else None
    return CsvContent(tuple(written), result)


def _reading(prompted: int, ink: Ink, fields: Mapping[str, str]) -> ReadDrawing:
    probabilities = probabilities_of([fields[name] for name in PROBABILITIES])
    reading = ReadDrawing(prompted, ink, probabilities, verdict_of(fields["verdict"].strip()))
    stated, read = fields.get("read", "").strip(), "none" if reading.read is None else str(reading.read)
    if stated not in ("", read):
        raise DataError(f'the column read is "{printable(stated)}"; expected "{read}" from verdict and probabilities.')
    return reading


def _model(text: str) -> str:
    """Return the name without the quotation mark that protects it from spreadsheets."""
    return name_of_model(text[1:] if text.startswith("'") else text)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Allow fields as long as the longest drawing; the default limit of csv is 131,072 characters."""
    before = csv.field_size_limit(MAX_DRAWING_LENGTH)
    try:
        yield
    finally:
        csv.field_size_limit(before)
