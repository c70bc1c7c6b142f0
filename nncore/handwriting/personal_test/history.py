"""The tests written so far: a folder with one file a test, and one for the test that is still being written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nncore.errors import DataError, name_of
from nncore.handwriting.personal_test.jsonl_file import (
    NewerFileError,
    Summary,
    read_result,
    read_summary,
    read_unfinished,
    write_result,
    write_unfinished,
)
from nncore.handwriting.personal_test.result import HandResult
from nncore.handwriting.personal_test.writing_test import WritingTest

SUFFIX, DELETED, DAMAGED = ".jsonl", ".deleted", ".damaged"
UNFINISHED = "unfinished"

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """One test in the list: its file, and what the first row of it says."""

    path: Path
    summary: Summary


class History:
    """Reads and writes a folder, which need not exist yet; all methods but the constructor may take a while.

    A file that cannot be read is set aside under another name, never overwritten and never in the way again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def _unfinished(self) -> Path:
        return self.folder / f"{UNFINISHED}{SUFFIX}"

    def entries(self) -> tuple[list[Entry], list[str]]:
        """All tests, the newest first, and a sentence about each file that cannot be read."""
        found, troubles = [], []
        for path in self._files(SUFFIX):
            if path == self._unfinished:
                continue
            try:
                found.append(Entry(path, self._sound(path, read_summary)))
            except DataError as problem:
                troubles.append(str(problem))
        found.sort(key=lambda entry: (entry.summary.date, entry.path.name), reverse=True)
        return found, troubles

    def add(self, result: HandResult) -> Entry:
        """Keep a test; raises DataError if that fails."""
        summary = Summary(result.date, result.model, result.right, len(result.drawings))
        path = _free(self.folder / f"{result.date.replace(':', '-')}{SUFFIX}")
        write_result(result, path)
        return Entry(path, summary)

    def finish(self, result: HandResult) -> Entry:
        """Keep the test that was being written, now that it is read; only then forget it as unfinished."""
        entry = self.add(result)
        self.keep_unfinished(None)
        return entry

    def load(self, path: Path) -> HandResult:
        """Read a test whole; raises DataError, and sets the file aside if it is damaged."""
        return self._sound(path, read_result)

    def delete(self, path: Path) -> Path:
        """Take a test out of the list; gives what `restore` needs. Raises DataError if that fails."""
        return _renamed(path, _free(path.with_name(path.name + DELETED)))

    def restore(self, deleted: Path) -> Path:
        """Bring back what `delete` took, unless it was purged; gives its place. Raises DataError if that fails."""
        return _renamed(deleted, _free(deleted.with_name(deleted.name.removesuffix(DELETED))))

    def purge(self) -> None:
        """Let go of what was deleted for good."""
        for path in self._files(DELETED):
            with suppress(OSError):  # it is in nobody's way, and will go another time
                path.unlink()

    def keep_unfinished(self, test: WritingTest | None) -> None:
        """Keep the test that is being written, or forget it for None; raises DataError if that fails."""
        if test is not None:
            write_unfinished(test, self._unfinished)
            return
        try:
            self._unfinished.unlink(missing_ok=True)
        except OSError as problem:
            raise _not_changed(self._unfinished, problem) from None

    def unfinished(self) -> WritingTest | None:
        """The test that is being written; raises DataError, and sets the file aside if it is damaged."""
        return self._sound(self._unfinished, read_unfinished) if self._unfinished.is_file() else None

    def _files(self, suffix: str) -> list[Path]:
        return sorted(self.folder.glob(f"*{suffix}")) if self.folder.is_dir() else []

    def _sound(self, path: Path, read: Callable[[Path], T]) -> T:
        """What `read` makes of a file."""
        try:
            return read(path)
        except NewerFileError:
            raise
        except DataError as problem:
            if isinstance(problem.__cause__, OSError) or not path.is_file():
                raise  # it cannot be read now: nothing says that it is damaged
            try:
                aside = _renamed(path, _free(path.with_name(path.name + DAMAGED)))
            except DataError:  # then it stays where it is, and is complained about again
                raise problem from None
            raise DataError(f"{problem} It was set aside as {name_of(aside)}.") from None


def _free(path: Path) -> Path:
    """A path like `path` that nothing has."""
    number, free = 1, path
    while free.exists():
        number += 1
        stem, dot, suffix = path.name.partition(".")
        free = path.with_name(f"{stem} ({number}){dot}{suffix}")
    return free


def _renamed(path: Path, to: Path) -> Path:
    try:
        path.rename(to)
    except OSError as problem:
        raise _not_changed(path, problem) from None
    return to


def _not_changed(path: Path, problem: OSError) -> DataError:
    return DataError(f"{name_of(path)}: could not be changed ({problem.strerror or problem}).")
