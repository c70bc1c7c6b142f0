"""Read UNIPEN, a format for pen strokes as recorded by a tablet.

    .SEGMENT DIGIT 0-1 ? "8"      a new sample: the numbers of its strokes, its label
    .COMMENT 8 12 224             label, writer, running number (in the UCI pen digits)
    .PEN_DOWN                     a stroke begins; the following lines are "x y", with y upwards
    .PEN_UP                       the stroke ends

Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", ICPR 1994.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS, Dataset
from nncore.data.formats.files import BYTE_ORDER_MARK, numbered_rows, open_data_file, require_memory
from nncore.errors import DataError, file_name, printable
from nncore.preprocessing.ink import SIDE, Ink, rasterize
from nncore.system.reading_budget import (
    BLOCK_BYTES,
    MAX_INK_SAMPLES,
    SECONDS_PER_DRAWING,
    extend_time,
    part_of_reading,
    report_progress,
    time_budget,
)

MAX_UNIPEN_LINE_BYTES = 2**16
MAX_COORDINATE = 1e6
"""Largest absolute value of a coordinate; no tablet has larger ones."""

UNIPEN_MEMORY_PER_BYTE = 16
"""Largest number of bytes in memory per byte of the file: a stroke of one point takes 20 bytes there and 300 here."""

LABEL = re.compile(r'"([^"]*)"')
DELINEATION = re.compile(r"\S+\s+(\d{1,9})(?:-(\d{1,9}))?(?:\s|$)")
KEYWORD_ROW = re.compile(rb"^[^\S\n]*\.[^\n]*\n?", re.MULTILINE)
PLAIN_POINTS = re.compile(rb"(?:[-+.0-9eE]+[ \t]+[-+.0-9eE]+[ \t]*\r?\n)+")
"""Rows of two numbers each, as nearly all files have them; together they take a fifth of the time."""

UCI_COMMENT = re.compile(r"\d+\s+(\d+)\s+\d+\s*")


@dataclass(frozen=True, eq=False)
class InkSamples:
    """Samples of pen strokes with labels and writers; all tuples have the same length.

    Attributes:
        inks: the strokes, y down.
        labels: 0 to 9, or None if unknown.
        writers: a name, or "" if unknown.
        source: where the samples come from, as text for people.
    """

    inks: tuple[Ink, ...]
    labels: tuple[int | None, ...]
    writers: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        return len(self.inks)

    def to_dataset(self) -> Dataset:
        """Draw every labelled sample like ink on the canvas; 0.2 to 0.4 ms each. Raises DataError if none has a label.

        It reports its progress and can be cancelled; see `nncore.system.reading_budget`.
        """
        labelled = [(ink, label) for ink, label in zip(self.inks, self.labels, strict=True) if label is not None]
        if not labelled:
            raise DataError(f"{self.source}: found no sample with a label; expected at least 1.")
        images = np.empty((len(labelled), SIDE, SIDE), np.uint8)
        for index, (ink, _) in enumerate(labelled):
            report_progress(index / len(labelled))
            images[index] = rasterize(ink)
        return Dataset(images, np.array([label for _, label in labelled], np.intp), source=self.source)


READING_FRACTION = 0.2
"""Fraction of the time of `read_ink_dataset` in which the file is read; in the rest, its ink is drawn as images."""

READING_BYTES_FRACTION = 0.05
"""Fraction of the time of `read_ink` in which the bytes are read; in the rest, their rows are parsed."""


def read_ink_dataset(path: Path) -> Dataset:
    """Read a UNIPEN file as images, like `read_ink` and `to_dataset`; drawing has a budget of time, too."""
    with part_of_reading(0, READING_FRACTION):
        samples = read_ink(path)
    with part_of_reading(READING_FRACTION, 1), time_budget(samples.source, 0):
        extend_time(SECONDS_PER_DRAWING * len(samples))
        return samples.to_dataset()


def read_ink(path: Path) -> InkSamples:
    """Read a UNIPEN file of digits, each a .SEGMENT followed by its strokes.

    Other keywords, coordinates while the pen is up, and columns other than X and Y are ignored. X and Y are the first
    two columns unless .COORD says otherwise. Raises DataError with the number of the wrong row, or for more than
    MAX_INK_SAMPLES samples.
    """
    with open_data_file(path) as file:
        require_memory(path, UNIPEN_MEMORY_PER_BYTE * path.stat().st_size)
        samples = sum(block.count(b".SEGMENT") for block in iter(lambda: file.read(BLOCK_BYTES), b""))
        if samples > MAX_INK_SAMPLES:
            raise DataError(
                f"{file_name(path)}: found {samples:,} samples; expected at most {MAX_INK_SAMPLES:,}; "
                "store them as images in IDX or NPZ."
            )
        extend_time(SECONDS_PER_DRAWING * samples)
        file.seek(0)
        with part_of_reading(0, READING_BYTES_FRACTION):
            content = file.read().removeprefix(BYTE_ORDER_MARK)
        parser = _Parser(file_name(path))
        with part_of_reading(READING_BYTES_FRACTION, 1):
            parser.parse(content)
        return parser.finish()


class _Parser:
    """Parses a UNIPEN file row by row; keeps the samples so far and the state of the current one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.inks: list[Ink] = []
        self.labels: list[int | None] = []
        self.writers: list[str] = []
        self.x_column, self.y_column = 0, 1
        self.writer = ""
        self.segment_row = 0
        """The row where the sample began; 0 before the first sample."""
        self.expected_strokes: int | None = None
        self.strokes: list[NDArray[np.float32]] = []
        self.stroke_row = 0
        """The row where the pen went down; 0 while it is up."""
        self.numbers: list[float] = []
        """x and y of each point of the stroke."""

    def parse(self, content: bytes) -> None:
        """Parse a whole file: the rows with keywords one by one, and the points between two of them together."""
        row = 1
        start = 0
        for keyword in KEYWORD_ROW.finditer(content):
            report_progress(start / len(content))
            row = self._parse_run(row, content[start : keyword.start()])
            row = self._parse_keyword(row, keyword[0])
            start = keyword.end()
        self._parse_run(row, content[start:])

    def _parse_run(self, row: int, run: bytes) -> int:
        """Parse rows without keywords, the first of which is `row`; returns the number of the row after them."""
        if not run:
            return row
        if not PLAIN_POINTS.fullmatch(run) or (self.x_column, self.y_column) != (0, 1):
            return self._parse_rows(row, run)
        if self.stroke_row:
            try:
                numbers = [float(number) for number in run.split()]
            except ValueError:  # such as "1e"
                return self._parse_rows(row, run)
            if not (min(numbers) >= -MAX_COORDINATE and max(numbers) <= MAX_COORDINATE):
                return self._parse_rows(row, run)
            self.numbers += numbers
        return row + run.count(b"\n")

    def _parse_rows(self, row: int, rows: bytes) -> int:
        """Parse any rows one by one; returns the number of the row after them."""
        lines = numbered_rows(io.BytesIO(rows), self.name, MAX_UNIPEN_LINE_BYTES, "UNIPEN ink", row)
        for number, content in lines:
            report_progress(0)  # only for the time and for cancelling
            line = content.decode(errors="replace").strip()
            if line.startswith("."):  # after a space that ASCII does not have
                self._parse_keyword(number, content)
            elif self.stroke_row and line:
                self.numbers += self._point(number, line)
        return row + rows.count(b"\n")

    def _parse_keyword(self, row: int, content: bytes) -> int:
        """Parse a row with a keyword; returns the number of the next row."""
        if len(content) > MAX_UNIPEN_LINE_BYTES:
            return self._parse_rows(row, content)  # raises the error
        # Comments may have any encoding; everything that is used here is ASCII.
        keyword, rest = [*content.decode(errors="replace").strip().split(maxsplit=1), ""][:2]
        if keyword == ".SEGMENT":
            self._begin_sample(row, rest)
        elif keyword == ".PEN_DOWN":
            self._pen_down(row)
        elif keyword == ".PEN_UP":
            self._pen_up()
        elif keyword == ".COORD":
            self._set_columns(row, rest)
        elif keyword == ".WRITER_ID":
            self.writer = rest
        elif keyword == ".COMMENT" and self.segment_row and (comment := UCI_COMMENT.fullmatch(rest)):
            self.writers[-1] = comment[1]
        return row + 1

    def finish(self) -> InkSamples:
        """End the last sample and return all of them."""
        if not self.segment_row:
            raise DataError(f'{self.name}: found no .SEGMENT; expected UNIPEN ink: .SEGMENT DIGIT 0-1 ? "8".')
        self._end_sample()
        return InkSamples(tuple(self.inks), tuple(self.labels), tuple(self.writers), self.name)

    def _begin_sample(self, row: int, rest: str) -> None:
        if self.segment_row:
            self._end_sample()
        quoted = LABEL.search(rest)
        label = quoted[1].strip() if quoted else "?"
        if label not in ("", "?", *DIGITS):
            raise DataError(
                f'{self.name}, row {row}: found the label "{printable(label)}"; expected a digit from 0 to 9.'
            )
        self.segment_row = row
        self.labels.append(int(label) if label in DIGITS else None)
        self.writers.append(self.writer)
        span = DELINEATION.match(rest)
        self.expected_strokes = int(span[2] or span[1]) - int(span[1]) + 1 if span else None

    def _end_sample(self) -> None:
        self._check_lifted()
        found, expected = len(self.strokes), self.expected_strokes
        if not found or (expected is not None and found != expected):
            raise DataError(
                f"{self.name}, row {self.segment_row}: found {found} strokes for this .SEGMENT; "
                f"expected {'at least 1' if expected is None else expected}."
            )
        self.inks.append(Ink(tuple(self.strokes)))
        self.strokes = []

    def _check_lifted(self) -> None:
        if self.stroke_row:
            raise DataError(f"{self.name}, row {self.stroke_row}: found a .PEN_DOWN without its .PEN_UP.")

    def _pen_down(self, row: int) -> None:
        self._check_lifted()
        if not self.segment_row:
            raise DataError(f"{self.name}, row {row}: found a .PEN_DOWN before the first .SEGMENT.")
        self.stroke_row = row

    def _pen_up(self) -> None:
        if not self.stroke_row:
            return
        if not self.numbers:
            raise DataError(f'{self.name}, row {self.stroke_row}: found a stroke without points; expected "x y" lines.')
        points = np.array(self.numbers, np.float32).reshape(-1, 2)
        points[:, 1] *= -1  # y points upwards in the file and downwards in Ink
        self.strokes.append(points)
        self.numbers = []
        self.stroke_row = 0

    def _point(self, row: int, line: str) -> tuple[float, float]:
        fields = line.split()
        try:
            x, y = float(fields[self.x_column]), float(fields[self.y_column])
        except (IndexError, ValueError):
            x = y = float("nan")
        if not (abs(x) <= MAX_COORDINATE and abs(y) <= MAX_COORDINATE):
            raise DataError(
                f'{self.name}, row {row}: found "{printable(line)}"; '
                f"expected x and y, two numbers from {-MAX_COORDINATE:,.0f} to {MAX_COORDINATE:,.0f}."
            )
        return x, y

    def _set_columns(self, row: int, rest: str) -> None:
        names = rest.upper().split()
        if "X" not in names or "Y" not in names:
            raise DataError(
                f'{self.name}, row {row}: found .COORD "{printable(rest)}"; expected X and Y among its columns.'
            )
        self.x_column, self.y_column = names.index("X"), names.index("Y")
