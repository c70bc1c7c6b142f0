"""The open formats as model files: the suffix selects the format, and each is read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings

from nncore.errors import ModelFileError
from nncore.files import model_file
from nncore.files.model_file import Model, is_model_file, load_model, save_model
from nncore.model.network import NetworkSpec
from tests.nncore.files.exports.networks import EVERYTHING, header_of, images_for, network_of
from tests.nncore.mutation import Mutation, check_loaded_or_rejected, mutated, mutations

SUFFIXES = [".onnx", ".py"]


def model_of(spec: NetworkSpec = EVERYTHING) -> Model:
    header = header_of(spec)
    return Model(
        spec, network_of(spec).parameters.values.astype(np.float32), header.card, header.class_names, header.history
    )


@pytest.fixture(params=SUFFIXES)
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"model{request.param}"
    save_model(model_of(), path)
    return path


def test_an_exported_model_is_the_same_model_when_it_is_loaded(saved: Path) -> None:
    model, loaded = model_of(), load_model(saved)
    for part in ("spec", "card", "class_names", "history", "preprocessing"):
        assert getattr(loaded, part) == getattr(model, part)
    np.testing.assert_array_equal(loaded.parameters, model.parameters)
    images = images_for(EVERYTHING).reshape(7, -1)
    np.testing.assert_array_equal(loaded.network().predict(images), model.network().predict(images))


def test_the_suffix_selects_the_format(tmp_path: Path) -> None:
    for name in ("a.ONNX", "a.Py", "a.npz", "a"):
        save_model(model_of(), tmp_path / name)
    assert onnx.load(tmp_path / "a.ONNX").producer_name == "Digit Lab"
    assert (tmp_path / "a.Py").read_bytes().startswith(b'"""A network trained with Digit Lab')
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "a").read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_npz_model_is_read_with_any_suffix(tmp_path: Path, suffix: str) -> None:
    save_model(model_of(), tmp_path / "a.npz")
    renamed = (tmp_path / "a.npz").rename(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(load_model(renamed).parameters, model_of().parameters)


def test_an_exported_model_is_recognized_as_a_model_file(saved: Path) -> None:
    assert is_model_file(saved)
    saved.write_bytes(b"damaged")
    assert is_model_file(saved)
    saved.unlink()
    assert not is_model_file(saved)


def test_every_truncated_file_is_rejected_by_name(saved: Path) -> None:
    content = saved.read_bytes()
    for length in {0, 1, 10, 100, len(content) // 4, len(content) // 2}:
        saved.write_bytes(content[:length])
        with pytest.raises(ModelFileError, match=rf"model\{saved.suffix}: .*\w"):
            load_model(saved)


def test_weights_that_are_not_finite_are_rejected(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(model_file, "check_finite", lambda arrays: None)  # such a model is not saved
        save_model(replace(model_of(), parameters=np.full(EVERYTHING.parameter_count, np.inf, np.float32)), saved)
    with pytest.raises(ModelFileError, match="some of its weights are not finite"):
        load_model(saved)


def test_a_file_larger_than_the_free_memory_is_rejected_unread(saved: Path) -> None:
    with saved.open("r+b") as file:
        file.truncate(2**43)  # a sparse file, which takes no disk space
    with pytest.raises(ModelFileError, match=r"8,796\.1 GB, which is too large for the free memory"):
        load_model(saved)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_path_that_is_not_a_file_is_rejected(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(ModelFileError, match="it is not a file"):
        load_model(tmp_path / f"folder{suffix}")
    with pytest.raises(ModelFileError, match="there is no such file"):
        load_model(tmp_path / f"nowhere{suffix}")
    with pytest.raises(ModelFileError, match="could not be saved"):
        save_model(model_of(), tmp_path / f"folder{suffix}")


@settings(max_examples=60)
@given(changes=mutations)
def test_a_mutated_file_is_read_or_rejected(saved: Path, changes: list[Mutation]) -> None:
    path = saved.with_name(f"mutated{saved.suffix}")
    path.write_bytes(mutated(saved.read_bytes(), changes))
    check_loaded_or_rejected(path)
