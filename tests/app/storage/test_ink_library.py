"""Taught drawings are written at once, and a forgotten library can be restored."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from app.storage.ink_library import Example, InkLibrary
from nncore.errors import DataError
from nncore.preprocessing.ink import Ink
from nncore.system.file_lock import FileLock
from tests.nncore.mutation import Mutation, mutated, mutations

NOON = datetime(2026, 2, 3, 12, 0, 5)


def example(digit: int, x: float = 0.1, read: int | None = 4) -> Example:
    return Example(Ink((np.array([[x, 0.2], [0.5, 0.75]], np.float32),)), digit, NOON, read)


def opened(path: Path) -> InkLibrary:
    library = InkLibrary(path)
    assert library.load() == ""
    return library


def described(examples: tuple[Example, ...]) -> list[tuple[int, datetime | None, int | None, list[bytes]]]:
    return [(e.digit, e.drawn, e.read, [stroke.tobytes() for stroke in e.ink.strokes]) for e in examples]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ink" / "my hand.unipen"


def test_an_example_is_written_immediately_with_all_its_fields(path: Path) -> None:
    library = opened(path)
    library.add(example(7))
    library.add(example(1, read=None))
    assert described(opened(path).examples) == described((example(7), example(1, read=None)))


def test_the_newest_example_can_be_removed(path: Path) -> None:
    library = opened(path)
    library.add(example(7))
    before = path.read_bytes()
    library.add(example(1))
    library.remove_last()
    assert path.read_bytes() == before
    library.remove_last()
    assert not path.exists()


def test_forgotten_examples_stay_in_the_backup_until_they_are_restored(path: Path) -> None:
    library = opened(path)
    library.add(example(7))
    library.add(example(1))
    library.forget()
    assert library.examples == ()
    again = opened(path)
    assert [each.digit for each in again.forgotten] == [7, 1]
    again.restore_forgotten()
    assert (len(again.forgotten), [each.digit for each in opened(path).examples]) == (0, [7, 1])


def test_forgetting_nothing_keeps_the_backup(path: Path) -> None:
    library = opened(path)
    library.add(example(7))
    library.forget()
    library.forget()
    assert [each.digit for each in library.forgotten] == [7]


def test_forgetting_deletes_damaged_files_that_were_renamed(path: Path) -> None:
    library = opened(path)
    for damaged in (path, library.backup_path):
        damaged.parent.mkdir(exist_ok=True)
        damaged.write_text("no ink", encoding="utf-8")
    assert library.load().count("renamed") == 2
    library.add(example(7))
    of_another = path.with_name("another hand.damaged-1.unipen")
    of_another.touch()
    library.forget()
    assert sorted(path.parent.glob("*damaged*")) == [of_another]
    assert [each.digit for each in library.forgotten] == [7]


def test_a_damaged_file_is_renamed_and_never_overwritten(path: Path) -> None:
    for text in ("no ink", '.SEGMENT DIGIT 0 ? "?"\n.PEN_DOWN\n1 1\n.PEN_UP\n'):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        library = InkLibrary(path)
        assert library.load().startswith("Your drawings could not be read; the file was renamed to my hand.damaged-")
        library.add(example(7))
    assert (path.parent / "my hand.damaged-1.unipen").read_text(encoding="utf-8") == "no ink"
    assert (path.parent / "my hand.damaged-2.unipen").exists()
    assert len(opened(path).examples) == 1


def test_a_damaged_file_that_cannot_be_renamed_is_left_unchanged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_to_rename(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    path.parent.mkdir()
    path.write_text("no ink", encoding="utf-8")
    monkeypatch.setattr(Path, "rename", fail_to_rename)
    library = InkLibrary(path)
    assert "the file was left unchanged" in library.load()
    with pytest.raises(DataError, match="the file was left unchanged"):
        library.add(example(7))
    assert path.read_text(encoding="utf-8") == "no ink"


def test_a_full_disk_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    library = opened(path)
    library.add(example(7))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left"):
        library.add(example(1))
    with pytest.raises(DataError, match="No space left"):
        library.forget()
    monkeypatch.undo()
    assert [each.digit for each in library.examples] == [each.digit for each in opened(path).examples] == [7]


def test_two_windows_keep_the_examples_of_both(path: Path) -> None:
    one, other = opened(path), opened(path)
    one.add(example(7))
    other.add(example(1))
    one.add(example(3))
    assert [each.digit for each in opened(path).examples] == [7, 1, 3]


def test_each_window_changes_what_the_other_has_written(path: Path) -> None:
    one, other = opened(path), opened(path)
    one.add(example(7))
    other.add(example(1))
    one.remove_last()
    assert [each.digit for each in opened(path).examples] == [7]
    other.add(example(3))
    one.forget()
    assert [each.digit for each in opened(path).forgotten] == [7, 3]
    other.restore_forgotten()
    assert [each.digit for each in opened(path).examples] == [7, 3]


def test_a_file_damaged_by_another_program_is_renamed_before_the_next_change(path: Path) -> None:
    library = opened(path)
    library.add(example(7))
    path.write_text("no ink", encoding="utf-8")
    with pytest.raises(DataError, match="Your drawings could not be read"):
        library.add(example(1))
    assert (path.parent / "my hand.damaged-1.unipen").read_text(encoding="utf-8") == "no ink"
    library.add(example(3))
    assert [each.digit for each in opened(path).examples] == [3]


@settings(max_examples=100)
@given(changes=mutations)
def test_any_file_is_read_or_renamed(changes: list[Mutation], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "my hand.unipen"
    opened(path).add(example(7))
    damaged = mutated(path.read_bytes(), changes)
    path.write_bytes(damaged)
    library = InkLibrary(path)
    if library.load():
        assert next(path.parent.glob("*.damaged-1.*")).read_bytes() == damaged
    else:
        assert len(library.examples) >= 1


TEACH = """
import sys, pathlib
import numpy as np
from app.storage.ink_library import Example, InkLibrary
from nncore.preprocessing.ink import Ink
from nncore.system.file_lock import FileLock

library = InkLibrary(pathlib.Path(sys.argv[1]))
library.load()
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    library.add(Example(Ink((np.array([[number / 40, 0.2], [0.5, 0.75]], np.float32),)), int(sys.argv[2])))
"""


def test_two_processes_that_teach_at_the_same_time_lose_nothing(path: Path) -> None:
    command = [sys.executable, "-c", TEACH, str(path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([*command, str(digit)], **pipes) for digit in (3, 8)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=240)
        assert process.returncode == 0
    digits = [each.digit for each in opened(path).examples]
    assert (digits.count(3), digits.count(8)) == (40, 40)


def test_a_change_waits_for_another_window_and_then_gives_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = opened(path)
    library.add(example(7))
    monkeypatch.setattr("app.storage.ink_library.LOCK_SECONDS", 0.0)
    with FileLock(path.with_suffix(".lock")).held(0), pytest.raises(DataError, match="another program is using it"):
        library.add(example(1))
    assert described(library.examples) == described((example(7),))
    library.add(example(1))
    assert described(opened(path).examples) == described((example(7), example(1)))


def test_forgetting_deletes_what_a_killed_process_has_left(path: Path) -> None:
    library = opened(path)
    library.add(example(7))
    left = path.with_name(f".{path.name}.abc.part")
    left.write_bytes(path.read_bytes())
    library.forget()
    assert not left.exists()
    assert described(library.forgotten) == described((example(7),))


def test_a_drawing_that_an_earlier_version_wrote_twice_is_read_once(path: Path) -> None:
    library = InkLibrary(path)
    for digit in (7, 7, 1):
        library.add(example(digit))
    again = InkLibrary(path)
    assert again.load() == ""
    assert [each.digit for each in again.examples] == [7, 1]
    again.forget()
    library = InkLibrary(path)
    library.load()
    library.add(example(7))
    library.restore_forgotten()
    assert [each.digit for each in library.examples] == [7, 1]
