"""Image folders with a sub-folder for each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.storage.image_file import read_grey_image
from nncore.data.dataset import DIGITS
from nncore.data.formats.image_folder import ImageFolder, is_image_folder, read_image_folder
from nncore.errors import DataError
from tests.nncore.example_data import mnist


def save_digit(folder: Path, name: str, row: int, suffix: str = ".png") -> None:
    """Write an MNIST digit as an image file."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mnist().training.images[row]).save(folder / f"{name}{suffix}")


def read(folder: Path) -> ImageFolder:
    found = read_image_folder(folder, read_grey_image)
    assert found is not None
    return found


def test_each_image_has_the_class_of_its_folder(tmp_path: Path) -> None:
    for row in range(6):
        save_digit(tmp_path / str(mnist().training.labels[row]), f"{row}", row)
    assert is_image_folder(tmp_path)
    data = read(tmp_path).splits.training
    assert data.class_names == DIGITS
    assert data.source == tmp_path.name
    assert sorted(data.labels.tolist()) == sorted(mnist().training.labels[:6].tolist())
    for image, label in zip(data.images, data.labels, strict=True):
        rows = [n for n in range(6) if (mnist().training.images[n] == image).all()]
        assert mnist().training.labels[rows[0]] == label


def test_other_names_are_classes_sorted_by_name(tmp_path: Path) -> None:
    for row, name in enumerate(("group 10", "group 2", "apple")):
        save_digit(tmp_path / name, "a", row)
    data = read(tmp_path).splits.training
    assert data.class_names == ("apple", "group 2", "group 10")
    np.testing.assert_array_equal(data.images[data.labels == 2][0], mnist().training.images[0])


def test_train_validation_and_test_folders_are_the_parts_of_the_dataset(tmp_path: Path) -> None:
    for number, part in enumerate(("train", "val", "test")):
        save_digit(tmp_path / part / "3", "a", 3 * number)
        save_digit(tmp_path / part / "4", "b", 3 * number + 1)
    splits = read(tmp_path).splits
    assert splits.validation is not None
    assert splits.test is not None
    np.testing.assert_array_equal(splits.test.images[0], mnist().training.images[6])
    assert [len(splits.training), len(splits.validation), len(splits.test)] == [2, 2, 2]
    assert splits.test.source.endswith("test part")


def test_invalid_images_are_skipped_and_listed_and_other_files_are_ignored(tmp_path: Path) -> None:
    save_digit(tmp_path / "0", "good", 0)
    save_digit(tmp_path / "1", "good", 1)
    (tmp_path / "1" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    Image.new("L", (28, 28), 255).save(tmp_path / "1" / "blank.png")
    (tmp_path / "1" / "notes.txt").write_text("not a picture")
    found = read(tmp_path)
    assert len(found.splits.training) == 2
    assert len(found.skipped) == 2
    assert "blank.png" in found.skipped[0]
    assert "the image is blank" in found.skipped[0]
    assert "broken.png" in found.skipped[1]


def test_a_folder_with_fewer_than_two_classes_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no sub-folder with images"):
        read(tmp_path)
    save_digit(tmp_path / "0", "a", 0)
    with pytest.raises(DataError, match="only one sub-folder with images, 0"):
        read(tmp_path)


def test_a_folder_with_only_invalid_images_is_rejected_with_a_reason(tmp_path: Path) -> None:
    for name in "01":
        (tmp_path / name).mkdir()
        (tmp_path / name / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"no image that can be read: .*broken\.jpg"):
        read(tmp_path)


def test_reading_can_be_cancelled_and_reports_progress(tmp_path: Path) -> None:
    for row in range(4):
        save_digit(tmp_path / f"{row % 2}", f"{row}", row)
    fractions: list[float] = []
    read_image_folder(tmp_path, read_grey_image, progress=fractions.append)
    assert fractions == [0.25, 0.5, 0.75, 1.0]
    assert read_image_folder(tmp_path, read_grey_image, cancelled=lambda: len(fractions) >= 4) is None


def test_a_folder_without_sub_folders_is_not_an_image_folder(tmp_path: Path) -> None:
    assert not is_image_folder(tmp_path / "nowhere")
    assert not is_image_folder(tmp_path)
