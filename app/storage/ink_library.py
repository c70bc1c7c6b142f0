"""The user's own drawings with their labels. Each change is written to disk immediately."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import numpy as np

from nncore.data.formats import InkSamples, read_ink
from nncore.data.formats.unipen_writer import read_comments, write_ink
from nncore.errors import DataError
from nncore.preprocessing.ink import Ink, rasterize
from nncore.system.atomic_write import leftovers
from nncore.system.file_lock import FileLock

MAX_EXAMPLES = 500
"""Maximum number of examples; adding another one removes the oldest one."""

LOCK_SECONDS = 5.0
"""How long a change waits for another window that is writing."""

OWN_WRITER = "me"
COMMENT_PATTERN = re.compile(r"drawn (\S+)(?: read (\d))?")


@dataclass(frozen=True, eq=False)
class Example:
    """A drawing and its digit. read: the digit that the network had read, None if there was none.

    drawn: when it was added; None if the file does not contain it.
    """

    ink: Ink
    digit: int
    drawn: datetime | None = None
    read: int | None = None


class InkLibrary:
    """The examples in one file, and the examples that `forget` removed last, in a backup file in the same folder.

    A drawing that earlier versions have written twice is read once, and written once with the next change.
    Each change is written to disk before `examples` changes. It is written completely or not at all; each method raises
    DataError if that fails. Two windows may change the same file: a change starts with what the other has written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.backup_path = path, path.with_suffix(".forgotten" + path.suffix)
        self.examples: tuple[Example, ...] = ()
        self.forgotten: tuple[Example, ...] = ()
        self._file_stamps: dict[Path, tuple[int, int, int] | None] = {}
        self._blocked = ""

    def load(self) -> str:
        """Read both files; returns a sentence about damaged files that were renamed, or ""."""
        self._blocked = ""
        self.examples, problem = self._read(self.path)
        self.forgotten, more = self._read(self.backup_path)
        return " ".join(filter(None, (problem, more)))

    def has(self, ink: Ink, digit: int) -> bool:
        """Whether a drawing that gives the same image is an example of `digit`."""
        image = rasterize(ink)
        return any(each.digit == digit and np.array_equal(rasterize(each.ink), image) for each in self.examples)

    def add(self, example: Example) -> None:
        """Add an example."""
        with self._changing():
            self._write(self.path, (*self.examples, example)[-MAX_EXAMPLES:])

    def remove_last(self) -> None:
        """Remove the newest example, if there is one."""
        with self._changing():
            self._write(self.path, self.examples[:-1])

    def forget(self) -> None:
        """Move all examples, if there are any, to the backup file, and replace its content.

        Every other copy of drawings is deleted: damaged files that were renamed, and what killed processes have left.
        """
        with self._changing():
            if self.examples:
                self._write(self.backup_path, self.examples)
                self._write(self.path, ())
            for left in (*leftovers(self.path), *leftovers(self.backup_path), *self._damaged()):
                _delete(left)  # they contain drawings, too

    def _damaged(self) -> list[Path]:
        """The damaged files that were renamed."""
        starts = tuple(f"{path.stem}.damaged-" for path in (self.path, self.backup_path))
        return [found for found in self.path.parent.iterdir() if found.name.startswith(starts)]

    def restore_forgotten(self) -> None:
        """Restore the forgotten examples, before the examples that were added later."""
        with self._changing():
            self._write(self.path, _each_once((*self.forgotten, *self.examples))[-MAX_EXAMPLES:])
            self._write(self.backup_path, ())

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock of the library, so that two windows that change it keep the examples of both."""
        with ExitStack() as held:
            try:
                held.enter_context(FileLock(self.path.with_suffix(".lock")).held(LOCK_SECONDS))
            except OSError as problem:
                raise DataError(f"{self.path}: could not be changed ({problem.strerror or problem}).") from None
            self._refresh()
            yield

    def _refresh(self) -> None:
        """Read the files again if another window of the app has changed them."""
        if any(_file_stamp(path) != stamp for path, stamp in self._file_stamps.items()):
            problem = self.load()
            if problem:
                raise DataError(problem)
        if self._blocked:
            raise DataError(self._blocked)

    def _read(self, path: Path) -> tuple[tuple[Example, ...], str]:
        """The examples of a file, none if there is no file; and a sentence if it was damaged."""
        self._file_stamps[path] = _file_stamp(path)
        if self._file_stamps[path] is None:
            return (), ""
        try:
            samples = read_ink(path)
            comments = read_comments(path)
            found = (_example(*each) for each in zip(samples.inks, samples.labels, comments, strict=True))
            return _each_once(found), ""
        except (DataError, OSError) as problem:
            return (), self._rename_damaged(path, str(problem))

    def _rename_damaged(self, path: Path, problem: str) -> str:
        names = (path.with_suffix(f".damaged-{number}{path.suffix}") for number in count(1))
        damaged_path = next(name for name in names if not name.exists())
        try:
            path.rename(damaged_path)
        except FileNotFoundError:  # another window has renamed it
            pass
        except OSError:
            self._blocked = f"Your drawings cannot be read; the file was left unchanged. {problem}"
            return self._blocked
        self._file_stamps[path] = None
        return f"Your drawings could not be read; the file was renamed to {damaged_path.name}. {problem}"

    def _write(self, path: Path, examples: tuple[Example, ...]) -> None:
        if examples:
            inks, labels = tuple(each.ink for each in examples), tuple(each.digit for each in examples)
            samples = InkSamples(inks, labels, (OWN_WRITER,) * len(examples), path.name)
            write_ink(samples, path, [_comment(each) for each in examples])
        else:
            _delete(path)
        self._file_stamps[path] = _file_stamp(path)
        if path == self.path:
            self.examples = examples
        else:
            self.forgotten = examples


def _example(ink: Ink, label: int | None, comment: str) -> Example:
    if label is None:
        raise DataError("A drawing in it has no label; expected a digit from 0 to 9.")
    match = COMMENT_PATTERN.fullmatch(comment)
    if match is None:
        return Example(ink, label)
    try:
        drawn = datetime.fromisoformat(match[1])
    except ValueError:
        drawn = None
    return Example(ink, label, drawn, int(match[2]) if match[2] else None)


def _each_once(examples: Iterable[Example]) -> tuple[Example, ...]:
    """The examples without those that are there already, with the same strokes and the same digit."""
    known: dict[tuple[int, tuple[bytes, ...]], Example] = {}
    for each in examples:
        known.setdefault((each.digit, tuple(stroke.tobytes() for stroke in each.ink.strokes)), each)
    return tuple(known.values())


def _comment(example: Example) -> str:
    if example.drawn is None:
        return ""
    read = "" if example.read is None else f" read {example.read}"
    return f"drawn {example.drawn.isoformat(timespec='seconds')}{read}"


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        raise DataError(f"{path}: could not be deleted ({problem.strerror or problem}).") from None


def _file_stamp(path: Path) -> tuple[int, int, int] | None:
    """A value that changes with each new content of a file; None if there is no file.

    Two writes may have the same time and size, but each one makes a new file with a new number.
    """
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
