"""The drawing on the canvas is kept in a file for each window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from app.storage import drawing_file
from app.storage.drawing_file import DrawingFile
from nncore.errors import DataError
from nncore.preprocessing.ink import Ink
from tests.nncore.mutation import Mutation, mutated, mutations

INK = Ink((np.array([[0.1, 0.2], [0.5, 0.75]], np.float32), np.array([[1.0, 0.0]], np.float32)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ink"


def strokes(ink: Ink) -> list[bytes]:
    return [stroke.tobytes() for stroke in ink.strokes]


def read_later(folder: Path) -> Ink:
    file = DrawingFile(folder)
    try:
        return file.read()
    finally:
        file.release()


def test_a_drawing_is_read_as_it_was_written(folder: Path) -> None:
    file = DrawingFile(folder)
    assert file.read().is_blank
    file.write(INK)
    file.release()
    assert strokes(read_later(folder)) == strokes(INK)


def test_a_blank_drawing_deletes_the_file(folder: Path) -> None:
    file = DrawingFile(folder)
    file.write(INK)
    file.write(Ink(()))
    file.write(Ink(()))
    file.release()
    assert read_later(folder).is_blank
    assert list(folder.glob("*.unipen")) == []


def test_windows_that_are_open_at_the_same_time_have_files_of_their_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing_file, "MAX_WINDOWS", 2)
    first, second, third = (DrawingFile(folder) for _ in range(3))
    first.write(INK)
    assert second.read().is_blank
    second.write(Ink(INK.strokes[:1]))
    with pytest.raises(DataError, match="2 windows"):
        third.write(INK)
    first.release()
    assert strokes(third.read()) == strokes(INK)
    third.release()
    second.release()
    assert strokes(read_later(folder)) == strokes(INK)


def test_only_the_first_points_of_an_endless_drawing_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_file, "MAX_SAVED_POINTS", 5)
    line = np.linspace(0, 1, 6, dtype=np.float32).reshape(3, 2)
    file = DrawingFile(folder)
    file.write(Ink((line, line, line)))
    assert strokes(file.read()) == strokes(Ink((line, line[:2])))
    file.release()


def test_the_longest_drawing_is_not_too_large_to_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_file, "MAX_SAVED_POINTS", 1000)
    monkeypatch.setattr(drawing_file, "MAX_CANVAS_BYTES", 1000 * drawing_file.MAX_CANVAS_BYTES // 200_000)
    points = np.random.default_rng(0).random((1000, 1, 2), np.float32) * np.float32(1e-3)
    file = DrawingFile(folder)
    file.write(Ink(tuple(points)))
    assert len(file.read().strokes) == 1000
    file.release()


@pytest.mark.parametrize("content", [b"\x00\xff", b'.SEGMENT DIGIT 0-0 ? "?"\n.PEN_DOWN\n0.1 inf\n.PEN_UP\n'])
def test_a_damaged_file_is_renamed(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "drawing 1.unipen").write_bytes(content)
    with pytest.raises(DataError, match="The last drawing could not be read"):
        read_later(folder)
    assert (folder / "drawing 1.damaged.unipen").read_bytes() == content
    assert read_later(folder).is_blank


def test_a_file_that_is_too_large_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_file, "MAX_CANVAS_BYTES", 10)
    file = DrawingFile(folder)
    file.write(INK)
    with pytest.raises(DataError, match="at most 10"):
        file.read()
    file.release()


def test_what_a_killed_process_has_left_is_deleted(folder: Path) -> None:
    folder.mkdir()
    left = folder / ".drawing 1.unipen.abc.part"
    left.touch()
    read_later(folder)
    assert not left.exists()


def test_a_folder_that_cannot_be_used_is_reported_when_there_is_a_drawing(folder: Path) -> None:
    folder.write_text("a file")
    assert read_later(folder).is_blank
    with pytest.raises(DataError, match="could not be saved"):
        DrawingFile(folder).write(INK)


@given(changes=mutations)
def test_any_file_is_read_or_renamed(changes: list[Mutation], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("mutated")
    file = DrawingFile(folder)
    file.write(INK)
    path = next(folder.glob("*.unipen"))
    path.write_bytes(mutated(path.read_bytes(), changes))
    problem = "was read"
    try:
        file.read()
    except DataError as error:
        problem = str(error)
    file.release()
    assert path.exists() == (problem == "was read")
    assert len(problem.splitlines()) == 1
