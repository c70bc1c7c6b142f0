"""Export and import handwriting tests: CSV with all readings, or UNIPEN ink with the strokes alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nncore.data.formats.files import open_data_file
from nncore.data.formats.unipen import InkSamples, read_ink
from nncore.data.formats.unipen_writer import write_ink
from nncore.errors import DataError, file_name
from nncore.handwriting.personal_test.drawings_csv import CsvContent, read_drawings_csv, write_csv
from nncore.handwriting.personal_test.fields import MAX_DRAWINGS
from nncore.handwriting.personal_test.result import HandwritingTestResult, read_test
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink
from nncore.system.reading_budget import watched_reading

CSV_SUFFIX = ".csv"
"""The suffix of a table of drawings, with what the network read."""

INK_SUFFIX = ".unipen"
"""The suffix of a file of strokes in the UNIPEN format."""
TEST_WRITER = "my hand"
"""The name of the writer in a UNIPEN file."""


def export_test(result: HandwritingTestResult, path: Path) -> None:
    """Write a test to `path`: as CSV if it ends with .csv, otherwise as UNIPEN. Raises DataError if that fails."""
    if path.suffix.lower() == CSV_SUFFIX:
        write_csv(result, path)
        return
    inks = tuple(drawing.ink for drawing in result.drawings)
    labels = tuple(drawing.prompted for drawing in result.drawings)
    write_ink(InkSamples(inks, labels, (TEST_WRITER,) * len(inks), f"handwriting test of {result.date}"), path)


def import_test(
    path: Path, network: Network | None, *, model: str, date: str, cancelled: Callable[[], bool] = lambda: False
) -> HandwritingTestResult:
    """Read a test from a CSV or UNIPEN file, recognized by its content; UNIPEN labels are the requested digits.

    If a CSV file contains readings, these are used. Other drawings are read by `network`, with the name `model` and the
    date `date`. Raises DataError with the number of the invalid row, if there is no network to read drawings, or if
    `cancelled()` becomes true.
    """
    with watched_reading(cancelled=cancelled):
        drawings = _drawings_in(path)
    if drawings.result is not None:
        return replace(drawings.result, date=drawings.result.date or date)
    if network is None:
        raise DataError(f"{file_name(path)}: no model is open to read the drawings in this file; open a model first.")
    return read_test(network, drawings.written, model=model, date=date, cancelled=cancelled)


def _drawings_in(path: Path) -> CsvContent:
    with open_data_file(path) as file:
        start = file.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise DataError(f"{file_name(path)}: the file is empty; expected a handwriting test as CSV or UNIPEN.")
    return CsvContent(_from_unipen(path), None) if start.startswith(b".") else read_drawings_csv(path)


def _from_unipen(path: Path) -> tuple[tuple[int, Ink], ...]:
    samples = read_ink(path)
    if len(samples) > MAX_DRAWINGS:
        raise DataError(f"{file_name(path)}: found {len(samples):,} samples; expected at most {MAX_DRAWINGS:,}.")
    written = []
    for number, (label, ink) in enumerate(zip(samples.labels, samples.inks, strict=True), start=1):
        if label is None:
            raise DataError(f"{file_name(path)}, sample {number}: there is no label; expected the requested digit.")
        written.append((label, ink))
    return tuple(written)
