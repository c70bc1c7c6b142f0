"""A few real digits, and what the fuzz tests of all readers share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nncore.data.dataset import Dataset
from nncore.errors import DataError
from tests.nncore.example_data import mnist


@pytest.fixture(scope="session")
def digits() -> Dataset:
    test = mnist().test
    assert test is not None
    return test.take(slice(0, 12))


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def check_read_or_data_error(read: Callable[[Path], object], path: Path, content: bytes) -> None:
    """Check that the reader reads the content or raises a DataError whose message is one line with the file's name."""
    path.write_bytes(content)
    message = f"{path.name} was read."
    try:
        read(path)
    except DataError as error:
        message = str(error)
    assert path.name in message
    assert len(message.splitlines()) == 1
    assert message.endswith(".")


def equal_datasets(found: Dataset | None, expected: Dataset) -> bool:
    """Return whether two data sets have the same images and labels."""
    assert found is not None
    return np.array_equal(found.images, expected.images) and np.array_equal(found.labels, expected.labels)
