from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.nncore.example_data import small_mnist


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An .npz file with a few images of MNIST."""
    data, path = small_mnist(), tmp_path_factory.mktemp("data") / "small.npz"
    assert data.test is not None
    np.savez(
        path,
        x_train=data.training.images, y_train=data.training.labels,
        x_test=data.test.images, y_test=data.test.labels,
    )  # fmt: skip
    return path
