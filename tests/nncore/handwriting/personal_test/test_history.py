"""Tests in a folder are listed newest first; deleted ones can be restored, damaged ones are put aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from nncore.errors import DataError
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest
from nncore.handwriting.personal_test.history import HandwritingTestHistory
from tests.nncore.handwriting.personal_test.samples import assert_same, ink, result, rewrite


@pytest.fixture
def history(tmp_path: Path) -> HandwritingTestHistory:
    return HandwritingTestHistory(tmp_path / "tests")


def dates(history: HandwritingTestHistory) -> list[str]:
    entries, problems = history.entries()
    assert not problems
    return [entry.summary.date for entry in entries]


def test_a_missing_folder_has_no_tests(history: HandwritingTestHistory) -> None:
    assert history.entries() == ([], [])
    assert history.unfinished() is None
    history.purge()
    history.store_unfinished(None)


def test_a_folder_that_cannot_be_reached_has_no_tests(tmp_path: Path) -> None:
    history = HandwritingTestHistory(tmp_path / ("x" * 300))  # the name is too long for the system
    assert history.entries() == ([], [])
    assert history.unfinished() is None


def test_tests_are_listed_newest_first_and_can_be_loaded(history: HandwritingTestHistory) -> None:
    for day in ("02", "03", "01"):
        history.add(result(f"2026-01-{day}T10:00:00"))
    assert dates(history) == ["2026-01-03T10:00:00", "2026-01-02T10:00:00", "2026-01-01T10:00:00"]
    entries, _ = history.entries()
    assert (entries[0].summary.correct, entries[0].summary.count) == (2, 4)
    assert_same(history.load(entries[0].path), result("2026-01-03T10:00:00"))


def test_two_tests_of_the_same_second_are_both_stored(history: HandwritingTestHistory) -> None:
    assert history.add(result()).path != history.add(result()).path
    assert len(dates(history)) == 2


def test_a_deleted_test_can_be_restored_until_it_is_purged(history: HandwritingTestHistory) -> None:
    path = history.add(result()).path
    deleted = history.delete(path)
    assert dates(history) == []
    assert history.restore(deleted) == path
    assert_same(history.load(path), result())
    deleted = history.delete(path)
    history.purge()
    with pytest.raises(DataError, match="could not be changed"):
        history.restore(deleted)


def test_restoring_a_test_never_replaces_a_newer_one(history: HandwritingTestHistory) -> None:
    deleted = history.delete(history.add(result(model="old")).path)
    history.add(result(model="new"))
    history.restore(deleted)
    assert {entry.summary.model for entry in history.entries()[0]} == {"old", "new"}


def test_a_damaged_test_is_renamed_and_reported_once(history: HandwritingTestHistory) -> None:
    path = history.add(result()).path
    path.write_bytes(b"\x00 rubbish")
    entries, problems = history.entries()
    assert entries == []
    assert len(problems) == 1
    assert "The file was renamed to" in problems[0]
    assert [file.read_bytes() for file in history.folder.glob("*.damaged")] == [b"\x00 rubbish"]
    assert history.entries() == ([], [])


def test_a_test_damaged_below_its_first_row_is_renamed_when_it_is_opened(history: HandwritingTestHistory) -> None:
    path = history.add(result()).path
    rewrite(path, '"prompted": 7', '"prompted": 77')
    assert len(dates(history)) == 1
    with pytest.raises(DataError, match=r"row 2: .*The file was renamed to"):
        history.load(path)
    assert dates(history) == []


def test_a_newer_test_and_a_missing_one_are_reported_and_not_renamed(history: HandwritingTestHistory) -> None:
    path = history.add(result()).path
    rewrite(path, '"version": 1', '"version": 9')
    assert "update Digit Lab" in history.entries()[1][0]
    assert path.is_file()
    with pytest.raises(DataError, match="there is no such file"):
        history.load(path.with_name("gone.jsonl"))
    path.with_name("folder.jsonl").mkdir()
    assert "is not a file" in history.entries()[1][0] + history.entries()[1][1]
    assert not list(history.folder.glob("*.damaged"))


def test_the_unfinished_test_is_not_listed_and_is_deleted_when_it_is_finished(history: HandwritingTestHistory) -> None:
    history.store_unfinished(HandwritingTest((3, 8), (ink(1),)))
    assert dates(history) == []
    back = HandwritingTestHistory(history.folder).unfinished()
    assert back is not None
    assert (back.prompts, len(back.drawings)) == ((3, 8), 1)
    history.finish(result())
    assert history.unfinished() is None
    assert len(dates(history)) == 1


def test_the_drawings_stay_if_the_result_cannot_be_stored(
    history: HandwritingTestHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.store_unfinished(HandwritingTest((3, 8), (ink(1), ink(2))))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nncore.system.atomic_write.write_atomically", full)
    with pytest.raises(DataError, match="No space left"):
        history.finish(result())
    assert history.unfinished() is not None


def test_a_damaged_unfinished_test_is_renamed(history: HandwritingTestHistory) -> None:
    history.store_unfinished(HandwritingTest((3, 8), (ink(1),)))
    (file,) = history.folder.iterdir()
    file.write_text("half a line", encoding="utf-8")
    with pytest.raises(DataError, match=r"The file was renamed to unfinished\.jsonl\.damaged"):
        history.unfinished()
    assert history.unfinished() is None
