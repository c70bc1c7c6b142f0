from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nncore.dataset import Dataset, bundled_mnist_path, load_mnist
from nncore.errors import DataError


def numbered(count: int) -> Dataset:
    """Images that can be told apart: every pixel of image i is i."""
    images = np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None], (count, 2, 3))
    return Dataset(images, np.arange(count) % 10, source="numbered")


def test_mnist_comes_whole_with_the_app() -> None:
    splits = load_mnist()
    assert splits.validation is None
    assert splits.test is not None
    assert (len(splits.training), len(splits.test)) == (60_000, 10_000)
    assert splits.training.images.shape[1:] == splits.test.images.shape[1:] == (28, 28)
    assert splits.training.class_names == tuple("0123456789")
    assert list(splits.training.labels[:10]) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert list(splits.test.labels[:10]) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def refused_mnist(path: Path) -> str:
    with pytest.raises(DataError) as refusal:
        load_mnist(path)
    said = str(refusal.value)
    assert said.startswith(f"{path}: MNIST, which comes with Digit Lab, ")
    assert said.endswith("; install Digit Lab again.")
    assert len(said.splitlines()) == 1
    return said


def test_mnist_that_is_missing_is_said(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in refused_mnist(tmp_path / "mnist.npz")
    assert "cannot be read (Is a directory)" in refused_mnist(tmp_path)


def test_mnist_that_is_damaged_is_said(tmp_path: Path) -> None:
    path, whole = tmp_path / "mnist.npz", bundled_mnist_path().read_bytes()
    middle = len(whole) // 2
    for content in (b"", b"hello", whole[:-100], whole[:middle], whole[:middle] + b"oops" + whole[middle + 4 :]):
        path.write_bytes(content)
        assert "is damaged" in refused_mnist(path)
    np.savez(path, x_train=np.zeros((2, 28, 28), np.uint8), y_train=np.zeros(3, np.uint8))
    assert "is damaged" in refused_mnist(path)
    np.savez(path, x_train=np.array([{}], object))
    assert "is damaged" in refused_mnist(path)


def test_images_stay_bytes() -> None:
    data = load_mnist().training
    assert data.images.dtype == np.uint8
    assert not np.shares_memory(data.inputs(slice(0, 2)), data.images)


def test_nobody_changes_the_images_or_labels_of_a_data_set() -> None:
    data = numbered(3)
    with pytest.raises(ValueError, match="read-only"):
        data.images[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        data.labels[0] = 1


@pytest.mark.parametrize("rows", [slice(1, 3), np.array([2, 0, 2])])
def test_inputs_are_flat_rows_from_0_to_1(rows: Any) -> None:
    data = Dataset(np.array([0, 51, 255], np.uint8).repeat(6).reshape(3, 2, 3), np.zeros(3, np.intp))
    expected = np.array([0, 0.2, 1])[rows, None].repeat(6, axis=1)
    found = data.inputs(rows)
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inputs_fill_the_workspace_they_are_given(dtype: type[np.floating]) -> None:
    out = np.full((2, 6), np.nan, dtype)
    found = numbered(4).inputs(np.array([3, 1]), out=out)
    assert found is out
    assert np.allclose(out[:, 0], np.array([3, 1]) / 255)


def test_take_keeps_images_labels_names_and_source_together() -> None:
    taken = numbered(20).take(np.array([13, 4]))
    assert list(taken.images[:, 0, 0]) == [13, 4]
    assert list(taken.labels) == [3, 4]
    assert taken.source == "numbered"
    assert list(numbered(20).take(slice(5, 7)).labels) == [5, 6]


@settings(deadline=None)
@given(count=st.integers(1, 200), share=st.floats(0.001, 0.999), seed=st.integers(0, 2**32))
def test_a_split_keeps_every_image_once_with_its_label(count: int, share: float, seed: int) -> None:
    stay, held_out = numbered(count).split(share, np.random.default_rng(seed))
    ids = np.concatenate([stay.images[:, 0, 0], held_out.images[:, 0, 0]])
    assert sorted(ids) == list(range(count))
    assert np.array_equal(np.concatenate([stay.labels, held_out.labels]), ids % 10)
    assert len(stay) >= 1
    assert abs(len(held_out) - share * count) <= 1


def test_the_same_seed_splits_alike_and_another_differently() -> None:
    def held_out(seed: int) -> list[int]:
        return list(numbered(100).split(0.2, np.random.default_rng(seed))[1].images[:, 0, 0])

    assert held_out(1) == held_out(1)
    assert held_out(1) != held_out(2)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 4), np.uint8), [0, 1], r"ours: images are uint8 \(2, 4\); expected uint8 with three axes"),
        (np.zeros((2, 4, 4), np.float32), [0, 1], r"ours: images are float32"),
        (np.zeros((2, 4, 4), np.uint8), [0], r"ours: 2 images, but labels \(1,\)"),
        (np.zeros((2, 4, 4), np.uint8), [0, 10], r"ours: label 10 of image 2; expected 0 to 9"),
        (np.zeros((2, 4, 4), np.uint8), [-1, 0], r"ours: label -1 of image 1; expected 0 to 9"),
    ],
)
def test_what_does_not_belong_together_is_refused(images: Any, labels: list[int], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Dataset(images, np.array(labels), source="ours")
