"""The user's own ink: every drawing that was taught, with its label, kept on disk at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from nncore.data.formats import InkSamples, read_ink
from nncore.data.formats.unipen_writer import read_comments, write_ink
from nncore.errors import DataError
from nncore.preprocessing.ink import Ink

MOST_EXAMPLES = 500
"""Examples that are kept: with more, the oldest goes."""

WRITER = "me"
COMMENT = re.compile(r"drawn (\S+)(?: read (\d))?")


@dataclass(frozen=True, eq=False)
class Example:
    """A drawing and the digit it is. drawn: when it was taught. read: what the network had read in it, None if nothing.

    Of an example from a file that does not say, `drawn` is None.
    """

    ink: Ink
    digit: int
    drawn: datetime | None = None
    read: int | None = None


class InkLibrary:
    """The examples of one file, and those last forgotten, which stay in a backup beside it.

    Each change is on the disk, wholly or not at all, before it is in `examples`. A change raises DataError, a sentence,
    if that fails.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.backup_path = path, path.with_suffix(".forgotten" + path.suffix)
        self.examples: tuple[Example, ...] = ()
        self.forgotten: tuple[Example, ...] = ()
        self._stamps: dict[Path, tuple[int, int] | None] = {}
        self._blocked = ""

    def load(self) -> str:
        """Read both files anew; gives a sentence on what was damaged and set aside, "" if nothing was."""
        self._blocked = ""
        self.examples, trouble = self._read(self.path)
        self.forgotten, more = self._read(self.backup_path)
        return " ".join(filter(None, (trouble, more)))

    def add(self, example: Example) -> None:
        """Keep one more."""
        self._refresh()
        self._write(self.path, (*self.examples, example)[-MOST_EXAMPLES:])

    def remove_last(self) -> None:
        """Take the newest away; there must be one."""
        self._refresh()
        self._write(self.path, self.examples[:-1])

    def forget(self) -> None:
        """Take all away, into the backup, whose former content is lost; does nothing if there is none."""
        self._refresh()
        if self.examples:
            self._write(self.backup_path, self.examples)
            self._write(self.path, ())

    def remember(self) -> None:
        """Bring back what was last forgotten, before what has been taught since."""
        self._refresh()
        self._write(self.path, (*self.forgotten, *self.examples)[-MOST_EXAMPLES:])
        self._write(self.backup_path, ())

    def _refresh(self) -> None:
        """See what another window of the app has written to the files since."""
        if any(_stamp(path) != stamp for path, stamp in self._stamps.items()):
            trouble = self.load()
            if trouble:
                raise DataError(trouble)
        if self._blocked:
            raise DataError(self._blocked)

    def _read(self, path: Path) -> tuple[tuple[Example, ...], str]:
        """The examples of a file, none if there is no file; and a sentence if it was damaged."""
        self._stamps[path] = _stamp(path)
        if self._stamps[path] is None:
            return (), ""
        try:
            samples = read_ink(path)
            comments = read_comments(path)
            return tuple(_example(*each) for each in zip(samples.inks, samples.labels, comments, strict=True)), ""
        except (DataError, OSError) as problem:
            return (), self._set_aside(path, str(problem))

    def _set_aside(self, path: Path, problem: str) -> str:
        names = (path.with_suffix(f".damaged-{number}{path.suffix}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        try:
            path.rename(aside)
        except OSError:
            self._blocked = f"Your drawings cannot be read, and the file stays as it is: {problem}"
            return self._blocked
        self._stamps[path] = None
        return f"Your drawings could not be read; the file is now {aside.name}. {problem}"

    def _write(self, path: Path, examples: tuple[Example, ...]) -> None:
        if examples:
            inks, labels = tuple(each.ink for each in examples), tuple(each.digit for each in examples)
            samples = InkSamples(inks, labels, (WRITER,) * len(examples), path.name)
            write_ink(samples, path, [_comment(each) for each in examples])
        else:
            _delete(path)
        self._stamps[path] = _stamp(path)
        if path == self.path:
            self.examples = examples
        else:
            self.forgotten = examples


def _example(ink: Ink, label: int | None, comment: str) -> Example:
    if label is None:
        raise DataError("A drawing in it has no label, expected a digit from 0 to 9.")
    said = COMMENT.fullmatch(comment)
    if said is None:
        return Example(ink, label)
    try:
        drawn = datetime.fromisoformat(said[1])
    except ValueError:
        drawn = None
    return Example(ink, label, drawn, int(said[2]) if said[2] else None)


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


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes with a file's content: its time and size; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
