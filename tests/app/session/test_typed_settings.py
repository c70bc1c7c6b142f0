"""Settings that were typed are kept between starts, and an invalid file counts as none."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.session.typed_settings import SweepValues, TrainSettings, read_typed, write_typed
from nncore.errors import DataError
from nncore.experiments.recipes import RECIPES

SETTINGS = [TrainSettings(name, recipe.spec, recipe.config) for name, recipe in RECIPES.items()]


@pytest.mark.parametrize("settings", SETTINGS, ids=list(RECIPES))
def test_the_settings_of_every_recipe_are_read_back(settings: TrainSettings, tmp_path: Path) -> None:
    write_typed(settings, tmp_path / "a.json")
    assert read_typed(TrainSettings, tmp_path / "a.json") == settings


def test_values_of_a_sweep_are_read_back_and_deleted(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    assert read_typed(SweepValues, path) is None
    write_typed(None, path)
    values = SweepValues({"learning_rate": "0.1 0.2", "hidden": "64 not valid"})
    write_typed(values, path)
    assert read_typed(SweepValues, path) == values
    write_typed(None, path)
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"format": "another"}', b'{"format": 7, "version": 99}'])
def test_a_damaged_file_counts_as_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)
    assert read_typed(TrainSettings, tmp_path / "a.json") is None


def test_a_changed_value_counts_as_none(tmp_path: Path) -> None:
    write_typed(SETTINGS[0], tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text()
    for old, new in (('"learning_rate": ', '"learning_rate": -'), ('"version": 1', '"version": 2'), ("[", "{")):
        assert old in text
        (tmp_path / "a.json").write_text(text.replace(old, new, 1))
        assert read_typed(TrainSettings, tmp_path / "a.json") is None


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="could not be saved"):
        write_typed(SETTINGS[0], tmp_path)
    with pytest.raises(DataError, match="could not be deleted"):
        write_typed(None, tmp_path)
