"""The bundled MNIST is made of the original files, with the same bytes each time."""

from __future__ import annotations

import gzip
import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from resources import build_mnist

pytestmark = pytest.mark.slow


def original_of(name: str) -> bytes:
    """Return an original file, rebuilt from the array in mnist.npz."""
    with np.load(build_mnist.TARGET, allow_pickle=False) as arrays:
        array = arrays[name]
    axes = np.array(array.shape, ">u4")
    return bytes([0, 0, 8, len(axes)]) + bytes(axes) + bytes(array)


@pytest.fixture(scope="session")
def originals() -> dict[str, bytes]:
    """The content of the four original files, by their names."""
    return {file: original_of(name) for name, (file, _) in build_mnist.ORIGINALS.items()}


@pytest.fixture
def folder(tmp_path: Path, originals: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The originals of the test set only: compressing 60,000 images takes too long."""
    part = {name: build_mnist.ORIGINALS[name] for name in ("x_test", "y_test")}
    monkeypatch.setattr(build_mnist, "ORIGINALS", part)
    for name, _ in part.values():
        (tmp_path / name).write_bytes(originals[name])
    return tmp_path


def test_the_bundled_arrays_are_the_original_files(originals: dict[str, bytes]) -> None:
    found = {name: sha256(content).hexdigest() for name, content in originals.items()}
    assert found == dict(build_mnist.ORIGINALS.values())


def test_the_bundled_file_holds_nothing_else() -> None:
    with np.load(build_mnist.TARGET, allow_pickle=False) as arrays:
        kinds = {name: (array.dtype, array.shape) for name, array in arrays.items()}
    assert kinds == {
        "x_train": (np.uint8, (60_000, 28, 28)),
        "y_train": (np.uint8, (60_000,)),
        "x_test": (np.uint8, (10_000, 28, 28)),
        "y_test": (np.uint8, (10_000,)),
    }


@pytest.mark.parametrize("packed", ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_plain_and_compressed_originals_give_the_bundled_arrays(packed: str, folder: Path, tmp_path: Path) -> None:
    plain = folder / packed
    (folder / f"{packed}.gz").write_bytes(gzip.compress(plain.read_bytes(), compresslevel=1))
    plain.unlink()
    target = tmp_path / "built.npz"
    build_mnist.build(folder, target)
    with np.load(target) as built, np.load(build_mnist.TARGET) as bundled:
        assert list(built) == ["x_test", "y_test"]
        assert all(np.array_equal(built[name], bundled[name]) for name in built)
    assert list(tmp_path.glob("*built*")) == [target]


def test_the_file_does_not_depend_on_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])
    (tmp_path / "labels").write_bytes(content)
    monkeypatch.setattr(build_mnist, "ORIGINALS", {"y_train": ("labels", sha256(content).hexdigest())})
    built = []
    for year in (2001, 2031):
        monkeypatch.setattr("time.time", lambda year=year: (year - 1970) * 31_556_952.0)
        build_mnist.build(tmp_path, tmp_path / "built.npz")
        built.append((tmp_path / "built.npz").read_bytes())
    assert built[0] == built[1]
    with np.load(tmp_path / "built.npz") as arrays:
        assert arrays["y_train"].tolist() == [7, 9]


def test_a_full_disk_leaves_the_old_file_unchanged(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "built.npz"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left"):
        build_mnist.build(folder, target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.glob("*built*")) == [target]


def error_message(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the message of the script about `folder` and check that it leaves mnist.npz unchanged."""
    before = build_mnist.TARGET.stat()
    assert build_mnist.main([str(folder)]) == 2
    assert build_mnist.TARGET.stat() == before
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err


def test_a_changed_file_is_rejected(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "t10k-labels-idx1-ubyte"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    message = error_message(folder, capsys)
    assert message.startswith(f"{path}: found SHA-256 {sha256(content).hexdigest()}; expected ff7bcfd4")


def test_a_missing_file_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "t10k-labels-idx1-ubyte").unlink()
    assert "found no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz" in error_message(folder, capsys)


@pytest.mark.parametrize("content", [gzip.compress(bytes(5000), mtime=0)[:-10], b"not packed"])
def test_a_damaged_compressed_file_is_named(content: bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "t10k-labels-idx1-ubyte").unlink()
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(content)
    assert f"{folder / 't10k-labels-idx1-ubyte.gz'}: the file cannot be read" in error_message(folder, capsys)


@pytest.mark.parametrize("arguments", [[], ["one", "two"]])
def test_without_a_folder_the_usage_is_shown(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert build_mnist.main(arguments) == 2
    assert capsys.readouterr().err == "usage: python -m resources.build_mnist FOLDER\n"
