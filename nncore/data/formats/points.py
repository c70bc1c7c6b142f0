"""Files with two columns of numbers, x and y: the points of a curve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from nncore.data.curves import LARGEST, MOST_POINTS, CurvePoints
from nncore.data.formats.files import opened
from nncore.errors import DataError, name_of, shown

LONGEST_LINE = 200
"""Characters that two numbers may take in a file."""


def read_points(path: Path) -> CurvePoints:
    """Read a file of two columns, x and y, one point a line, with a comma, semicolon, tab or space between them.

    Where a semicolon or a tab is between them, a comma is a decimal comma. The first line is a header if it holds no
    number. Empty lines are passed over. Raises DataError naming the first line that is wrong.
    """
    name, points = name_of(path), []
    with opened(path) as file:
        for number, line in enumerate(_lines(file, name), start=1):
            fields = _fields(line)
            numbers = [_number(field) for field in fields]
            if not fields or (number == 1 and not any(each is not None for each in numbers)):
                continue
            x, y = numbers if len(numbers) == 2 else (None, None)
            if x is None or y is None:
                raise DataError(f'{name}, line {number}: found "{shown(line.strip())}"; expected two numbers, x and y.')
            points.append((x, y))
            if len(points) > MOST_POINTS:
                raise DataError(f"{name}: holds more points than the {MOST_POINTS:,} that can be fitted.")
    if len(points) < 2:
        raise DataError(f"{name}: holds {len(points)} points; expected at least 2.")
    table = np.array(points, np.float64)
    return CurvePoints(table[:, 0], table[:, 1], name)


def _fields(line: str) -> list[str]:
    if ";" in line or "\t" in line:
        return [field.replace(",", ".") for field in line.replace(";", " ").split()]
    return line.replace(",", " ").split()


def _lines(file: BinaryIO, name: str) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise DataError(f"{name}: found a line of over {LONGEST_LINE} characters; expected two numbers a line.")
        try:
            yield line.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise DataError(f"{name}: is no text; expected two numbers a line, x and y.") from None


def _number(field: str) -> float | None:
    """The number that a field holds; None unless it is finite, within float32."""
    try:
        number = float(field.strip('"'))
    except ValueError:
        return None
    return number if abs(number) < LARGEST and "_" not in field else None
