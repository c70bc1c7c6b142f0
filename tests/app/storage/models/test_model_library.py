"""The models in the user's folder: listed, named, deleted and restored, even by two windows."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from app.storage.models.model_library import (
    DAMAGED_LABELS,
    LABELS,
    KeptModel,
    ModelLibrary,
    is_of_run,
    load_kept_model,
    run_model_name,
    title_of,
)
from app.storage.paths import models_folder
from nncore.errors import ModelFileError, NewerModelFileError
from nncore.files.model_file import load_model
from tests.app.storage.kept_models import keep_model, small_model

pytestmark = pytest.mark.usefixtures("user_files")


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def library(reports: list[str]) -> ModelLibrary:
    return ModelLibrary(reports.append)


def listed(library: ModelLibrary) -> list[KeptModel]:
    models = library.models()
    assert models is not None
    return models


def names(library: ModelLibrary) -> list[str]:
    return [model.name for model in listed(library)]


@pytest.mark.parametrize("name", ["784-128-10", "", "a/b", "two\nlines"])
def test_a_model_of_a_run_is_recognized_by_the_name_of_its_file(name: str) -> None:
    path = models_folder() / run_model_name(name, datetime(2026, 1, 2, 3, 4, 5))
    assert path.parent == models_folder()
    assert is_of_run(path)
    assert not is_of_run(models_folder() / "mine.npz")


def test_a_damaged_model_of_a_run_has_no_name_made_of_its_time(library: ModelLibrary) -> None:
    path = models_folder() / run_model_name("784-128-10", datetime(2026, 1, 2, 3, 4, 5))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"nothing")
    (model,) = listed(library)
    assert model.problem
    assert model.name == title_of(path) == "784-128-10"
    assert title_of(models_folder() / "mine.digitnet") == "mine"


def test_a_folder_that_does_not_exist_has_no_models(library: ModelLibrary) -> None:
    assert listed(library) == []
    assert not models_folder().exists()


def test_models_are_listed_newest_first_and_pinned_ones_before_them(library: ModelLibrary) -> None:
    old, new = (
        keep_model(1, small_model("old", created="2026-01-01")),
        keep_model(2, small_model("new", created="2026-02-01")),
    )
    (models_folder() / "a.onnx").touch()
    (models_folder() / ".b.npz").touch()
    (models_folder() / "folder.npz").mkdir()
    assert names(library) == ["new", "old"]
    library.set_label(old, pinned=True)
    assert names(library) == ["old", "new"]
    library.set_label(old, pinned=False)
    assert [model.path for model in listed(library)] == [new, old]


def test_a_name_and_a_note_are_kept_beside_the_file_and_go_with_the_model(library: ModelLibrary) -> None:
    path = keep_model(1)
    before = path.read_bytes()
    library.set_label(path, name="  my best ", note="for the class\n2 b")
    (model,) = listed(ModelLibrary(pytest.fail))
    assert (model.name, model.note, model.is_unnamed) == ("my best", "for the class\n2 b", False)
    assert path.read_bytes() == before
    card = load_kept_model(path).card
    assert (card.name, card.notes) == ("my best", "for the class\n2 b")
    library.set_label(path, name="", note="")
    assert names(library) == ["784-4-10"]
    assert listed(library)[0].is_unnamed


def test_the_name_of_a_file_that_the_user_chose_is_the_name_of_the_model(library: ModelLibrary) -> None:
    keep_model(name="for Mary.digitnet")
    (model,) = listed(library)
    assert (model.name, model.is_unnamed) == ("for Mary", False)


@pytest.mark.parametrize("text", ["\ud800 half", "x" * 5000, "<b>&</b>", "\u202eright to left", "🙂"])
def test_odd_names_are_kept(library: ModelLibrary, text: str) -> None:
    path = keep_model()
    library.set_label(path, name=text)
    assert listed(library)[0].name == text[:2000].replace("\ud800", "?")


def test_a_damaged_model_is_listed_with_the_reason_and_can_be_deleted(library: ModelLibrary) -> None:
    good, cut, text = keep_model(1), keep_model(2), models_folder() / "text.npz"
    cut.write_bytes(cut.read_bytes()[:2000])
    text.write_text("hello")
    by_path = {model.path: model for model in listed(library)}
    assert by_path[good].problem == ""
    for path in (cut, text):
        assert by_path[path].header is None
        assert path.name in by_path[path].problem
        assert by_path[path].created.startswith("20")
    library.delete([cut, text])
    assert [model.path for model in listed(library)] == [good]


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(library: ModelLibrary) -> None:
    path, other = keep_model(1), keep_model(2)
    first = {model.path: model.header for model in listed(library)}
    keep_model(1, small_model("784-4-10", test_accuracy=0.5))
    second = {model.path: model.header for model in listed(library)}
    assert second[other] is first[other]
    changed = second[path]
    assert changed is not None
    assert changed.card.test_accuracy == 0.5


def test_deleted_models_are_restored_with_their_labels(library: ModelLibrary) -> None:
    path, other = keep_model(1), keep_model(2)
    library.set_label(path, name="kept", pinned=True)
    moved = library.delete([path, other])
    assert listed(library) == []
    assert [now.parent for _, now in moved] == [library.deleted_folder] * 2
    library.restore(moved)
    assert [model.path for model in listed(library)] == [path, other]
    assert (listed(library)[0].name, listed(library)[0].label.is_pinned) == ("kept", True)
    np.testing.assert_array_equal(load_model(path).parameters, small_model().parameters)


def test_a_restored_model_does_not_replace_one_with_the_same_name(library: ModelLibrary) -> None:
    path = keep_model(name="mine.npz", model=small_model(seed=1))
    library.set_label(path, note="the first")
    moved = library.delete([path])
    keep_model(name="mine.npz", model=small_model(seed=2))
    ((_, now),) = library.restore(moved)
    assert now.name == "mine (2).npz"
    assert load_model(path).card.seed == 2
    assert load_kept_model(now).card.notes == "the first"


def test_a_file_deleted_by_another_program_is_left_out(library: ModelLibrary) -> None:
    path, other = keep_model(1), keep_model(2)
    path.unlink()
    assert [before for before, _ in library.delete([path, other])] == [other]
    assert library.restore([(path, library.deleted_folder / path.name)]) == []


def test_two_windows_keep_the_labels_of_both(library: ModelLibrary) -> None:
    first, second, gone = keep_model(1), keep_model(2), keep_model(3)
    other_window = ModelLibrary(pytest.fail)
    stamp = other_window.modification_stamp()
    library.set_label(first, name="one")
    library.set_label(gone, name="gone")
    assert other_window.modification_stamp() != stamp
    other_window.set_label(second, name="two")
    assert {"one", "two"} <= set(names(library))
    gone.unlink()
    library.set_label(first, note="changed")
    assert "gone" not in (models_folder() / LABELS).read_text()


@pytest.mark.parametrize(
    "content", ["", "[]", '{"format": "digitlab-models", "version": 1, "labels": [{"file": "../x"}]}']
)
def test_damaged_labels_are_renamed_and_reported(library: ModelLibrary, reports: list[str], content: str) -> None:
    path = keep_model()
    (models_folder() / LABELS).write_text(content)
    assert names(library) == ["784-4-10"]
    assert len(reports) == 1
    (damaged,) = models_folder().glob(DAMAGED_LABELS)
    assert damaged.read_text() == content
    library.set_label(path, name="again")
    assert names(library) == ["again"]


def test_labels_of_a_newer_version_stay_unchanged(library: ModelLibrary) -> None:
    path = keep_model()
    content = '{"format": "digitlab-models", "version": 99, "labels": [], "colour": "red"}'
    (models_folder() / LABELS).write_text(content)
    with pytest.raises(NewerModelFileError, match="newer Digit Lab"):
        library.models()
    with pytest.raises(NewerModelFileError):
        library.set_label(path, name="x")
    assert (models_folder() / LABELS).read_text() == content
    assert load_kept_model(path).card.name == "784-4-10"


def test_a_folder_that_cannot_be_used_is_one_sentence(library: ModelLibrary) -> None:
    models_folder().parent.mkdir(parents=True)
    models_folder().touch()
    with pytest.raises(ModelFileError, match="models: could not be changed"):
        library.models()
    with pytest.raises(ModelFileError, match="could not be changed"):
        library.set_label(models_folder() / "a.npz", name="x")


def test_a_cancelled_listing_has_no_result(library: ModelLibrary) -> None:
    keep_model()
    assert library.models(cancelled=lambda: True) is None


def test_a_model_outside_the_folder_keeps_the_name_in_its_card(tmp_path: Path) -> None:
    path = keep_model()
    ModelLibrary(pytest.fail).set_label(path, name="inside")
    outside = Path(shutil.copy(path, tmp_path))
    assert load_kept_model(outside).card.name == "784-4-10"
