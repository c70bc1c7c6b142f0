"""The history of handwriting tests: a folder with one file per test, and one for the test in progress."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nncore.errors import DataError, file_name
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest
from nncore.handwriting.personal_test.jsonl_file import (
    NewerTestFileError,
    Summary,
    read_result,
    read_summary,
    read_unfinished,
    write_result,
    write_unfinished,
)
from nncore.handwriting.personal_test.result import HandwritingTestResult

TEST_SUFFIX = ".jsonl"
"""The suffix of the file of a test."""

DELETED_SUFFIX = ".deleted"
"""The suffix of the file of a test that was deleted and can be restored."""

DAMAGED_SUFFIX = ".damaged"
"""The suffix that a file gets if it cannot be read."""
UNFINISHED_NAME = "unfinished"

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """One test in the list: its file and its summary."""

    path: Path
    summary: Summary


class HandwritingTestHistory:
    """Reads and writes the folder of tests, which does not have to exist; all methods access the disk.

    A damaged file is renamed, so it is never overwritten and never read again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def _unfinished(self) -> Path:
        return self.folder / f"{UNFINISHED_NAME}{TEST_SUFFIX}"

    def entries(self) -> tuple[list[Entry], list[str]]:
        """Return all tests, the newest first, and a message for each file that cannot be read."""
        found, problems = [], []
        for path in self._files(TEST_SUFFIX):
            if path == self._unfinished:
                continue
            try:
                found.append(Entry(path, self._checked(path, read_summary)))
            except DataError as problem:
                problems.append(str(problem))
        found.sort(key=lambda entry: (entry.summary.date, entry.path.name), reverse=True)
        return found, problems

    def add(self, result: HandwritingTestResult) -> Entry:
        """Store a test. Raises DataError if that fails."""
        summary = Summary(result.date, result.model, result.correct, len(result.drawings))
        path = _unused(self.folder / f"{result.date.replace(':', '-')}{TEST_SUFFIX}")
        write_result(result, path)
        return Entry(path, summary)

    def finish(self, result: HandwritingTestResult) -> Entry:
        """Store the result of the test in progress, and then delete the unfinished test."""
        entry = self.add(result)
        self.store_unfinished(None)
        return entry

    def load(self, path: Path) -> HandwritingTestResult:
        """Read a complete test. Raises DataError, and renames the file if it is damaged."""
        return self._checked(path, read_result)

    def delete(self, path: Path) -> Path:
        """Remove a test from the list; returns the path for `restore`. Raises DataError if that fails."""
        return _renamed(path, _unused(path.with_name(path.name + DELETED_SUFFIX)))

    def restore(self, deleted: Path) -> Path:
        """Undo `delete`, unless the test was purged; returns the new path. Raises DataError if that fails."""
        return _renamed(deleted, _unused(deleted.with_name(deleted.name.removesuffix(DELETED_SUFFIX))))

    def purge(self) -> None:
        """Permanently delete the tests that were removed from the list."""
        for path in self._files(DELETED_SUFFIX):
            with suppress(OSError):  # the next purge tries again
                path.unlink()

    def store_unfinished(self, test: HandwritingTest | None) -> None:
        """Store the test in progress, or delete it for None. Raises DataError if that fails."""
        if test is not None:
            write_unfinished(test, self._unfinished)
            return
        try:
            self._unfinished.unlink(missing_ok=True)
        except OSError as problem:
            raise _not_changed(self._unfinished, problem) from None

    def unfinished(self) -> HandwritingTest | None:
        """Read the test in progress, None if there is none. Raises DataError, and renames the file if it is damaged."""
        return self._checked(self._unfinished, read_unfinished) if os.path.isfile(self._unfinished) else None

    def _files(self, suffix: str) -> list[Path]:
        return sorted(self.folder.glob(f"*{suffix}")) if os.path.isdir(self.folder) else []

    def _checked(self, path: Path, read: Callable[[Path], T]) -> T:
        """Read a file with `read`, and rename it if it is damaged."""
        try:
            return read(path)
        except NewerTestFileError:
            raise
        except DataError as problem:
            if isinstance(problem.__cause__, OSError) or not path.is_file():
                raise  # the file could not be read at all, so it may not be damaged
            try:
                new_path = _renamed(path, _unused(path.with_name(path.name + DAMAGED_SUFFIX)))
            except DataError:  # the file keeps its name and is reported again next time
                raise problem from None
            raise DataError(f"{problem} The file was renamed to {file_name(new_path)}.") from None


def _unused(path: Path) -> Path:
    """Return `path`, or the first path with a number added that does not exist."""
    number, unused = 1, path
    while unused.exists():
        number += 1
        stem, dot, suffix = path.name.partition(".")
        unused = path.with_name(f"{stem} ({number}){dot}{suffix}")
    return unused


def _renamed(path: Path, to: Path) -> Path:
    try:
        path.rename(to)
    except OSError as problem:
        raise _not_changed(path, problem) from None
    return to


def _not_changed(path: Path, problem: OSError) -> DataError:
    return DataError(f"{file_name(path)}: could not be changed ({problem.strerror or problem}).")
