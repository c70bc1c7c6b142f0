"""Every kind of file that the program reads: samples of it, and how the program reads it."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QRect

from app.storage.data_sources import load_path
from app.storage.image_file import read_colour_image
from app.storage.ink_library import InkLibrary
from app.storage.run_store import RunStore
from app.style.theme import Appearance, ThemeChoice
from app.window.preferences import MAX_RECENT_FILES, WindowPlace, WindowPreferences
from app.window.process.open_requests import OpenRequests
from nncore.data.dataset import load_mnist
from nncore.data.formats.points import read_points
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.files.checkpoint_file import save_checkpoint
from nncore.files.model_file import Model, ModelCard, is_model_file, load_model, save_model
from nncore.handwriting.personal_test.history import HandwritingTestHistory
from nncore.handwriting.personal_test.import_export import import_test
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.bitmap import to_grey
from nncore.training import TrainingConfig
from tests.nncore.saved_run import check_read_or_rejected, checkpoint

SAMPLES = Path(__file__).parents[1] / "samples" / "formats"

Read = Callable[[Path], Sequence[str]]
"""Reads a file as the program does. Returns the sentences for the user, or raises a DigitLabError with one."""


@dataclass(frozen=True)
class Kind:
    """A kind of file. name: of the file, with its suffix. samples: the contents that are mutated."""

    name: str
    read: Read
    samples: tuple[bytes, ...]

    @property
    def suffix(self) -> str:
        """The suffix of its name."""
        return Path(self.name).suffix


def kinds() -> list[Kind]:
    """All kinds. Making the samples takes some seconds."""
    with TemporaryDirectory() as folder:
        return list(_kinds(Path(folder)))


def _kinds(folder: Path) -> Iterator[Kind]:
    models = list(_models(folder))
    yield Kind("model.digitnet", _read_model, (models[0], *_samples("model_*.npz")))
    yield Kind("model.onnx", _read_model, (models[1], *_samples("model_*.onnx")))
    yield Kind("model.py", _read_model, (models[2], *_samples("model_*.py.txt")))
    save_checkpoint(checkpoint(), folder / "run.npz")
    runs = ((folder / "run.npz").read_bytes(), *_samples("checkpoint_*"))
    yield Kind("run.checkpoint", _read_checkpoint, runs)
    yield Kind("runs.sqlite", _read_log, (_log(folder), *_samples("runs_*")))
    yield Kind("digits.csv", _read_data, (_csv(","), _csv(";"), _csv("\t", "utf-16")))
    images = _images()
    yield Kind("train-images-idx3-ubyte", _read_idx, (images, gzip.compress(images)))
    yield Kind("digits.npz", _read_data, tuple(_npz()))
    yield Kind("digits-images.npy", _read_npy, (_npy(_digits()),))
    yield Kind("ink.unipen", _read_data, tuple(_samples("*.unipen")))
    yield Kind("my hand.unipen", _read_library, tuple(_samples("ink_*.unipen")))
    yield Kind("curve.csv", _read_curve, (b"x,y\n" + b"".join(b"%d,%d\n" % (x, x * x) for x in range(30)),))
    for suffix in ("png", "jpg", "gif", "webp", "bmp", "tiff"):
        yield Kind(f"picture.{suffix}", _read_picture, tuple(_pictures(suffix)))
    yield Kind("settings.ini", _read_settings, (_settings(folder),))
    yield Kind("test.jsonl", _read_history, tuple(_samples("hand_*.jsonl")))
    yield Kind("unfinished.jsonl", _read_history, tuple(_samples("unfinished_*")))
    yield Kind("test.csv", _import_test, tuple(_samples("hand_*.csv")))
    yield Kind("test.unipen", _import_test, tuple(_samples("hand_*.unipen")))
    yield Kind("request.json", _read_request, (json.dumps(["/a/model.npz", "/b/ü.png"]).encode(),))


def _samples(pattern: str) -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted(SAMPLES.glob(pattern)))


# ---------------------------------------------------------------------- samples


def _models(folder: Path) -> Iterator[bytes]:
    spec = NetworkSpec.dense((784, 6, 10))
    network = Network(spec)
    network.initialize(np.random.default_rng(0))
    model = Model(spec, network.parameters.values, ModelCard(name="sample"))
    for suffix in ("npz", "onnx", "py"):
        save_model(model, folder / f"model.{suffix}")
        yield (folder / f"model.{suffix}").read_bytes()


def _log(folder: Path) -> bytes:
    path = folder / "runs.sqlite"
    with RunLog(path) as log:
        for name in ("first", "second"):
            run = log.begin(RunSettings(name, NetworkSpec.dense((784, 6, 10)), TrainingConfig(), data="MNIST"))
            log.add_epochs(run, [{"epoch": 1, "step": 4, "training_loss": 0.5}], np.ones((3, 4), np.float32), epochs=1)
            log.set_confusion(run, "test", np.eye(10, dtype=np.int64))
        log.end(run, "finished", "a.checkpoint", seconds=3.5, test_accuracy=0.97)
    return path.read_bytes()


def _digits() -> NDArray[np.uint8]:
    return load_mnist().training.images[:12]


def _labels() -> NDArray[np.uint8]:
    return load_mnist().training.labels[:12].astype(np.uint8)


def _csv(separator: str, encoding: str = "utf-8") -> bytes:
    table = np.column_stack([_labels(), _digits().reshape(12, 784)])
    return "\n".join(separator.join(map(str, row)) for row in table.tolist()).encode(encoding)


def _images() -> bytes:
    return np.array([0x803, 12, 28, 28], ">i4").tobytes() + _digits().tobytes()


def _npy(array: NDArray[np.generic]) -> bytes:
    packed = io.BytesIO()
    np.save(packed, array)
    return packed.getvalue()


def _npz() -> Iterator[bytes]:
    for save in (np.savez, np.savez_compressed):
        packed = io.BytesIO()
        save(packed, x_train=_digits(), y_train=_labels(), x_test=_digits()[:3], y_test=_labels()[:3])
        yield packed.getvalue()


def _pictures(suffix: str) -> Iterator[bytes]:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    picture = Image.fromarray(pixels)
    kind = {"jpg": "JPEG"}.get(suffix, suffix.upper())
    for each in (picture, picture.convert("L"), picture.convert("P"), picture.convert("1")):
        packed = io.BytesIO()
        each.convert("RGB" if kind == "WEBP" else "L" if (kind, each.mode) == ("JPEG", "P") else each.mode).save(
            packed, kind
        )
        yield packed.getvalue()


def _settings(folder: Path) -> bytes:
    with mock.patch.dict(os.environ, DIGITLAB_HOME=str(folder / "home")):
        preferences = WindowPreferences()
        preferences.appearance = Appearance(ThemeChoice.DARK, 1.5, projector=True)
        preferences.keep_place("a screen", WindowPlace(QRect(10, 20, 1200, 680)))
        for name in ("model.npz", "ü, data.csv"):
            preferences.add_recent_file(folder / name)
        del preferences  # writes the file
    return (folder / "home" / "settings.ini").read_bytes()


# --------------------------------------------------------------------- readers


def _read_model(path: Path) -> Sequence[str]:
    is_model_file(path)
    model = load_model(path)
    with np.errstate(over="ignore", invalid="ignore"):  # a changed byte can make weights huge
        model.network().predict(np.zeros((1, *model.spec.input_shape), np.float32).reshape(1, -1))
    return ()


def _read_checkpoint(path: Path) -> Sequence[str]:
    with np.errstate(all="ignore"):
        check_read_or_rejected(path)
    return ()


def _read_log(path: Path) -> Sequence[str]:
    """List, compare, report and export all runs, as the Runs tab does."""
    sentences: list[str] = []
    store = RunStore(path, sentences.append)
    runs = [stored.run.id for stored in store.runs()]
    for out in ("runs.csv", "report.html"):
        if runs:
            store.export(runs, path.with_name(out))
    return sentences


def _read_data(path: Path) -> Sequence[str]:
    load_path(path, progress=lambda done: None, cancelled=lambda: False)
    return ()


def _read_idx(path: Path) -> Sequence[str]:
    labels = np.array([0x801, 12], ">i4").tobytes() + _labels().tobytes()
    path.with_name("train-labels-idx1-ubyte").write_bytes(labels)
    return _read_data(path)


def _read_npy(path: Path) -> Sequence[str]:
    path.with_name("digits-labels.npy").write_bytes(_npy(_labels()))
    return _read_data(path)


def _read_library(path: Path) -> Sequence[str]:
    sentence = InkLibrary(path).load()
    return [sentence] if sentence else ()


def _read_curve(path: Path) -> Sequence[str]:
    read_points(path)
    return ()


def _read_picture(path: Path) -> Sequence[str]:
    to_grey(read_colour_image(path))
    return ()


def _read_settings(path: Path) -> Sequence[str]:
    with mock.patch.dict(os.environ, DIGITLAB_HOME=str(path.parent)):
        preferences = WindowPreferences()
        assert preferences.appearance.theme in ThemeChoice
        place = preferences.place(preferences.last_screen)
        assert place is None or not place.area.isEmpty()
        assert len(preferences.recent_files) <= MAX_RECENT_FILES
    return ()


def _read_history(path: Path) -> Sequence[str]:
    history = HandwritingTestHistory(path.parent)
    history.unfinished()
    entries, sentences = history.entries()
    for entry in entries:
        history.load(entry.path)
    return sentences


def _import_test(path: Path) -> Sequence[str]:
    network = Network(NetworkSpec.dense((784, 10)))
    network.initialize(np.random.default_rng(0))
    import_test(path, network, model="any", date="2026-01-31T09:30:00")
    return ()


def _read_request(path: Path) -> Sequence[str]:
    """A request is taken or deleted, and nothing is said: the user did not write it."""
    received: list[list[Path]] = []
    folder = path.parent / "open"
    folder.mkdir(exist_ok=True)
    path.rename(folder / path.name)
    requests = OpenRequests(path.parent)
    requests.received.connect(received.append)
    requests.take_requests()
    assert not (folder / path.name).exists()
    assert all(isinstance(each, Path) for paths in received for each in paths)
    return ()
