"""A folder of pictures, a sub-folder a class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.storage.picture_file import read_picture
from nncore.data.dataset import DIGITS
from nncore.data.formats.picture_folder import PictureFolder, is_picture_folder, read_picture_folder
from nncore.errors import DataError
from tests.nncore.example_data import mnist


def put(folder: Path, name: str, row: int, suffix: str = ".png") -> None:
    """An MNIST digit as a picture file."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mnist().training.images[row]).save(folder / f"{name}{suffix}")


def read(folder: Path) -> PictureFolder:
    found = read_picture_folder(folder, read_picture)
    assert found is not None
    return found


def test_each_picture_has_the_class_of_its_folder(tmp_path: Path) -> None:
    for row in range(6):
        put(tmp_path / str(mnist().training.labels[row]), f"{row}", row)
    assert is_picture_folder(tmp_path)
    data = read(tmp_path).splits.training
    assert data.class_names == DIGITS
    assert sorted(data.labels.tolist()) == sorted(mnist().training.labels[:6].tolist())
    for image, label in zip(data.images, data.labels, strict=True):
        rows = [n for n in range(6) if (mnist().training.images[n] == image).all()]
        assert mnist().training.labels[rows[0]] == label


def test_other_names_are_classes_in_their_order(tmp_path: Path) -> None:
    for row, name in enumerate(("group 10", "group 2", "apple")):
        put(tmp_path / name, "a", row)
    data = read(tmp_path).splits.training
    assert data.class_names == ("apple", "group 2", "group 10")
    np.testing.assert_array_equal(data.images[data.labels == 2][0], mnist().training.images[0])


def test_train_validation_and_test_are_parts(tmp_path: Path) -> None:
    for number, part in enumerate(("train", "val", "test")):
        put(tmp_path / part / "3", "a", 3 * number)
        put(tmp_path / part / "4", "b", 3 * number + 1)
    splits = read(tmp_path).splits
    assert splits.validation is not None
    assert splits.test is not None
    np.testing.assert_array_equal(splits.test.images[0], mnist().training.images[6])
    assert [len(splits.training), len(splits.validation), len(splits.test)] == [2, 2, 2]
    assert splits.test.source.endswith("test part")


def test_bad_pictures_are_left_out_and_named_and_other_files_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "0", "good", 0)
    put(tmp_path / "1", "good", 1)
    (tmp_path / "1" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    Image.new("L", (28, 28), 255).save(tmp_path / "1" / "blank.png")
    (tmp_path / "1" / "notes.txt").write_text("not a picture")
    found = read(tmp_path)
    assert len(found.splits.training) == 2
    assert len(found.left_out) == 2
    assert "blank.png" in found.left_out[0]
    assert "nothing to be seen" in found.left_out[0]
    assert "broken.png" in found.left_out[1]


def test_what_holds_no_two_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no sub-folder with pictures"):
        read(tmp_path)
    put(tmp_path / "0", "a", 0)
    with pytest.raises(DataError, match="one sub-folder with pictures, 0"):
        read(tmp_path)


def test_a_folder_of_nothing_but_bad_pictures_is_refused_with_a_reason(tmp_path: Path) -> None:
    for name in "01":
        (tmp_path / name).mkdir()
        (tmp_path / name / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"no picture that can be read: .*broken\.jpg"):
        read(tmp_path)


def test_it_can_be_cancelled_and_tells_how_far_it_is(tmp_path: Path) -> None:
    for row in range(4):
        put(tmp_path / f"{row % 2}", f"{row}", row)
    told: list[float] = []
    read_picture_folder(tmp_path, read_picture, told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]
    assert read_picture_folder(tmp_path, read_picture, cancelled=lambda: len(told) >= 4) is None


def test_no_folder_is_no_picture_folder(tmp_path: Path) -> None:
    assert not is_picture_folder(tmp_path / "nowhere")
    assert not is_picture_folder(tmp_path)
