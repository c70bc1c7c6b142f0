"""Read files with two columns of numbers, x and y: the points of a curve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from nncore.data.curves import LARGEST_FLOAT32, MOST_POINTS, CurvePoints
from nncore.data.formats.files import opened
from nncore.errors import DataError, file_name, printable

LONGEST_LINE = 200
"""Bytes in a line, at most."""


def read_points(path: Path) -> CurvePoints:
    """Read a file of two columns, x and y, one point per line, separated by a comma, semicolon, tab or space.

    If the separator is a semicolon or a tab, commas are decimal commas. The first line is a header if it contains no
    number. Empty lines are ignored. Raises DataError with the number of the first wrong line.
    """
    name, points = file_name(path), []
    with opened(path) as file:
        for number, line in enumerate(_lines(file, name), start=1):
            fields = _fields(line)
            numbers = [_number(field) for field in fields]
            if not fields or (number == 1 and not any(each is not None for each in numbers)):
                continue
            x, y = numbers if len(numbers) == 2 else (None, None)
            if x is None or y is None:
                raise DataError(
                    f'{name}, line {number}: found "{printable(line.strip())}"; expected two numbers, x and y.'
                )
            points.append((x, y))
            if len(points) > MOST_POINTS:
                raise DataError(f"{name}: found more than {MOST_POINTS:,} points; expected at most {MOST_POINTS:,}.")
    if len(points) < 2:
        raise DataError(f"{name}: found {len(points)} points; expected at least 2.")
    table = np.array(points, np.float64)
    return CurvePoints(table[:, 0], table[:, 1], name)


def _fields(line: str) -> list[str]:
    if ";" in line or "\t" in line:
        return [field.replace(",", ".") for field in line.replace(";", " ").split()]
    return line.replace(",", " ").split()


def _lines(file: BinaryIO, name: str) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise DataError(f"{name}: a line is longer than {LONGEST_LINE} characters; expected two numbers per line.")
        try:
            yield line.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise DataError(f"{name}: this is not a text file; expected two numbers per line, x and y.") from None


def _number(field: str) -> float | None:
    """Return the number in a field; None if it is not a finite number within float32."""
    try:
        number = float(field.strip('"'))
    except ValueError:
        return None
    return number if abs(number) < LARGEST_FLOAT32 and "_" not in field else None
