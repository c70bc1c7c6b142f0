"""Tests that leave Digit Lab and come in: as CSV with all that was read, or as UNIPEN ink with the strokes alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nncore.data.formats.files import opened
from nncore.data.formats.unipen import InkSamples, read_ink
from nncore.data.formats.unipen_writer import write_ink
from nncore.errors import DataError, name_of
from nncore.handwriting.personal_test.drawings_csv import read_csv, write_csv
from nncore.handwriting.personal_test.field_checks import MOST_DRAWINGS
from nncore.handwriting.personal_test.result import HandResult, read_test
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink

CSV_SUFFIX, INK_SUFFIX = ".csv", ".unipen"
ME = "my hand"
"""Who wrote, in a UNIPEN file."""


def export_test(result: HandResult, path: Path) -> None:
    """Write a test to `path`, as CSV if that is how its name ends, else as UNIPEN; raises DataError if that fails."""
    if path.suffix.lower() == CSV_SUFFIX:
        write_csv(result, path)
        return
    inks = tuple(drawing.ink for drawing in result.drawings)
    labels = tuple(drawing.prompted for drawing in result.drawings)
    write_ink(InkSamples(inks, labels, (ME,) * len(inks), f"handwriting test of {result.date}"), path)


def import_test(
    path: Path, network: Network | None, *, model: str, date: str, cancelled: Callable[[], bool] = lambda: False
) -> HandResult:
    """A test from a file, CSV or UNIPEN, which its content tells; what a UNIPEN file has as labels was asked for.

    A CSV file that says how its drawings were read is taken at its word; anything else is read by `network`, whose
    name is `model`, and dated `date`. Raises DataError naming the row that is wrong, or if there is no network to read
    with.
    """
    with opened(path) as file:
        start = file.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise DataError(f"{name_of(path)}: the file is empty; expected a handwriting test as CSV or UNIPEN.")
    if start.startswith(b"."):
        written = _from_unipen(path)
    else:
        drawings = read_csv(path)
        if drawings.result is not None:
            return replace(drawings.result, date=drawings.result.date or date)
        written = drawings.written
    if network is None:
        raise DataError(f"{name_of(path)}: holds drawings, and no model is open to read them: open one first.")
    return read_test(network, written, model=model, date=date, cancelled=cancelled)


def _from_unipen(path: Path) -> tuple[tuple[int, Ink], ...]:
    samples = read_ink(path)
    if len(samples) > MOST_DRAWINGS:
        raise DataError(f"{name_of(path)}: has {len(samples):,} samples; expected at most {MOST_DRAWINGS:,}.")
    written = []
    for number, (label, ink) in enumerate(zip(samples.labels, samples.inks, strict=True), start=1):
        if label is None:
            raise DataError(f"{name_of(path)}, sample {number}: has no label; expected the digit that was asked for.")
        written.append((label, ink))
    return tuple(written)
