"""UNIPEN files give strokes with label and writer, as dialects of the format write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nncore.data.formats import InkSamples, read_ink
from nncore.errors import DataError
from nncore.preprocessing.ink import rasterize
from nncore.system.reading_budget import MAX_INK_SAMPLES
from tests.nncore.data.formats.conftest import check_read_or_data_error
from tests.nncore.mutation import Mutation, mutated, mutations

SEVEN_AND_ONE = """.INCLUDE        dene.doc

.LEXICON "0" "1" "2" "3" "4" "5" "6" "7" "8" "9"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0-1 ? "7"
.COMMENT 7 12  224
.PEN_DOWN
 100  300
 200  300
 140  100
.PEN_UP
.DT 100
.PEN_DOWN
 110  200
 180  200
.PEN_UP
.DT 100

.SEGMENT DIGIT 2 ? "1"
.COMMENT 1 30  225
.PEN_DOWN
 50  300
 50  100
.PEN_UP
.DT 100
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pen.unipen"


def read(file: Path, text: str) -> InkSamples:
    file.write_text(text, encoding="utf-8")
    return read_ink(file)


def error_message(file: Path, text: str) -> str:
    with pytest.raises(DataError) as error:
        read(file, text)
    return str(error.value)


def test_samples_have_strokes_label_and_writer_with_y_downwards(file: Path) -> None:
    samples = read(file, SEVEN_AND_ONE)
    assert len(samples) == 2
    assert samples.labels == (7, 1)
    assert samples.writers == ("12", "30")
    assert samples.source == "pen.unipen"
    bar, crossbar = samples.inks[0].strokes
    assert np.array_equal(bar, [[100, -300], [200, -300], [140, -100]])
    assert np.array_equal(crossbar, [[110, -200], [180, -200]])
    assert bar.dtype == np.float32


def test_a_seven_is_drawn_with_its_bar_at_the_top(file: Path) -> None:
    data = read(file, SEVEN_AND_ONE).to_dataset()
    assert list(data.labels) == [7, 1]
    widths = [np.count_nonzero(row) for row in data.images[0] if row.any()]
    assert widths[1] > 2 * widths[-2]


def test_a_dataset_contains_the_labelled_samples_only(file: Path) -> None:
    samples = read(file, SEVEN_AND_ONE.replace('"7"', '"?"'))
    assert samples.labels == (None, 1)
    data = samples.to_dataset()
    assert list(data.labels) == [1]
    assert np.array_equal(data.images[0], rasterize(samples.inks[1]))
    unlabelled = read(file, SEVEN_AND_ONE.replace('"7"', "").replace('"1"', '""'))
    assert unlabelled.labels[0] is None
    with pytest.raises(DataError, match="found no sample with a label"):
        InkSamples(unlabelled.inks, (None, None), unlabelled.writers, "pen").to_dataset()


def test_other_keywords_columns_and_pen_up_points_are_ignored(file: Path) -> None:
    plain = read(file, SEVEN_AND_ONE)
    rich = SEVEN_AND_ONE.replace(" 100  300", "\t100.0 3e2 0.75 1234567890").replace(".DT 100", ".DT 100\n120 250\n")
    rich = ".VERSION 1.0\n.COMMENT free text\nthat goes on\n.COORD X Y P T\n.WRITER_ID ann\n" + rich
    found = read(file, rich.replace("\n", "\r\n"))
    assert found.labels == plain.labels
    for mine, other in zip(found.inks, plain.inks, strict=True):
        for stroke, expected in zip(mine.strokes, other.strokes, strict=True):
            assert np.array_equal(stroke, expected)


def test_a_writer_id_applies_to_all_following_samples(file: Path) -> None:
    text = ".WRITER_ID ann\n" + SEVEN_AND_ONE.replace(".COMMENT 7 12  224", ".COMMENT a fine seven")
    assert read(file, text).writers == ("ann", "30")


def test_coord_gives_the_columns_of_x_and_y(file: Path) -> None:
    samples = read(file, '.COORD T Y X\n.SEGMENT DIGIT 0 ? "1"\n.PEN_DOWN\n0 5 7\n1 6 8\n.PEN_UP\n')
    assert np.array_equal(samples.inks[0].strokes[0], [[7, -5], [8, -6]])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\n 140  100", "\n 140", 'row 11: found "140"; expected x and y, two numbers'),
        ("\n 140  100", "\n 140  1x0", 'row 11: found "140  1x0"; expected x and y'),
        ("\n 140  100", "\n nan 3", 'row 11: found "nan 3"; expected x and y'),
        ("\n 140  100", "\n 1e30 3", 'row 11: found "1e30 3"; expected x and y'),
        ('"7"', '"11"', 'row 6: found the label "11"; expected a digit from 0 to 9'),
        ('"7"', '"x"', 'row 6: found the label "x"; expected a digit from 0 to 9'),
        (".PEN_UP\n.DT 100\n.PEN_DOWN\n 110", ".PEN_DOWN\n 110", "row 8: found a .PEN_DOWN without its .PEN_UP"),
        (".PEN_UP\n.DT 100\n\n.SEG", ".SEG", "row 14: found a .PEN_DOWN without its .PEN_UP"),
        (" 50  100\n.PEN_UP\n.DT 100\n", " 50  100\n", "row 22: found a .PEN_DOWN without its .PEN_UP"),
        ("0-1", "0-2", "row 6: found 2 strokes for this .SEGMENT; expected 3"),
        (" 50  300\n 50  100\n", "", "row 22: found a stroke without points"),
        (".PEN_DOWN\n 50  300\n 50  100\n.PEN_UP\n", "", "row 20: found 0 strokes for this .SEGMENT; expected 1"),
        ('.SEGMENT DIGIT    0-1 ? "7"\n', "", "row 7: found a .PEN_DOWN before the first .SEGMENT"),
        (".LEXICON", ".COORD P T\n.LEXICON", 'row 3: found .COORD "P T"; expected X and Y'),
        (".LEXICON", "x" * 70_000 + "\n.LEXICON", "row 3: the row is longer than 65,536 bytes"),
    ],
)
def test_an_error_is_reported_with_its_row(old: str, new: str, message: str, file: Path) -> None:
    assert old in SEVEN_AND_ONE
    assert error_message(file, SEVEN_AND_ONE.replace(old, new)).startswith(f"pen.unipen, {message}")


def test_more_samples_than_can_be_drawn_in_a_minute_are_rejected(file: Path) -> None:
    samples = '.SEGMENT DIGIT 0 ? "8"\n.PEN_DOWN\n1 2\n.PEN_UP\n'
    assert error_message(file, samples * (MAX_INK_SAMPLES + 1)) == (
        "pen.unipen: found 100,001 samples; expected at most 100,000; store them as images in IDX or NPZ."
    )


@pytest.mark.parametrize("text", ["", "label,1x1\n", "\n\n", ".VERSION 1.0\n"])
def test_a_file_without_samples_is_rejected(text: str, file: Path) -> None:
    assert error_message(file, text).startswith("pen.unipen: found no .SEGMENT; expected UNIPEN ink")


def test_a_missing_ink_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        read_ink(tmp_path / "gone.unipen")


strokes = st.lists(st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), min_size=1, max_size=5)


@settings(max_examples=100)
@given(
    samples=st.lists(st.tuples(st.integers(0, 9), st.lists(strokes, min_size=1, max_size=3)), min_size=1, max_size=4)
)
def test_any_ink_that_is_written_can_be_read(
    samples: list[tuple[int, list[list[tuple[int, int]]]]], scratch: Path
) -> None:
    lines = []
    for label, ink in samples:
        lines.append(f'.SEGMENT DIGIT 0-{len(ink) - 1} ? "{label}"')
        for stroke in ink:
            lines += [".PEN_DOWN", *(f"{x} {y}" for x, y in stroke), ".PEN_UP"]
    found = read(scratch / "pen.unipen", "\n".join(lines))
    assert found.labels == tuple(label for label, _ in samples)
    read_back = [[[(x, -y) for x, y in stroke.tolist()] for stroke in ink.strokes] for ink in found.inks]
    assert read_back == [ink for _, ink in samples]


@pytest.mark.parametrize("farthest", ["1000000", "-1000000"])
def test_the_largest_coordinate_is_read_and_a_larger_one_is_rejected(farthest: str, file: Path) -> None:
    for point in (f"{farthest} 3", f"3 {farthest}"):
        text = f'.SEGMENT DIGIT 0 ? "1"\n.PEN_DOWN\n{point}\n.PEN_UP\n'
        x, y = map(float, point.split())
        np.testing.assert_array_equal(read(file, text).inks[0].strokes[0], [[x, -y]])
        assert "from -1,000,000 to 1,000,000" in error_message(file, text.replace("000000", "000001"))


@settings(max_examples=200)
@given(changes=mutations)
def test_mutated_files_are_read_or_rejected(changes: list[Mutation], scratch: Path) -> None:
    content = mutated(SEVEN_AND_ONE.encode(), changes)
    check_read_or_data_error(lambda path: read_ink(path).to_dataset(), scratch / "mutated.unipen", content)
