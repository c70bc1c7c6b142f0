"""A few real digits, and the parts shared by the fuzz tests of all readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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


def reads_or_says_why(read: Callable[[Path], object], path: Path, content: bytes) -> None:
    """Check that the reader reads the content or raises a DataError of one line with the file's name."""
    path.write_bytes(content)
    said = f"{path.name} was read."
    try:
        read(path)
    except DataError as error:
        said = str(error)
    assert path.name in said
    assert len(said.splitlines()) == 1
    assert said.endswith(".")
