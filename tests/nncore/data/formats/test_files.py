"""Rows of a text file are read up to a maximum length, and a longer one is rejected before it fills the memory."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncore.data.formats.files import ShortRows
from nncore.errors import DataError

LIMIT = 8


def read(content: bytes) -> bytes:
    return io.BufferedReader(ShortRows(io.BytesIO(content), "a.csv", LIMIT)).read()


@given(st.lists(st.text("ab", max_size=LIMIT), max_size=20), st.sampled_from(["\n", "\r\n", "\r"]))
def test_rows_within_the_limit_are_read_unchanged(rows: list[str], end: str) -> None:
    content = end.join(rows).encode()
    assert read(content) == content


@given(st.lists(st.text("ab", max_size=LIMIT), max_size=9), st.lists(st.text("ab", max_size=LIMIT), max_size=9))
def test_a_longer_row_is_rejected_anywhere(before: list[str], after: list[str]) -> None:
    with pytest.raises(DataError, match=r"^a\.csv: found a row of more than 8 bytes"):
        read("\n".join([*before, "x" * (LIMIT + 1), *after]).encode())
