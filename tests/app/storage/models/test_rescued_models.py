"""A model that cannot be saved in its folder is kept in another one, and moved to its folder later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.storage.models.rescued_models import RESCUED_NAME_START, rescue, rescued_models
from app.storage.paths import models_folder
from nncore.errors import ModelFileError
from nncore.files.model_file import load_model
from tests.app.session.samples import model_called


@pytest.fixture(autouse=True)
def places(user_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that are tried after that of the models; the first of them has a file in its place."""
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    user_files.write_text("a file where the folder should be")
    return [home, temporary]


def test_it_is_kept_in_the_first_folder_that_can_be_written(places: list[Path]) -> None:
    model = model_called("mine")
    path = rescue(model)
    assert path.parent == places[0]
    np.testing.assert_array_equal(load_model(path).parameters, model.parameters)
    places[0].joinpath(path.name).unlink()
    places[0].rmdir()
    places[0].touch()
    assert rescue(model).parent == places[1]


def test_a_model_that_can_be_kept_nowhere_is_named(places: list[Path]) -> None:
    for place in places:
        place.rmdir()
        place.touch()
    with pytest.raises(ModelFileError, match=r"The model mine is lost: .*could not be saved"):
        rescue(model_called("mine"))


def test_it_is_found_and_moved_to_the_models_as_soon_as_possible(user_files: Path, places: list[Path]) -> None:
    path = rescue(model_called("my/model"))
    (places[0] / f"{RESCUED_NAME_START} damaged.npz").write_bytes(b"damaged")
    (found,) = rescued_models()
    assert (found.name, found.path, found.is_saved) == ("my/model", path, False)
    user_files.unlink()
    (found,) = rescued_models()
    assert (found.name, found.is_saved) == ("my/model", True)
    assert found.path.parent == models_folder()
    assert found.path.name.endswith(" my-model.npz")
    assert load_model(found.path).card.name == "my/model"
    assert not path.exists()
    assert rescued_models() == []
