"""The bundled MNIST is complete; a data set keeps its bytes, is read-only, and is split without a loss."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncore.data.dataset import NO_CLASS, Dataset, bundled_mnist_path, load_mnist
from nncore.errors import DataError


def numbered(count: int) -> Dataset:
    """Return images that can be distinguished: every pixel of image i is i."""
    images = np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None], (count, 2, 3))
    return Dataset(images, np.arange(count) % 10, source="numbered")


def test_the_complete_mnist_comes_with_the_app() -> None:
    splits = load_mnist()
    assert splits.validation is None
    assert splits.test is not None
    assert (len(splits.training), len(splits.test)) == (60_000, 10_000)
    assert splits.training.images.shape[1:] == splits.test.images.shape[1:] == (28, 28)
    assert splits.training.class_names == tuple("0123456789")
    assert list(splits.training.labels[:10]) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert list(splits.test.labels[:10]) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def mnist_error(path: Path) -> str:
    with pytest.raises(DataError) as error:
        load_mnist(path)
    message = str(error.value)
    assert message.startswith(f"{path}: the bundled MNIST data ")
    assert message.endswith("; install Digit Lab again.")
    assert len(message.splitlines()) == 1
    return message


def test_a_missing_mnist_file_is_reported(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in mnist_error(tmp_path / "mnist.npz")
    assert "cannot be read (Is a directory)" in mnist_error(tmp_path)


def test_a_damaged_mnist_file_is_reported(tmp_path: Path) -> None:
    path, complete = tmp_path / "mnist.npz", bundled_mnist_path().read_bytes()
    middle = len(complete) // 2
    for content in (
        b"",
        b"hello",
        complete[:-100],
        complete[:middle],
        complete[:middle] + b"oops" + complete[middle + 4 :],
    ):
        path.write_bytes(content)
        assert "is damaged" in mnist_error(path)
    np.savez(path, x_train=np.zeros((2, 28, 28), np.uint8), y_train=np.zeros(3, np.uint8))
    assert "is damaged" in mnist_error(path)
    np.savez(path, x_train=np.array([{}], object))
    assert "is damaged" in mnist_error(path)


def test_images_stay_bytes() -> None:
    data = load_mnist().training
    assert data.images.dtype == np.uint8
    assert not np.shares_memory(data.inputs(slice(0, 2)), data.images)


def test_images_and_labels_of_a_dataset_are_read_only() -> None:
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
def test_inputs_are_written_to_the_given_array(dtype: type[np.floating]) -> None:
    out = np.full((2, 6), np.nan, dtype)
    found = numbered(4).inputs(np.array([3, 1]), out=out)
    assert found is out
    assert np.allclose(out[:, 0], np.array([3, 1]) / 255)


def test_copy_images_returns_bytes_and_targets_returns_labels_of_the_rows() -> None:
    data, rows = numbered(20), np.array([13, 4, 13])
    images, labels = np.empty((3, 6), np.uint8), np.empty(3, np.intp)
    assert data.copy_images(rows, images) is images
    assert images.tolist() == [[row] * 6 for row in rows]
    assert data.targets(rows, labels) is labels
    assert labels.tolist() == data.targets(rows).tolist() == [3, 4, 3]
    assert data.targets(slice(12, 15), labels).tolist() == data.targets(slice(12, 15)).tolist() == [2, 3, 4]


def test_example_returns_a_view_if_the_type_matches() -> None:
    data = numbered(20)
    view = data.example(13, np.uint8)
    assert view is not None
    assert (view[0].tolist(), view[1].tolist()) == ([[13] * 6], [3])
    assert np.shares_memory(view[0], data.images)
    assert not any(array.flags.writeable for array in view)
    assert data.example(13, np.float32) is None
    numbers = Dataset.from_floats([1.0, 2.0], [[3.0], [4.0]]).example(1, np.float32)
    assert numbers is not None
    assert [array.tolist() for array in numbers] == [[[2.0]], [[4.0]]]


def test_reading_a_batch_allocates_nothing_that_grows_with_it() -> None:
    data, rows = Dataset(np.zeros((5000, 28, 28), np.uint8), np.zeros(5000, np.intp)), np.arange(4096)
    images, labels = np.empty((4096, 784), np.uint8), np.empty(4096, np.intp)
    tracemalloc.start()
    data.copy_images(rows, images)
    data.targets(rows, labels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4096


def test_a_dataset_knows_its_shape_type_and_class_names() -> None:
    images, numbers = numbered(3), Dataset.from_floats(np.zeros((3, 7)), np.zeros((3, 2)), source="numbers")
    assert (images.input_shape, images.is_bytes, images.class_names) == ((2, 3), True, tuple("0123456789"))
    assert (numbers.input_shape, numbers.is_bytes, numbers.class_names, len(numbers)) == ((7,), False, (), 3)


@given(count=st.integers(1, 200), batch_size=st.integers(1, 300), seed=st.integers(0, 2**32))
def test_an_epoch_gives_every_row_once_in_batches_of_the_given_size(count: int, batch_size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    epochs = [list(numbered(count).batches(batch_size, rng)) for _ in range(2)]
    for batches in epochs:
        assert sorted(np.concatenate(batches)) == list(range(count))
        assert {len(rows) for rows in batches[:-1]} <= {batch_size}
        assert 1 <= len(batches[-1]) <= batch_size
    expected = np.random.default_rng(seed)
    for batches in epochs:
        order = np.arange(count) if batch_size >= count else expected.permutation(count)
        assert np.array_equal(np.concatenate(batches), order)


def test_plain_numbers_are_not_changed() -> None:
    x, y = np.array([[0.5, -3], [1e9, 7], [0, 255]]), np.array([[1.5], [2.5], [-3.5]])
    data = Dataset.from_floats(x, y, source="numbers")
    rows = np.array([2, 0])
    for chosen in (rows, slice(1, 3)):
        assert data.inputs(chosen).dtype == data.targets(chosen).dtype == np.float32
        assert data.inputs(chosen).tolist() == x.astype(np.float32)[chosen].tolist()
        assert data.targets(chosen).tolist() == y[chosen].tolist()
    targets, inputs = np.empty((2, 1), np.float32), np.empty((2, 2), np.float64)
    assert data.targets(rows, targets) is targets
    assert data.inputs(rows, inputs) is inputs
    assert (inputs.tolist(), targets.tolist()) == (x[rows].tolist(), y[rows].tolist())
    assert data.take(rows).inputs(slice(None)).tolist() == x[rows].tolist()
    remaining, held_out = data.split(0.3, np.random.default_rng(0))
    assert sorted([*remaining.targets(slice(None))[:, 0], *held_out.targets(slice(None))[:, 0]]) == [-3.5, 1.5, 2.5]
    assert not np.shares_memory(data.images, x)


def test_an_array_with_one_axis_becomes_one_column() -> None:
    data = Dataset.from_floats([1, 2, 3], np.linspace(0, 1, 3))
    assert (data.input_shape, data.images.tolist()) == ((1,), [[1], [2], [3]])
    assert data.labels.tolist() == [[0], [0.5], [1]]


def test_plain_numbers_can_have_labels() -> None:
    data = Dataset.from_floats(np.zeros((3, 5)), [1, 0, 1], ("no", "yes"), "flowers")
    assert data.targets(slice(None)).tolist() == [1, 0, 1]
    assert data.targets(slice(None)).dtype == np.intp
    with pytest.raises(DataError, match="flowers: the label of image 2 is 2; expected 0 to 1"):
        Dataset.from_floats(np.zeros((3, 5)), [1, 2, 1], ("no", "yes"), "flowers")


@pytest.mark.parametrize(("value", "found"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf"), (1e39, "1e+39")])
def test_the_error_for_a_number_that_is_not_finite_says_where_it_is(value: float, found: str) -> None:
    valid, invalid = np.zeros((9, 4)), np.zeros((9, 4))
    invalid[6, 2] = value
    for inputs, targets, what in ((invalid, valid, "input"), (valid, invalid, "target")):
        with pytest.raises(DataError) as error:
            Dataset.from_floats(inputs, targets, source="ours")
        assert str(error.value) == (
            f"ours, row 7, {what} 3: found {found}; expected a finite number that a float32 can hold."
        )


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (np.zeros((3, 2, 2)), np.zeros(3), r"ours: inputs are float64 \(3, 2, 2\); expected numbers with one or two"),
        (["a", "b"], [1, 2], r"ours: inputs are <U1 \(2,\)"),
        (np.zeros((3, 2)), np.zeros(()), r"ours: targets are float64 \(\)"),
        (np.zeros((3, 2)), np.zeros(4), r"ours: found 3 inputs, but targets with shape \(4, 1\)"),
    ],
)
def test_arrays_that_are_not_columns_of_numbers_are_rejected(inputs: Any, targets: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Dataset.from_floats(inputs, targets, source="ours")


def test_integer_targets_are_rejected_without_classes() -> None:
    with pytest.raises(DataError, match=r"ours: targets are int64 \(3,\); expected float32 with two axes, because"):
        Dataset(np.zeros((3, 2, 2), np.uint8), np.zeros(3, np.int64), (), "ours")


def test_float32_arrays_are_checked_like_other_numbers() -> None:
    invalid = np.array([[0, 0], [np.nan, 0]], np.float32)
    valid, images = np.zeros((2, 2), np.float32), np.zeros((2, 4, 4), np.uint8)
    for inputs, targets, place in (
        (invalid, valid, "input 1"),
        (valid, invalid, "target 1"),
        (images, invalid, "target 1"),
    ):
        with pytest.raises(DataError, match=f"^ours, row 2, {place}: found nan; expected a finite number"):
            Dataset(inputs, targets, (), "ours")


def test_a_dataset_may_be_empty_or_hold_a_single_class() -> None:
    assert len(numbered(0)) == 0
    assert list(numbered(0).batches(4, np.random.default_rng(0))) == []
    assert len(Dataset.from_floats(np.zeros((0, 3)), np.zeros((0, 1)))) == 0
    assert len(Dataset(np.zeros((3, 2, 2), np.uint8), np.full(3, 7))) == 3


def test_take_keeps_images_labels_names_and_source_together() -> None:
    taken = numbered(20).take(np.array([13, 4]))
    assert list(taken.images[:, 0, 0]) == [13, 4]
    assert list(taken.labels) == [3, 4]
    assert taken.source == "numbered"
    assert list(numbered(20).take(slice(5, 7)).labels) == [5, 6]


def test_an_open_set_and_its_parts_may_hold_examples_without_a_class() -> None:
    images, labels = np.zeros((3, 2, 2), np.uint8), np.array([4, NO_CLASS, 0])
    mixed = Dataset(images, labels, source="ours", open_set=True)
    assert list(mixed.take(slice(1, 3)).labels) == [NO_CLASS, 0]
    assert sum(map(len, mixed.split(0.4, np.random.default_rng(0)))) == 3
    with pytest.raises(DataError, match=r"ours: the label of image 2 is -1; expected 0 to 9"):
        Dataset(images, labels, source="ours")
    with pytest.raises(DataError, match=r"ours: the label of image 2 is -2; expected 0 to 9"):
        Dataset(images, np.array([4, -2, 0]), source="ours", open_set=True)


@given(count=st.integers(1, 200), fraction=st.floats(0.001, 0.999), seed=st.integers(0, 2**32))
def test_a_split_contains_every_image_once_with_its_label(count: int, fraction: float, seed: int) -> None:
    remaining, held_out = numbered(count).split(fraction, np.random.default_rng(seed))
    ids = np.concatenate([remaining.images[:, 0, 0], held_out.images[:, 0, 0]])
    assert sorted(ids) == list(range(count))
    assert np.array_equal(np.concatenate([remaining.labels, held_out.labels]), ids % 10)
    assert len(remaining) >= 1
    assert abs(len(held_out) - fraction * count) <= 1


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    def held_out(seed: int) -> list[int]:
        return list(numbered(100).split(0.2, np.random.default_rng(seed))[1].images[:, 0, 0])

    assert held_out(1) == held_out(1)
    assert held_out(1) != held_out(2)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 4), np.uint8), [0, 1], r"ours: images are uint8 \(2, 4\); expected uint8 with three axes"),
        (np.zeros((2, 4, 4), np.float32), [0, 1], r"ours: images are float32"),
        (np.zeros((2, 4, 4), np.uint8), [0], r"ours: found 2 images, but labels with shape \(1,\)"),
        (
            np.zeros((2, 4, 4), np.uint8),
            [[0], [1]],
            r"ours: labels have shape \(2, 1\); expected \(2,\), one per image",
        ),
        (np.zeros((2, 4, 4), np.uint8), 3, r"ours: found 2 images, but labels with shape \(\)"),
        (np.zeros((2, 4, 4), np.uint8), [0, 10], r"ours: the label of image 2 is 10; expected 0 to 9"),
        (np.zeros((2, 4, 4), np.uint8), [-1, 0], r"ours: the label of image 1 is -1; expected 0 to 9"),
    ],
)
def test_images_and_labels_that_do_not_match_are_rejected(images: Any, labels: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Dataset(images, np.array(labels), source="ours")
