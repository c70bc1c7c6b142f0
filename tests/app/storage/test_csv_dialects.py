"""CSV files of other programs give the same digits; error messages name row and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.storage.csv_dialects import MAX_DIALECT_ROW_BYTES, detect_dialect, read_any_dataset
from nncore.data.formats import read_dataset as read_plain
from nncore.errors import DataError

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (5, 784))
LABELS = np.array([3, 1, 4, 1, 5])
NAMES = ["label", *(f"größe{n}" for n in range(784))]


def written(path: Path, separator: str = ",", encoding: str = "utf-8", names: bool = True, last: bool = False) -> Path:
    rows = [[str(label), *map(str, pixels)] for label, pixels in zip(LABELS, PIXELS, strict=True)]
    lines = [*([NAMES] if names else []), *rows]
    path.write_text(
        "".join(separator.join([*line[1:], line[0]] if last else line) + "\r\n" for line in lines), encoding, newline=""
    )
    return path


@pytest.mark.parametrize(
    ("separator", "encoding", "names", "last"),
    [
        (",", "utf-8", True, True),
        (",", "utf-16", False, False),
        (";", "utf-8", True, False),
        (";", "latin-1", True, True),
        ("\t", "utf-16", True, True),
        ("|", "utf-8-sig", True, False),
        (" ", "utf-8", False, False),
        ("  ", "latin-1", True, False),
    ],
)
def test_every_dialect_gives_the_same_digits(
    separator: str, encoding: str, names: bool, last: bool, tmp_path: Path
) -> None:
    data = read_any_dataset(written(tmp_path / "digits.csv", separator, encoding, names, last)).training
    np.testing.assert_array_equal(data.labels, LABELS)
    np.testing.assert_array_equal(data.images.reshape(5, 784), PIXELS)
    assert data.source == "digits.csv"


def test_a_plain_csv_file_is_read_by_nncore(tmp_path: Path) -> None:
    path = written(tmp_path / "digits.csv")
    dialect = detect_dialect(path)
    assert dialect is not None
    assert dialect.is_plain
    np.testing.assert_array_equal(read_any_dataset(path).training.images, read_plain(path).training.images)


@pytest.mark.parametrize(
    ("row", "column", "text", "sentence"),
    [
        (2, 0, "10", "digits.csv, row 4, column 1: found '10'; expected a whole number from 0 to 9."),
        (0, 784, "256", "digits.csv, row 2, column 785: found '256'; expected a whole number from 0 to 255."),
        (4, 7, "x", "digits.csv, row 6, column 8: found 'x'; expected a whole number from 0 to 255."),
        (1, 3, "", "digits.csv, row 3, column 4: found nothing; expected a whole number from 0 to 255."),
        (1, 3, "2.5", "digits.csv, row 3, column 4: found '2.5'; expected a whole number from 0 to 255."),
    ],
)
def test_the_message_names_the_invalid_number(row: int, column: int, text: str, sentence: str, tmp_path: Path) -> None:
    path = written(tmp_path / "digits.csv", ";")
    lines = [line.split(";") for line in path.read_text("utf-8").splitlines()]
    lines[row + 1][column] = text
    path.write_text("\n".join(map(";".join, lines)), "utf-8")
    with pytest.raises(DataError) as caught:
        read_any_dataset(path)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace("\n", ";7\n"), "found 786 columns; expected 785"),
        (lambda text: text + "1;2;3\n", "row 7, column 4: found nothing"),
        (lambda text: text + "1;" * 900 + "\n", "cannot be read as a table"),
        (lambda text: text.partition("\n")[0] + "\n", "found a header, but no rows"),
        (lambda text: "a;b\n1;2\n", "found 2 columns; expected 785"),
    ],
    ids=["one column more", "a short row", "a long row", "no rows", "another table"],
)
def test_a_table_of_another_shape_is_rejected(change: object, sentence: str, tmp_path: Path) -> None:
    path = written(tmp_path / "digits.csv", ";")
    assert callable(change)
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(DataError, match=sentence):
        read_any_dataset(path)


def test_rows_with_more_numbers_than_names_are_rejected(tmp_path: Path) -> None:
    path = written(tmp_path / "digits.csv", ";")
    names, _, rows = path.read_text("utf-8").partition("\n")
    path.write_text(f"{names}\n{rows.replace(chr(10), ';7' + chr(10))}", "utf-8")
    with pytest.raises(DataError, match="found 786 columns; expected 785"):
        read_any_dataset(path)


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"no digits here", b"\xff\xfe", b"\n\n"])
def test_a_file_that_is_not_a_table_is_rejected(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "digits.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"digits\.csv"):
        read_any_dataset(tmp_path / "digits.csv")


@pytest.mark.parametrize("begin", ["", "3;1\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_row_without_an_end_is_rejected_before_it_fills_the_memory(begin: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(begin + "1;2;" * MAX_DIALECT_ROW_BYTES, encoding)
    with pytest.raises(DataError, match=f"^a.csv: found a row of more than {MAX_DIALECT_ROW_BYTES:,} bytes"):
        read_any_dataset(path)
