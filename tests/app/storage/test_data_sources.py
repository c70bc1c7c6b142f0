"""The user's own ink is what was taught and tested, each drawing once."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.storage.data_sources import load_own_ink
from app.storage.ink_library import Example, InkLibrary
from app.storage.paths import handwriting_tests_folder, own_ink_path
from nncore.errors import DataError
from nncore.handwriting.personal_test.history import HandwritingTestHistory
from tests.nncore.handwriting.personal_test.samples import ink, result


def labels() -> list[int]:
    loaded = load_own_ink(progress=lambda _: None, cancelled=lambda: False)
    assert loaded is not None
    found: list[int] = loaded.data.training.labels.tolist()
    return found


def test_own_ink_is_what_was_taught_and_what_was_written_in_tests_each_once() -> None:
    with pytest.raises(DataError, match="You have no drawings yet"):
        labels()
    history = HandwritingTestHistory(handwriting_tests_folder())
    history.add(result())
    assert labels() == [7, 4, 7, 0]
    library = InkLibrary(own_ink_path())
    library.add(Example(ink(2), 4, datetime(2026, 1, 1), 4))  # a drawing of the test
    library.add(Example(ink(9), 5, datetime(2026, 1, 1), 3))
    assert sorted(labels()) == [0, 4, 5, 7, 7]


def test_a_damaged_test_is_left_out() -> None:
    history = HandwritingTestHistory(handwriting_tests_folder())
    history.add(result())
    history.add(result("2026-02-01T09:30:00")).path.write_text("nonsense")
    assert labels() == [7, 4, 7, 0]


def test_reading_own_ink_can_be_cancelled() -> None:
    HandwritingTestHistory(handwriting_tests_folder()).add(result())
    assert load_own_ink(progress=lambda _: None, cancelled=lambda: True) is None
