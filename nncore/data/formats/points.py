"""Read files with two columns of numbers, x and y: the points of a curve."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nncore.data.curves import MAX_FLOAT32, MAX_POINTS, CurvePoints
from nncore.data.formats.files import numbered_rows, open_data_file, parse_float
from nncore.errors import DataError, file_name, printable
from nncore.reporting.number_text import counted_text

MAX_POINT_ROW_BYTES = 200
"""More than two numbers need."""


def read_points(path: Path) -> CurvePoints:
    """Read a file of two columns, x and y, one point per row, separated by a comma, semicolon, tab or space.

    If the separator is a semicolon or a tab, commas are decimal commas. The first row is a header if it contains no
    number. Empty rows are ignored. Raises DataError with the number of the first invalid row.
    """
    name, points = file_name(path), []
    with open_data_file(path) as file:
        for row, content in numbered_rows(file, name, MAX_POINT_ROW_BYTES, "two numbers, x and y"):
            try:
                line = content.decode()
            except UnicodeDecodeError:
                raise DataError(f"{name}: this is not a text file; expected two numbers per row, x and y.") from None
            fields = _fields(line)
            numbers = [parse_float(field.strip('"')) for field in fields]
            if not fields or (row == 1 and not any(each is not None for each in numbers)):
                continue
            x, y = numbers if len(numbers) == 2 else (None, None)
            if x is None or y is None or not (abs(x) < MAX_FLOAT32 and abs(y) < MAX_FLOAT32):
                raise DataError(f'{name}, row {row}: found "{printable(line.strip())}"; expected two numbers, x and y.')
            points.append((x, y))
            if len(points) > MAX_POINTS:
                raise DataError(f"{name}: found more than {MAX_POINTS:,} points; expected at most {MAX_POINTS:,}.")
    if len(points) < 2:
        raise DataError(f"{name}: found {counted_text(len(points), 'point')}; expected at least 2.")
    table = np.array(points, np.float64)
    return CurvePoints(table[:, 0], table[:, 1], name)


def _fields(line: str) -> list[str]:
    if ";" in line or "\t" in line:
        return [field.replace(",", ".") for field in line.replace(";", " ").split()]
    return line.replace(",", " ").split()
