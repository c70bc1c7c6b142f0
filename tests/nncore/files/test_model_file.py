"""A model is read back unchanged, the old file survives a failure, and a damaged file is rejected."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from nncore.errors import ModelFileError
from nncore.files import model_file
from nncore.files.model_file import Model, ModelCard, is_model_file, load_model, save_model, trained_model
from nncore.model.network import Network, NetworkSpec
from nncore.training import RandomStreams, Training, TrainingConfig
from nncore.training.control import TrainingControl
from nncore.training.events import EpochDone, Finished
from tests.nncore.example_data import small_mnist
from tests.nncore.mutation import Mutation, check_loaded_or_rejected, mutated, mutations


def small_model() -> Model:
    spec = NetworkSpec.dense((784, 5, 10))
    network = Network(spec)
    network.initialize(np.random.default_rng(0))
    return Model(spec, network.parameters.values.astype(np.float32), ModelCard("small", data="none", seed=3))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_model(small_model(), tmp_path / "small.npz")
    return tmp_path / "small.npz"


def rewrite_header(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    with zipfile.ZipFile(path) as archive:
        header, vector = json.loads(archive.read("header.json")), archive.read("parameters.npy")
    change(header)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", json.dumps(header))
        archive.writestr("parameters.npy", vector)


def test_a_model_is_read_back_unchanged(saved: Path) -> None:
    model, loaded = small_model(), load_model(saved)
    np.testing.assert_array_equal(loaded.parameters, model.parameters)
    assert replace(loaded, parameters=model.parameters).spec == model.spec
    assert (loaded.card, loaded.class_names, loaded.history) == (model.card, model.class_names, model.history)
    X = np.random.default_rng(0).random((3, 784), np.float32)
    np.testing.assert_array_equal(loaded.network().predict(X), model.network().predict(X))


def test_the_same_model_gives_the_same_bytes(tmp_path: Path, saved: Path) -> None:
    save_model(small_model(), tmp_path / "again.npz")
    assert saved.read_bytes() == (tmp_path / "again.npz").read_bytes()


def test_numpy_opens_a_model_file_without_pickle(saved: Path) -> None:
    with np.load(saved, allow_pickle=False) as members:
        assert members["parameters"].dtype == np.float32
        assert json.loads(members["header.json"])["format"] == "digitlab-model"


def test_the_card_describes_the_run() -> None:
    network, control = Network(NetworkSpec.dense((784, 16, 10))), TrainingControl(0.001)
    network.initialize(RandomStreams.from_seed(7).initialization)
    training = Training(network, small_mnist(), TrainingConfig(epochs=2, seed=7), control)
    for event in training.events():
        if isinstance(event, EpochDone):
            control.learning_rate = 0.002
    assert isinstance(event, Finished)
    assert event.test is not None
    model = trained_model(training, event.test, name="mine")
    assert (model.card.seed, model.card.epochs) == (7, 2)
    assert model.card.data == "MNIST, training part: 2,000 images to train, 500 more to validate"
    assert model.card.settings["learning_rates_from_step"] == {"1": 0.001, "17": 0.002}
    assert model.card.test_accuracy == event.test.accuracy
    assert [row["epoch"] for row in model.history] == [1, 2]
    np.testing.assert_array_equal(model.parameters, network.parameters.values)
    assert model.parameters.base is not network.parameters.values


def test_the_old_model_stays_if_saving_fails(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def disk_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(ModelFileError, match="No space left on device"):
        save_model(small_model(), saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no such file"):
        load_model(tmp_path / "nowhere.npz")
    with pytest.raises(ModelFileError, match="could not be read"):
        load_model(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x80\x04]\x94."])
def test_foreign_bytes_are_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.npz"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="damaged or of a different kind"):
        load_model(path)


def test_a_data_file_is_not_a_model(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x_train=np.zeros(3))
    with pytest.raises(ModelFileError, match=r"no header\.json inside"):
        load_model(tmp_path / "data.npz")


def test_every_truncated_file_is_rejected(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 997):
        saved.write_bytes(whole[:length])
        with pytest.raises(ModelFileError):
            load_model(saved)


def test_a_newer_version_is_reported(saved: Path) -> None:
    rewrite_header(saved, lambda header: header.update(version=99))
    with pytest.raises(ModelFileError, match="format version is 99, but this Digit Lab reads versions up to 1"):
        load_model(saved)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda h: h.update(format="other"), "the format in its header must be 'digitlab-model'"),
        (lambda h: h.pop("card"), "header is incomplete"),
        (
            lambda h: h["card"].update(test_accuracy="good"),
            "test_accuracy in its card must be a number, from 0 to 1",
        ),
        (
            lambda h: h["card"].update(surprise=1),
            'its card has the field "surprise", which this',
        ),
        (lambda h: h.update(class_names=["a"]), "names 1 classes"),
        (
            lambda h: h["spec"]["layers"][0].update(units=10**9),
            r"has 795,000,000,010 weights, but parameters\.npy inside holds",
        ),
        (lambda h: h["spec"]["layers"][0].update(units=0), "network in its header cannot be used"),
        (
            lambda h: h["spec"]["layers"][0].update(units=4),
            r"has 3,190 weights, but parameters\.npy inside holds",
        ),
    ],
)
def test_an_invalid_header_is_rejected(saved: Path, change: Callable[[dict[str, Any]], None], sentence: str) -> None:
    rewrite_header(saved, change)
    with pytest.raises(ModelFileError, match=sentence):
        load_model(saved)


def test_weights_that_are_not_finite_are_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_model()
    broken = replace(model, parameters=np.full(model.parameters.shape, np.nan, np.float32))
    with monkeypatch.context() as patch:
        patch.setattr(model_file, "check_finite", lambda arrays: None)  # such a model is not saved
        save_model(broken, tmp_path / "nan.npz")
    with pytest.raises(ModelFileError, match="some of its weights are not finite"):
        load_model(tmp_path / "nan.npz")


def test_a_zip_bomb_is_not_unpacked(saved: Path) -> None:
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", b" " * 50_000_000)
    with pytest.raises(ModelFileError, match="never writes"):
        load_model(saved)


def test_a_path_that_is_not_a_regular_file_is_rejected_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    assert not is_model_file(tmp_path / "pipe.npz")
    with pytest.raises(ModelFileError, match=r"pipe\.npz: could not be read: it is not a file"):
        load_model(tmp_path / "pipe.npz")


def test_a_file_larger_than_the_free_memory_is_rejected_unread(saved: Path) -> None:
    with saved.open("r+b") as file:
        file.truncate(2**43)  # a sparse file, which takes no disk space
    with pytest.raises(ModelFileError, match=r"8,796\.1 GB, which is too large for the free memory"):
        load_model(saved)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_with_the_same_name_are_rejected(saved: Path) -> None:
    with zipfile.ZipFile(saved, "a") as archive:
        archive.writestr("header.json", archive.read("header.json"))
    with pytest.raises(ModelFileError, match="two members with the same name"):
        load_model(saved)


def test_an_encrypted_model_is_rejected(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    start = content.index(b"PK\x01\x02")  # the first entry of the zip's directory
    content[start + 8] |= 1
    saved.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"header\.json inside is compressed, encrypted or too large"):
        load_model(saved)


def with_vector(path: Path, vector: bytes) -> Path:
    """Return a valid archive like `path`, with other parameters."""
    header, mutated = members_of(path)["header.json"], path.with_name("mutated.npz")
    with zipfile.ZipFile(mutated, "w") as archive:
        archive.writestr("header.json", header)
        archive.writestr("parameters.npy", vector)
    return mutated


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def npy(header: bytes, data: bytes = bytes(4 * 3985)) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    "vector",
    [
        b"",
        b"\x93NUMPY",
        npy(b"(" * 40),
        npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (3985,)"),  # TokenError
        npy(b"{'descr': [1], 'fortran_order': False, 'shape': (3985,)}"),  # TypeError
        npy(b"{[]: 1}"),  # TypeError
        npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (" + b"9" * 40 + b",)}"),  # OverflowError
        npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (3985L,)}"),  # as Python 2 wrote it
        npy(b"{'descr': '|O', 'fortran_order': False, 'shape': (3985,)}"),
        npy(b"{'descr': '<i4', 'fortran_order': False, 'shape': (3985,)}"),
        npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (3985, 1)}"),
        npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (-3985,)}"),
        npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (3985,)}", bytes(4)),
        npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (3985,)}", bytes(4 * 3985 + 1)),
    ],
)
def test_parameters_that_do_not_suit_the_network_are_rejected(saved: Path, vector: bytes) -> None:
    with pytest.raises(ModelFileError, match=r"mutated\.npz: "):
        load_model(with_vector(saved, vector))


@settings(max_examples=200)
@given(changes=mutations)
def test_mutated_parameters_in_a_valid_archive_are_read_or_rejected(saved: Path, changes: list[Mutation]) -> None:
    vector = members_of(saved)["parameters.npy"]
    path = with_vector(saved, mutated(vector[:128], changes) + vector[128:])
    check_loaded_or_rejected(path)


@settings(max_examples=100)
@given(changes=mutations)
def test_a_mutated_file_is_read_or_rejected(saved: Path, changes: list[Mutation]) -> None:
    path = saved.with_name("mutated.npz")
    path.write_bytes(mutated(saved.read_bytes(), changes))
    is_model_file(path)
    check_loaded_or_rejected(path)


@pytest.mark.parametrize(("suffix", "size"), [(".py", 1_000_001), (".onnx", 64_000_001)])
def test_a_large_file_that_does_not_name_digit_lab_is_not_read(suffix: str, size: int, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.touch()
    os.truncate(path, size)  # a hole: it takes no place on the disk
    with pytest.raises(ModelFileError, match="its first bytes do not name Digit Lab"):
        load_model(path)
    os.truncate(path, size - 1)
    with pytest.raises(ModelFileError, match="this is not a complete"):
        load_model(path)


def test_a_script_with_many_lines_before_its_model_is_read(tmp_path: Path) -> None:
    save_model(small_model(), tmp_path / "a.py")
    content = (tmp_path / "a.py").read_bytes()
    (tmp_path / "b.py").write_bytes(content.replace(b"\n", b"\r\n") + b"# more\r\n" * 5000)
    assert load_model(tmp_path / "b.py").card == small_model().card
