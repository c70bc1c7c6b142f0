"""A CSV file with one image per row is read completely, with or without a header; an error names its row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nncore.data.dataset import Dataset
from nncore.data.formats import read_dataset
from nncore.data.formats.image_csv import (
    MAX_IMAGE_ROW_BYTES,
    ROWS_PARSED_AT_ONCE,
    _parse_at_once,
    _parse_short_integers,
)
from nncore.errors import DataError
from tests.nncore.data.formats.conftest import check_read_or_data_error, equal_datasets
from tests.nncore.mutation import Mutation, mutated, mutations

HEADER = ["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))]

Cells = list[list[str]]


def cells_of(digits: Dataset) -> Cells:
    pixels = digits.images.reshape(len(digits), -1)
    return [[str(label), *map(str, row)] for label, row in zip(digits.labels, pixels, strict=True)]


def text_of(cells: Cells) -> str:
    return "".join(",".join(row) + "\n" for row in cells)


def fully_quoted(text: str) -> str:
    return "".join('"' + line.replace(",", '","') + '"\n' for line in text.splitlines())


def read(path: Path, content: str | bytes) -> Dataset:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_dataset(path).training


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "digits.csv"


@pytest.fixture
def cells(digits: Dataset) -> Cells:
    return cells_of(digits)


def test_without_a_header_every_row_is_a_digit(file: Path, digits: Dataset, cells: Cells) -> None:
    assert equal_datasets(read(file, text_of(cells)), digits)


def test_a_header_is_not_read_as_a_digit(file: Path, digits: Dataset, cells: Cells) -> None:
    assert equal_datasets(read(file, text_of([HEADER, *cells])), digits)


def test_a_header_of_column_numbers_is_recognized(file: Path, digits: Dataset, cells: Cells) -> None:
    assert equal_datasets(read(file, text_of([["label", *map(str, range(784))], *cells])), digits)


def test_rows_of_several_blocks_keep_their_order(file: Path, digits: Dataset, cells: Cells) -> None:
    count = 2 * ROWS_PARSED_AT_ONCE + 7
    found = read(file, text_of([cells[i % len(cells)] for i in range(count)]))
    assert np.array_equal(found.labels, digits.labels[np.arange(count) % len(digits)])
    assert np.array_equal(found.images[-1], digits.images[(count - 1) % len(digits)])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.removesuffix("\n"),
        lambda text: text + "\n  \n\r\n",
        lambda text: text.replace(",0,", ", 0,"),
        lambda text: text.replace(",0,", ",0.0,").replace(",254,", ",2.54e2,"),
        lambda text: text.replace(",0,", ',"0",'),
        fully_quoted,
        lambda text: fully_quoted(text).replace("\n", "\r\n").removesuffix("\r\n"),
        lambda text: text.replace(",0,", ',"0" ,'),
    ],
    ids=[
        "byte order mark",
        "CR LF",
        "no last line end",
        "empty lines at the end",
        "spaces",
        "floats",
        "quotes",
        "all in quotes",
        "all in quotes, CR LF",
        "spaces after quotes",
    ],
)
def test_other_valid_ways_to_write_the_same_numbers_are_read(change, file: Path, digits: Dataset, cells: Cells) -> None:  # type: ignore[no-untyped-def]
    assert equal_datasets(read(file, change(text_of(cells))), digits)
    assert equal_datasets(read(file, change(text_of([HEADER, *cells]))), digits)


@pytest.mark.parametrize("with_header", [True, False])
@pytest.mark.parametrize(
    ("column", "found", "highest"),
    [
        (5, "x", 255), (5, "300", 255), (5, "-1", 255), (5, "3.7", 255), (5, "nan", 255), (5, "inf", 255),
        (5, "1_0", 255), (5, "0x1", 255), (785, "256", 255), (1, "11", 9), (1, "x", 9), (1, "2.5", 9), (1, "NaN", 9),
        (5, "9" * 5000, 255), (5, "1e999", 255), (5, "True", 255), (5, "3\0", 255),
    ],
)  # fmt: skip
def test_the_error_for_an_invalid_number_gives_row_and_column(
    column: int, found: str, highest: int, with_header: bool, file: Path, cells: Cells
) -> None:
    cells[5][column - 1] = found
    row = 7 if with_header else 6
    title = f' ("{HEADER[column - 1]}")' if with_header else ""
    shown = found.replace("\0", "\\x00") if len(found) < 40 else "9" * 39 + "…"
    with pytest.raises(DataError) as error:
        read(file, text_of([HEADER, *cells] if with_header else cells))
    assert str(error.value) == (
        f'digits.csv, row {row}, column {column}{title}: found "{shown}"; expected a whole number from 0 to {highest}.'
    )


@pytest.mark.parametrize("found", ['"1"2', '"1', '1"', '1"2"', '""', '""1""', '"1""2"', '"', '"""', '"1" "2"'])
@pytest.mark.parametrize("quote", [str, fully_quoted])
def test_quotes_that_are_not_around_a_whole_number_are_rejected(
    quote: Callable[[str], str], found: str, file: Path, cells: Cells
) -> None:
    lines = [quote(line + "\n") for line in text_of(cells).splitlines()]
    fields = lines[5].removesuffix("\n").split(",")
    lines[5] = ",".join([*fields[:4], found, *fields[5:]]) + "\n"
    with pytest.raises(DataError, match=r"row 6, column 5: found .*; expected a whole number from 0 to 255"):
        read(file, "".join(lines))


def test_quotes_that_span_columns_or_rows_are_rejected(file: Path, cells: Cells) -> None:
    lines = text_of(cells).splitlines(keepends=True)
    fields = lines[5].split(",")
    fields[4], fields[5] = f'"{fields[4]}', f'{fields[5]}"'
    with pytest.raises(DataError, match=r"row 6, column 5: found"):
        read(file, "".join([*lines[:5], ",".join(fields), *lines[6:]]))
    lines[5] = lines[5].replace("\n", '"\n')
    lines[6] = '"' + lines[6]
    with pytest.raises(DataError, match=r"row 6, column 785: found"):
        read(file, "".join(lines))


def test_a_file_with_all_fields_in_quotes_is_parsed_at_once(cells: Cells) -> None:
    lines = fully_quoted(text_of(cells)).encode().splitlines(keepends=True)
    numbers = _parse_at_once(lines)
    assert numbers is not None
    assert numbers.tolist() == [[int(cell) for cell in row] for row in cells]


def test_the_first_of_two_errors_is_reported_across_blocks(file: Path, cells: Cells) -> None:
    many = [list(cells[0]) for _ in range(ROWS_PARSED_AT_ONCE + 10)]
    many[ROWS_PARSED_AT_ONCE + 3][9] = many[ROWS_PARSED_AT_ONCE + 5][2] = "x"
    with pytest.raises(DataError, match=rf"row {ROWS_PARSED_AT_ONCE + 4}, column 10: "):
        read(file, text_of(many))


def test_an_invalid_label_in_the_first_row_is_not_read_as_a_header(file: Path, cells: Cells) -> None:
    cells[0][0] = "seven"
    with pytest.raises(DataError, match=r'row 1, column 1: found "seven"; expected a whole number from 0 to 9'):
        read(file, text_of(cells))


def test_a_first_row_with_two_errors_is_not_read_as_a_header(file: Path, cells: Cells) -> None:
    cells[0][0], cells[0][5] = "three", "300"
    with pytest.raises(DataError, match=r'row 1, column 1: found "three"'):
        read(file, text_of(cells))


def test_the_error_for_an_empty_cell_says_where_it_is(file: Path, cells: Cells) -> None:
    cells[1][2] = ""
    with pytest.raises(DataError, match=r"row 2, column 3: found nothing; expected a whole number from 0 to 255"):
        read(file, text_of(cells))


@pytest.mark.parametrize(("change", "found"), [(-1, 784), (1, 786)])
@pytest.mark.parametrize("row", [1, 7])
def test_a_row_that_is_too_short_or_too_long_is_rejected_with_its_number(
    change: int, found: int, row: int, file: Path, cells: Cells
) -> None:
    cells[row - 1] = cells[row - 1][:-1] if change < 0 else [*cells[row - 1], "0"]
    with pytest.raises(DataError) as error:
        read(file, text_of(cells))
    assert str(error.value) == (
        f"digits.csv, row {row}: found {found} columns; expected 785: the label and 784 pixels."
    )


def test_a_column_missing_in_all_rows_is_reported_for_the_header(file: Path, cells: Cells) -> None:
    with pytest.raises(DataError, match=r"row 1: found 784 columns; expected 785"):
        read(file, text_of([row[:-1] for row in [HEADER, *cells]]))


@pytest.mark.parametrize(("separator", "shown"), [(";", ";"), ("\t", r"\\x09"), (" ", " ")])
def test_a_wrong_separator_is_recognized(separator: str, shown: str, file: Path, cells: Cells) -> None:
    for rows in (cells, [HEADER, *cells]):
        with pytest.raises(DataError, match=rf'row 1: found 1 column; .*separated by ",", not by "{shown}"'):
            read(file, text_of(rows).replace(",", separator))


def test_a_label_that_is_not_the_first_column_is_rejected(file: Path, cells: Cells) -> None:
    with pytest.raises(
        DataError, match=r'row 1, column 785: this column is called "class"; expected the label in column 1'
    ):
        read(file, text_of([row[1:] + row[:1] for row in [["class", *HEADER[1:]], *cells]]))


@pytest.mark.parametrize("row", [1, 4])
def test_an_empty_line_before_the_end_is_rejected_with_its_number(row: int, file: Path, cells: Cells) -> None:
    lines = text_of(cells).splitlines(keepends=True)
    with pytest.raises(DataError, match=rf"row {row}: the line is empty"):
        read(file, "".join([*lines[: row - 1], "\n", *lines[row - 1 :]]))


def test_a_byte_that_is_not_utf_8_is_rejected_with_its_row(file: Path, cells: Cells) -> None:
    lines = text_of(cells).encode().splitlines(keepends=True)
    lines[2] = lines[2].replace(b",0,", b",\xff,", 1)
    with pytest.raises(DataError, match=r"digits.csv, row 3: found the byte FF"):
        read(file, b"".join(lines))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file has no rows"),
        (text_of([HEADER]), "the file has a header, but no rows"),
        ("hello\n", "row 1: found 1 column; expected 785"),
        ("0," * MAX_IMAGE_ROW_BYTES, f"row 1: the row is longer than {MAX_IMAGE_ROW_BYTES:,} bytes"),
    ],
)
def test_a_file_without_rows_is_rejected(content: str, message: str, file: Path) -> None:
    with pytest.raises(DataError, match=f"^digits.csv.*{message}"):
        read(file, content)


@settings(max_examples=100)
@given(changes=mutations, with_header=st.booleans())
def test_mutated_files_are_read_or_rejected(
    changes: list[Mutation], with_header: bool, scratch: Path, digits: Dataset
) -> None:
    rows = cells_of(digits)[:3]
    content = text_of([HEADER, *rows] if with_header else rows).encode()
    check_read_or_data_error(read_dataset, scratch / "mutated.csv", mutated(content, changes))


def test_short_integers_have_one_to_three_digits_and_nothing_else() -> None:
    found = _parse_short_integers(b"0,12,255\r\n7,0,999\n")
    assert found is not None
    assert found.tolist() == [0, 12, 255, 7, 0, 999]
    for other in (b"0,,1\n", b"0,1000\n", b"1\n\n2\n", b"1,2.5\n", b"1,-2\n"):
        assert _parse_short_integers(other) is None


numbers = st.one_of(
    st.text('0123456789.+-eE "', max_size=6),
    st.integers(-3, 300).map(str),
    st.floats(0, 300).map(str),
    st.sampled_from(["1e2", "-0", "+7", "00", "3.", ".0", "1e-400", "255.0", "18446744073709551616"]),
)


@settings(max_examples=150)
@given(values=st.dictionaries(st.integers(1, 783), numbers, min_size=1, max_size=4))
def test_parsing_at_once_and_field_by_field_give_the_same_result(values: dict[int, str], scratch: Path) -> None:
    """A tab is not among the characters of plain numbers, so the reader parses a row with a tab field by field."""
    row = ["4"] + ["0"] * 784
    for column, value in values.items():
        row[column] = value
    outcomes = []
    for last in ("0", "0\t"):
        try:
            found = read(scratch / "twice.csv", text_of([["1"] + ["0"] * 784, [*row[:-1], last]]))
            outcomes.append(found.images.tobytes().hex())
        except DataError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("place", [0, 7, 8, 999, 1003])
def test_an_invalid_row_among_many_is_named_and_unusual_rows_keep_their_place(place: int, tmp_path: Path) -> None:
    rows = [["3", *["0"] * 783, str(number % 256)] for number in range(1004)]
    rows[500][1] = rows[3][2] = " 7 "  # valid, but not in the usual form
    (tmp_path / "a.csv").write_text(text_of(rows))
    images = read_dataset(tmp_path / "a.csv").training.images
    assert (images[500, 0, 0], images[3, 0, 1], int(images[:, 0, :2].sum())) == (7, 7, 14)
    np.testing.assert_array_equal(images[:, -1, -1], np.arange(1004) % 256)
    rows[place][4] = "x"
    (tmp_path / "a.csv").write_text(text_of(rows))
    with pytest.raises(DataError, match=f'row {place + 1}, column 5: found "x"'):
        read_dataset(tmp_path / "a.csv")
