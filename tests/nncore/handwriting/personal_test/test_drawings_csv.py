"""A CSV table of drawings is read back completely, also by pandas, and never contains a formula."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nncore.errors import DataError
from nncore.handwriting.personal_test import drawings_csv as csv_table
from nncore.handwriting.personal_test.drawings_csv import DRAWING_COLUMNS, read_drawings_csv, write_csv
from nncore.handwriting.personal_test.result import HandwritingTestResult, ReadDrawing
from nncore.preprocessing.ink import Ink
from tests.nncore.handwriting.personal_test.samples import DATE, assert_same, assert_same_ink, ink, result, rewrite

FOREIGN = 'strokes,comment,Prompted\n0 0 1 1,"a, b",7\n\n0.5 0 0.5 1 | 0 0,,1\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    write_csv(result(), path)
    return path


def error_message(path: Path) -> str:
    with pytest.raises(DataError) as error:
        read_drawings_csv(path)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_result_is_read_back_completely(file: Path) -> None:
    back = read_drawings_csv(file)
    assert back.result is not None
    assert_same(back.result, result())


def test_pandas_reads_one_row_per_drawing(file: Path) -> None:
    table = pd.read_csv(file)
    assert tuple(table.columns) == DRAWING_COLUMNS
    assert table["prompted"].tolist() == [7, 4, 7, 0]
    assert table["read"].tolist() == ["7", "4", "2", "none"]
    assert table["verdict"].tolist() == ["digit", "unsure", "digit", "not a digit"]
    assert np.allclose(table[[f"p{digit}" for digit in range(10)]].sum(axis=1), 1)


@pytest.mark.parametrize("model", ["=cmd()", "+1", "-x", "@y", "'quoted'", 'a, "b"', "ünï"])
def test_no_model_name_becomes_a_formula_and_each_is_read_back(tmp_path: Path, model: str) -> None:
    path = tmp_path / "x.csv"
    write_csv(result(model=model), path)
    with path.open(encoding="utf-8", newline="") as text:
        assert list(csv.reader(text))[1][2][0] not in "=+-@"
    back = read_drawings_csv(path).result
    assert back is not None
    assert back.model == model


def test_a_file_from_another_program_needs_only_prompted_and_strokes(tmp_path: Path) -> None:
    path = tmp_path / "foreign.csv"
    path.write_text("\ufeff" + FOREIGN, encoding="utf-8")
    drawings = read_drawings_csv(path)
    assert drawings.result is None
    assert [prompted for prompted, _ in drawings.written] == [7, 1]
    line, dot = np.array([(0.5, 0), (0.5, 1)], np.float32), np.zeros((1, 2), np.float32)
    assert_same_ink(drawings.written[1][1], Ink((line, dot)))


def test_a_long_drawing_is_read_back_and_the_limit_of_csv_is_restored(tmp_path: Path) -> None:
    usual = csv.field_size_limit(1000)
    scribble = Ink((np.random.default_rng(0).random((100_000, 2), np.float32),))
    long = HandwritingTestResult((ReadDrawing(3, scribble, np.full(10, 0.1, np.float32), "unsure"),), DATE, "m")
    write_csv(long, tmp_path / "long.csv")
    back = read_drawings_csv(tmp_path / "long.csv").result
    assert back is not None
    assert_same(back, long)
    assert csv.field_size_limit(usual) == 1000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("prompted", "asked", "row 1: found the columns number, date, model, asked"),
        ("strokes", "prompted", "expected prompted and strokes once each"),
        (",7,7,digit", ",x,7,digit", 'row 2: the requested digit is "x"'),
        (",7,7,digit", ",7,3,digit", 'row 2: the column read is "3"; expected "7" from verdict and probabilities'),
        (",7,7,digit", ",7,7,maybe", 'row 2: the verdict is "maybe"'),
        (",7,7,digit", ",7,7,digit,", "row 2: found 18 columns; expected 17"),
        (",7,7,digit,", ",7,7,digit,nan", "row 2: the probabilities are invalid"),
        (",4,4,unsure", ',4,4,"unsure', "row 3: the line is not valid CSV"),
        ("2026-01-31", "31.1.2026 ", "row 2: the date is"),
        (" | ", " | NaN 0 ", "row 2: stroke 2, point 1 is"),
        (" | ", " | 0 ", "row 2: stroke 2 has 11 numbers"),
    ],
)
def test_an_error_is_reported_with_its_row(file: Path, old: str, new: str, message: str) -> None:
    rewrite(file, old, new)
    assert error_message(file).startswith("mine.csv")
    assert message in error_message(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "row 1: found the columns "),
        (b"prompted,strokes\n", "found no drawing"),
        (b"prompted,strokes\n7,\n", "row 2: there are no strokes"),
        (b"prompted,strokes\n7,\xff\xfe\n", "found bytes that are not text"),
        (b"prompted;strokes\n7;0 0 1 1\n", "separated by commas"),
        (b"prompted,strokes\n" + b"7,0 0 1 1\n" * 4, "row 5: found too many drawings; a test can have at most 3"),
    ],
)
def test_files_that_are_not_tests_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.setattr(csv_table, "MAX_DRAWINGS", 3)
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    assert message in error_message(path)


def test_a_huge_file_is_rejected_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "huge.csv"
    huge.touch()
    os.truncate(huge, 3 * 10**11)
    assert "expected at most 256,000,000" in error_message(huge)
    monkeypatch.setattr(csv_table, "MAX_DRAWING_LENGTH", 20)
    path = tmp_path / "long.csv"
    path.write_text(f"prompted,strokes\n7,{'0 1 ' * 20}\n", encoding="utf-8")
    assert "row 2: the line is not valid CSV" in error_message(path)


def test_a_path_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="could not be saved"):
        write_csv(
            HandwritingTestResult((ReadDrawing(1, ink(1), np.full(10, 0.1, np.float32), "digit"),), DATE, "m"),
            tmp_path / "file" / "x.csv",
        )
