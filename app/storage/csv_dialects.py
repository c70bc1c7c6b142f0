"""Data files as `nncore.data.formats` reads them, and CSV files in other dialects, which pandas reads. Imports no Qt.

A dialect may have semicolons, tabs, bars or spaces between the numbers, text in UTF-16 or Latin-1 as spreadsheets write
it, and the label in any column that is named as a label (in OpenML's files, the last one).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset, Splits
from nncore.data.formats import read_dataset as read_plain_dataset
from nncore.data.formats.files import ShortRows, open_data_file, require_memory
from nncore.data.formats.image_csv import LABEL_NAMES, MAX_IMAGE_ROW_BYTES, ROWS_PARSED_AT_ONCE, VALUES_PER_ROW
from nncore.errors import DataError, file_name, printable
from nncore.preprocessing.ink import SIDE
from nncore.reporting.number_text import counted_text

if TYPE_CHECKING:
    from pandas import DataFrame

SEPARATORS = ",;\t| "
MAX_DIALECT_ROW_BYTES = 2 * MAX_IMAGE_ROW_BYTES
"""UTF-16 takes two bytes for a character."""

TABLE_SUFFIXES = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written. label: the label column, from 0. has_header: whether the first row has names."""

    separator: str
    encoding: str
    label: int
    has_header: bool

    @property
    def is_plain(self) -> bool:
        """Whether nncore can read the file; its error messages name row and column."""
        return (self.separator, self.encoding, self.label) == (",", "utf-8-sig", 0)


def read_any_dataset(path: Path, mapped: bool | None = None) -> Splits:
    """Read a data set like `nncore.data.formats.read_dataset`, and from CSV in other dialects. Raises DataError."""
    dialect = detect_dialect(path) if path.suffix.lower() in TABLE_SUFFIXES and path.is_file() else None
    if dialect is None or dialect.is_plain or mapped:
        return read_plain_dataset(path, mapped)
    return Splits(_read(path, dialect))


def detect_dialect(path: Path) -> Dialect | None:
    """The dialect of the first line; None if it is not a row of a table."""
    with open_data_file(path) as file:
        start = file.read(MAX_IMAGE_ROW_BYTES)
    encoding = "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeDecodeError:
        text, encoding = start.decode("latin-1"), "latin-1"
    line = text.partition("\n")[0].strip()
    separator = max(SEPARATORS, key=line.count)
    fields = [field.strip(' "').lower() for field in (line.split() if separator == " " else line.split(separator))]
    if len(fields) < 2 or "\0" in line:
        return None
    label = next((index for index, field in enumerate(fields) if field in LABEL_NAMES), 0)
    numbers = sum(field.replace(".", "", 1).isdigit() for field in fields)
    return Dialect(separator, encoding, label, 2 * numbers < len(fields))


def _read(path: Path, dialect: Dialect) -> Dataset:
    import pandas  # imported here, because it takes a few tenths of a second

    require_memory(path, path.stat().st_size)
    blocks = []
    try:
        separator = r"\s+" if dialect.separator == " " else dialect.separator
        with open_data_file(path) as file, pandas.read_csv(
            ShortRows(file, file_name(path), MAX_DIALECT_ROW_BYTES), sep=separator, encoding=dialect.encoding,
            header=0 if dialect.has_header else None, chunksize=ROWS_PARSED_AT_ONCE, skip_blank_lines=False,
        ) as frames:  # fmt: skip
            for frame in frames:
                blocks.append(_numbers(frame, dialect, file_name(path)))
    except DataError:
        raise
    except (OSError, ValueError) as problem:  # pandas' own errors are ValueErrors
        raise DataError(f"{file_name(path)}: cannot be read as a table ({printable(str(problem), 200)}).") from None
    if not sum(map(len, blocks)):
        raise DataError(f"{file_name(path)}: found a header, but no rows; expected at least 1.")
    numbers = np.concatenate(blocks)
    return Dataset(numbers[:, 1:].reshape(-1, SIDE, SIDE), numbers[:, 0].astype(np.intp), source=file_name(path))


def _numbers(frame: DataFrame, dialect: Dialect, name: str) -> NDArray[np.uint8]:
    """The rows as (rows, 785) uint8, the label first; raises DataError for the first invalid number."""
    import pandas

    if frame.shape[1] != VALUES_PER_ROW or not isinstance(frame.index, pandas.RangeIndex):
        columns = frame.shape[1] + frame.index.nlevels * (not isinstance(frame.index, pandas.RangeIndex))
        raise DataError(
            f"{name}: found {counted_text(columns, 'column')}; expected {VALUES_PER_ROW}: the label and 784 pixels."
        )
    # Missing values and texts become NaN, which fails every comparison below, so they count as invalid.
    numbers = frame.apply(pandas.to_numeric, errors="coerce").to_numpy(np.float64)
    highest = np.full(VALUES_PER_ROW, 255)  # of each column: a pixel, or the label
    highest[dialect.label] = 9
    invalid = np.argwhere(~((numbers >= 0) & (numbers <= highest) & (numbers == np.floor(numbers))))
    if invalid.size:
        row, column = invalid[0]
        found = "nothing" if frame.isna().iat[row, column] else repr(printable(str(frame.iat[row, column])))
        raise DataError(
            f"{name}, row {frame.index[row] + 1 + dialect.has_header}, column {column + 1}: found {found}; "
            f"expected a whole number from 0 to {highest[column]}."
        )
    order = [dialect.label, *np.delete(np.arange(VALUES_PER_ROW), dialect.label)]
    ordered: NDArray[np.uint8] = numbers[:, order].astype(np.uint8)
    return ordered
