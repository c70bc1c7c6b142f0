"""The file of a test is read back completely, and an error names its row."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nncore.errors import DataError
from nncore.handwriting.personal_test import jsonl_file as kept
from nncore.handwriting.personal_test.handwriting_test import SKIPPED, HandwritingTest
from nncore.handwriting.personal_test.jsonl_file import (
    NewerTestFileError,
    Summary,
    read_result,
    read_summary,
    read_unfinished,
    write_result,
    write_unfinished,
)
from nncore.handwriting.personal_test.result import HandwritingTestResult, ReadDrawing
from nncore.preprocessing.ink import Ink
from tests.nncore.handwriting.personal_test.samples import DATE, assert_same, assert_same_ink, ink, result, rewrite


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "test.jsonl"
    write_result(result(), path)
    return path


def error_message(path: Path) -> str:
    with pytest.raises(DataError) as error:
        read_result(path)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_result_is_read_back_completely(file: Path) -> None:
    assert_same(read_result(file), result())


def test_the_summary_reads_the_first_row_only(file: Path) -> None:
    first = file.read_text(encoding="utf-8").split("\n")[0]
    file.write_text(first + "\nnot even JSON", encoding="utf-8")
    assert read_summary(file) == Summary(DATE, "convnet", 2, 4)


def test_a_drawing_of_a_hundred_thousand_points_is_read_back(tmp_path: Path) -> None:
    scribble = Ink((np.random.default_rng(0).random((100_000, 2), np.float32),))
    before = HandwritingTestResult((ReadDrawing(3, scribble, np.full(10, 0.1, np.float32), "unsure"),), DATE, "m")
    write_result(before, tmp_path / "long.jsonl")
    assert_same(read_result(tmp_path / "long.jsonl"), before)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"digitlab-hand-test"', '"something"', "this is not a handwriting test"),
        ('"count": 4', '"count": 0', "row 1: 2 of 0 were read correctly"),
        ('"right": 2', '"right": "2\\n"', "were read correctly; expected whole numbers"),
        ('"date": "2026', '"date": "20-26', "row 1: the date is"),
        ('"prompted": 7', '"prompted": 17', 'row 2: the requested digit is "17"'),
        ('"verdict": "unsure"', '"verdict": 5', 'row 3: the verdict is "5"'),
        ('"verdict": "unsure"', '"verdict": "digit', "row 3: this is not a row of a handwriting test"),
        ('"strokes": "', '"strokes": "nan ', "row 2: stroke 1 has 11 numbers"),
        ('"strokes": "', '"strokes": "nan 1 ', "row 2: stroke 1, point 1 is"),
        ('"strokes"', '"stroke"', "row 2: the text strokes is missing"),
        ('"probabilities": [', '"probabilities": [0.5, ', "row 2: the probabilities are invalid"),
        ('"probabilities": [', '"probabilities": 5, "p": [', "row 2: the list probabilities is missing"),
        ('"right": 2', '"right": 3', "2 of 4 drawings were read correctly; the first row says 3 of 4"),
        ('"prompted": 0', '"prompted": NaN', 'row 5: the requested digit is "nan"'),
    ],
)
def test_an_error_is_reported_with_its_row(file: Path, old: str, new: str, message: str) -> None:
    rewrite(file, old, new)
    assert f"{file.name}" in error_message(file)
    assert message in error_message(file)
    assert len(error_message(file).splitlines()) == 1


def test_a_truncated_file_is_rejected(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: content.rindex(b'{"prompted"')])
    assert "3 drawings" in error_message(file)
    file.write_bytes(b"")
    assert "this is not a handwriting test" in error_message(file)


def test_a_newer_file_is_distinguished_from_a_damaged_one(file: Path) -> None:
    rewrite(file, '"version": 1', '"version": 2')
    with pytest.raises(NewerTestFileError, match="update Digit Lab to read this file"):
        read_summary(file)


def test_a_huge_file_is_rejected_before_it_is_read(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "huge.jsonl"
    huge.touch()
    os.truncate(huge, 3 * 10**11)
    assert "the file is too large; expected at most 256,000,000" in error_message(huge)
    write_result(HandwritingTestResult(result().drawings * 3, DATE, "m"), file)
    monkeypatch.setattr(kept, "MAX_DRAWINGS", 10)
    assert "row 12: this is not a row" in error_message(file)
    monkeypatch.setattr(kept, "MAX_LINE_LENGTH", 100)
    assert "row 1: this is not a row" in error_message(file)


@settings(max_examples=60)
@given(place=st.floats(0, 0.9999), junk=st.binary(max_size=6), cut=st.integers(0, 6))
def test_a_damaged_file_is_read_or_rejected_with_a_message(
    tmp_path_factory: pytest.TempPathFactory, place: float, junk: bytes, cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.jsonl"
    write_result(result(), path)
    content = path.read_bytes()
    at = int(place * len(content))
    path.write_bytes(content[:at] + junk + content[at + cut :])
    message = "damaged.jsonl"
    try:
        read_result(path)
    except DataError as problem:
        message = str(problem)
    assert message.startswith("damaged.jsonl")


def test_an_unfinished_test_is_read_back_with_its_skipped_drawings(tmp_path: Path) -> None:
    path = tmp_path / "unfinished.jsonl"
    test = HandwritingTest((3, 8, 1)).with_drawing(ink(1)).with_drawing(SKIPPED)
    write_unfinished(test, path)
    assert read_unfinished(path).present.is_blank
    write_unfinished(replace(test, present=ink(2)), path)
    back = read_unfinished(path)
    assert_same_ink(back.present, ink(2))
    assert back.prompts == (3, 8, 1)
    assert len(back.drawings) == 2
    for one, other in zip(back.drawings, test.drawings, strict=True):
        assert_same_ink(one, other)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[3, 8, 1]", "[3]", "found 2 drawings, but 1 requested digit"),
        ("[3, 8, 1]", "[3, 8, 11]", 'row 1: the requested digit is "11"'),
        ("[3, 8, 1]", '[3, 8, 1], "present": 7', "row 1: the text present is missing"),
        ("unfinished", "finished", "this is not a handwriting test"),
        ('"strokes": "', '"strokes": "x ', "row 2: stroke 1 does not consist of numbers"),
    ],
)
def test_a_damaged_unfinished_test_is_rejected(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "test.jsonl"
    write_unfinished(HandwritingTest((3, 8, 1), (ink(1), ink(2))), path)
    rewrite(path, old, new)
    with pytest.raises(DataError, match=message):
        read_unfinished(path)


def test_a_path_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="could not be saved"):
        write_result(result(), tmp_path / "file" / "test.jsonl")
