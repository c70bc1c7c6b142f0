"""Strokes that are written as UNIPEN are read back with the same bits, and only readable ones are written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.data.formats import InkSamples, read_ink
from nncore.data.formats.unipen_writer import MAX_COMMENT_LENGTH, read_comments, write_ink
from nncore.errors import DataError
from nncore.preprocessing.ink import Ink
from nncore.system.reading_budget import MAX_INK_SAMPLES


def samples(*inks: Ink, labels: tuple[int | None, ...] = (), writers: tuple[str, ...] = ()) -> InkSamples:
    count = len(inks)
    return InkSamples(inks, labels or (3,) * count, writers or ("",) * count, "test")


def ink(*strokes: object) -> Ink:
    return Ink(tuple(np.array(stroke, np.float32) for stroke in strokes))


def bits(inks: tuple[Ink, ...]) -> list[list[bytes]]:
    """Return the bytes of the strokes. Adding 0 turns -0.0 into 0.0, because reversing y changes the sign of a zero."""
    return [[(stroke + np.float32(0)).tobytes() for stroke in each.strokes] for each in inks]


coordinate = st.floats(-1e6, 1e6, width=32)
stroke = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6)
name = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(lambda text: " ".join(text.split()))
sample = st.tuples(
    st.lists(stroke, min_size=1, max_size=3), st.one_of(st.none(), st.integers(0, 9)), name, st.booleans()
)


@settings(max_examples=100)
@given(chosen=st.lists(sample, min_size=1, max_size=5))
def test_written_ink_is_read_back_with_the_same_bits(
    chosen: list[tuple[list[list[tuple[float, float]]], int | None, str, bool]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "round trip.unipen"
    written = samples(
        *(ink(*strokes) for strokes, _, _, _ in chosen),
        labels=tuple(label for _, label, _, _ in chosen),
        writers=tuple(writer for _, _, writer, _ in chosen),
    )
    comments = ["drawn today" if commented else "" for _, _, _, commented in chosen]
    write_ink(written, path, comments)
    found = read_ink(path)
    assert bits(found.inks) == bits(written.inks)
    assert found.labels == written.labels
    assert found.writers == written.writers
    assert read_comments(path) == comments


def test_the_file_is_unipen_with_y_upwards(tmp_path: Path) -> None:
    path = tmp_path / "pen.unipen"
    bar, crossbar = [[100, 20], [200.5, 20]], [[110, 60]]
    write_ink(samples(ink(bar, crossbar), ink(bar), labels=(7, None), writers=("ann", "")), path, ["read 2"])
    assert path.read_text(encoding="utf-8").splitlines() == [
        ".VERSION 1.0", ".HIERARCHY DIGIT", ".COORD X Y", "",
        ".WRITER_ID ann", '.SEGMENT DIGIT 0-1 ? "7"', ".COMMENT read 2",
        ".PEN_DOWN", "100.0 -20.0", "200.5 -20.0", ".PEN_UP", ".PEN_DOWN", "110.0 -60.0", ".PEN_UP", "",
        ".WRITER_ID", '.SEGMENT DIGIT 2-2 ? "?"', ".PEN_DOWN", "100.0 -20.0", "200.5 -20.0", ".PEN_UP",
    ]  # fmt: skip


def test_a_name_or_comment_becomes_one_line_of_limited_length(tmp_path: Path) -> None:
    path = tmp_path / "pen.unipen"
    write_ink(samples(ink([[0, 0]]), writers=("ann\n.PEN_DOWN",)), path, ["x" * 70_000])
    assert read_ink(path).writers == ("ann .PEN_DOWN",)
    assert read_comments(path) == ["x" * MAX_COMMENT_LENGTH]


far: NDArray[np.float32] = np.array([[2e6, 0]], np.float32)


@pytest.mark.parametrize(
    ("written", "comments", "message"),
    [
        (samples(), [], "there are 0 samples to write; expected 1 to 100,000"),
        (samples(ink([[0, 0]]), Ink(())), [], "Sample 2 is blank"),
        (samples(Ink((far,))), [], "Sample 1 reaches to 2000000; expected coordinates from -1,000,000"),
        (samples(ink([[0, 0]])), ["7 12 224"], 'comment "7 12 224" would be read as a writer'),
    ],
)
def test_samples_that_could_not_be_read_back_are_not_written(
    written: InkSamples, comments: list[str], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "pen.unipen"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(DataError, match=message):
        write_ink(written, path, comments)
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("label", [10, -1])
def test_a_label_that_is_no_digit_is_not_written(label: int, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"Sample 2 has the label {label}; expected a digit from 0 to 9"):
        write_ink(samples(ink([[0, 0]]), ink([[0, 0]]), labels=(3, label)), tmp_path / "pen.unipen")
    assert not (tmp_path / "pen.unipen").exists()


def test_more_samples_than_can_be_read_are_not_written(tmp_path: Path) -> None:
    many = samples(*(ink([[0, 0]]),) * (MAX_INK_SAMPLES + 1))
    with pytest.raises(DataError, match="there are 100,001 samples to write; expected 1 to 100,000"):
        write_ink(many, tmp_path / "pen.unipen")


def test_a_full_disk_is_reported_and_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "pen.unipen"
    write_ink(samples(ink([[0, 0]])), path)
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"pen\.unipen: could not be saved \(No space left on device\)"):
        write_ink(samples(ink([[5, 5]])), path)
    assert path.read_bytes() == before
