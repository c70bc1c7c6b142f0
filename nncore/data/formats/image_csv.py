"""Read CSV: one digit per row, the label first, then 784 pixels row by row; with or without a header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.data.formats.files import BYTE_ORDER_MARK, open_data_file, parse_float, require_memory
from nncore.errors import DataError, file_name, printable
from nncore.preprocessing.ink import SIDE
from nncore.reporting.number_text import counted_text

VALUES_PER_ROW = 1 + SIDE * SIDE
ROWS_PARSED_AT_ONCE = 2000
"""Rows in a block that becomes one array; more need more memory and are not faster."""

ROWS_PARSED_ONE_BY_ONE = 8
"""A faulty block with at most this many rows is parsed row by row, to name the faulty one."""
MAX_IMAGE_ROW_BYTES = 2**16
"""More than 785 numbers need. The limit keeps a file without line ends from filling the memory."""

PLAIN_NUMBERS = b'0123456789.+-eE, "\r\n'
LABEL_NAMES = {"label", "class", "digit", "target", "y"}

CsvRow = tuple[int, bytes]
"""The number of a row, counted from 1, and its bytes."""


def read_image_csv(path: Path) -> Dataset:
    """Read a CSV file; pixels are whole numbers from 0 (paper) to 255 (ink), labels from 0 to 9.

    The first row is a header if it does not begin with a number. Empty lines are allowed only after the last row.
    Raises DataError with the row and column of the first error.
    """
    with open_data_file(path) as file:
        # A number takes at least two characters in the file, and one byte here; two while blocks are concatenated.
        require_memory(path, path.stat().st_size)
        rows = _rows(file)
        first = next(rows, None)
        if first is None:
            raise DataError(f"{file_name(path)}: the file has no rows; expected at least 1.")
        titles = _header(first, file_name(path))
        remaining = rows if titles else chain([first], rows)
        blocks = []
        while block := list(islice(remaining, ROWS_PARSED_AT_ONCE)):
            blocks.append(_parse(block, file_name(path), titles))
    if not blocks:
        raise DataError(f"{file_name(path)}: the file has a header, but no rows; expected at least 1.")
    numbers = np.concatenate(blocks)
    return Dataset(numbers[:, 1:].reshape(-1, SIDE, SIDE), numbers[:, 0].astype(np.intp), source=file_name(path))


def _rows(file: BinaryIO) -> Iterator[CsvRow]:
    """Yield the rows; empty lines only if another row follows; rows longer than MAX_IMAGE_ROW_BYTES are cut off."""
    empty = 0
    for number in count(1):
        line = file.readline(MAX_IMAGE_ROW_BYTES + 1)
        if not line:
            return
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        if not line.strip():
            empty += 1
            continue
        yield from ((earlier, b"") for earlier in range(number - empty, number))
        empty = 0
        yield number, line


def _fields(row: CsvRow, name: str) -> list[str]:
    number, line = row
    if len(line) > MAX_IMAGE_ROW_BYTES:
        raise DataError(
            f"{name}, row {number}: the row is longer than {MAX_IMAGE_ROW_BYTES:,} bytes; "
            f"expected {VALUES_PER_ROW} columns."
        )
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name}, row {number}: found the byte {line[error.start]:02X}, which is not valid UTF-8 text."
        ) from error
    return [_unquoted(field.strip()) for field in text.split(",")]


def _unquoted(field: str) -> str:
    return field[1:-1] if len(field) >= 2 and field[0] == field[-1] == '"' else field


def _parse_integer(field: str, maximum: int) -> int | None:
    """Return the number in a field, such as 3, 3.0 or 3e0; None if it is not a whole number from 0 to `maximum`."""
    number = parse_float(field)
    return int(number) if number is not None and 0 <= number <= maximum and number == int(number) else None


def _header(row: CsvRow, name: str) -> list[str] | None:
    """Return the names of the columns if the first row is a header; None if it is data."""
    fields = _fields(row, name)
    # A row of pixels with an error in its label must not pass as a header: it would be lost without a message.
    pixels = sum(_parse_integer(field, 255) is not None for field in fields[1:])
    if parse_float(fields[0]) is not None or 2 * pixels >= len(fields) - 1:
        return None
    _check_columns(fields, row[0], name)
    label_column = next((n for n, field in enumerate(fields, start=1) if field.lower() in LABEL_NAMES), 1)
    if label_column > 1:
        raise DataError(
            f'{name}, row 1, column {label_column}: this column is called "{printable(fields[label_column - 1])}"; '
            "expected the label in column 1."
        )
    return fields


def _check_columns(fields: Sequence[str], number: int, name: str) -> None:
    if len(fields) == VALUES_PER_ROW:
        return
    columns = counted_text(len(fields), "column")
    expected = f"expected {VALUES_PER_ROW}: the label and 784 pixels"
    separator = next((mark for mark in ";\t| " if len(fields) == 1 and fields[0].count(mark) > 1), None)
    if separator:
        expected += f', separated by ",", not by "{printable(separator)}"'
    raise DataError(f"{name}, row {number}: found {columns}; {expected}.")


def _parse(rows: list[CsvRow], name: str, titles: list[str] | None) -> NDArray[np.uint8]:
    """Return the numbers (rows, 785) of some rows; titles: the names of the columns if there is a header.

    If not all rows can be parsed at once, halves are tried: one invalid row must not make two thousand slow.
    """
    numbers = _parse_at_once([line for _, line in rows])
    if numbers is not None:
        return numbers
    if len(rows) <= ROWS_PARSED_ONE_BY_ONE:
        return np.array([_parse_field_by_field(row, name, titles) for row in rows], np.uint8)
    half = len(rows) // 2
    return np.concatenate([_parse(rows[:half], name, titles), _parse(rows[half:], name, titles)])


def _parse_field_by_field(row: CsvRow, name: str, titles: list[str] | None) -> list[int]:
    if not row[1]:
        raise DataError(f"{name}, row {row[0]}: the line is empty; expected the label and 784 pixels.")
    fields = _fields(row, name)
    _check_columns(fields, row[0], name)
    numbers = []
    for column, field in enumerate(fields, start=1):
        maximum = 9 if column == 1 else 255
        number = _parse_integer(field, maximum)
        if number is None:
            title = f' ("{printable(titles[column - 1])}")' if titles else ""
            found = f'"{printable(field)}"' if field else "nothing"
            raise DataError(
                f"{name}, row {row[0]}, column {column}{title}: found {found}; "
                f"expected a whole number from 0 to {maximum}."
            )
        numbers.append(number)
    return numbers


def _parse_at_once(lines: list[bytes]) -> NDArray[np.uint8] | None:
    """Return the numbers (lines, 785) of many lines together, which is fast; None if they need a check field by field.

    np.loadtxt skips empty lines and accepts some text as numbers, so it gets only lines that cannot contain these.
    """
    if any(
        line.count(b",") != VALUES_PER_ROW - 1 or line.count(b'"') % 2 or len(line) > MAX_IMAGE_ROW_BYTES
        for line in lines
    ):
        return None
    text = b"".join(lines)
    if text.translate(None, PLAIN_NUMBERS) or not _quotes_end_fields(text):
        return None
    numbers = _parse_short_integers(text)
    if numbers is None:
        try:
            numbers = np.loadtxt(lines, delimiter=",", quotechar='"', comments=None)
        except (ValueError, OverflowError):
            return None
    if numbers.size != len(lines) * VALUES_PER_ROW:
        return None
    numbers = numbers.reshape(-1, VALUES_PER_ROW)
    valid = (numbers >= 0) & (numbers <= 255) & (numbers == np.floor(numbers))
    return numbers.astype(np.uint8) if valid.all() and (numbers[:, 0] <= 9).all() else None


def _parse_short_integers(text: bytes) -> NDArray[Any] | None:
    """Return all numbers of `text` (n,) if each has one to three digits, with one separator between two; else None.

    Nearly all files are written like this, and it takes a seventh of the time of np.loadtxt.
    """
    text = text.replace(b"\r\n", b"\n").removesuffix(b"\n") + b"\n"
    if text.translate(None, b"0123456789,\n"):
        return None
    characters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(characters < ord("0"))  # the comma or line end after each number
    digits = np.diff(ends, prepend=-1) - 1
    if digits.min() < 1 or digits.max() > 3:
        return None
    values = characters.astype(np.uint16) - ord("0")
    # The ones, tens and hundreds are 1, 2 and 3 characters before the end. If a number has fewer digits, some of these
    # characters do not belong to it; they are multiplied by 0.
    return values[ends - 1] + 10 * values[ends - 2] * (digits > 1) + 100 * values[ends - 3] * (digits > 2)


def _quotes_end_fields(text: bytes) -> bool:
    """Return whether every second quote is the last character of its field, unlike in "1"2, which is not a number.

    The count includes quotes that open a field with a comma in it, but np.loadtxt rejects such a field.
    """
    closing = text.count(b'",') + text.count(b'"\n') + text.count(b'"\r') + text.endswith(b'"')
    return 2 * closing == text.count(b'"')
