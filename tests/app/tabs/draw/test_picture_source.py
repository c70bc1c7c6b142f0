"""Pictures are taken from the clipboard, from dropped data and from files, and errors are reported."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.background import file_loader
from app.canvas.canvas_picture import CanvasPicture
from app.storage.image_file import MAX_SIDE
from app.tabs.draw.picture_source import NO_PICTURE, PictureSource, pixels_of
from tests.app.waiting import at_rest
from tests.nncore.example_data import mnist


@pytest.fixture
def source(qtbot: QtBot) -> PictureSource:
    return PictureSource()


def found(qtbot: QtBot, source: PictureSource, data: QMimeData) -> CanvasPicture:
    assert source.accepts(data)
    with qtbot.waitSignal(source.found) as signal:
        source.read(data)
    assert source.finish()
    picture = signal.args[0]
    assert isinstance(picture, CanvasPicture)
    return picture


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QGuiApplication) -> Iterator[None]:
    """Empty the clipboard at the end: Qt would free its data only after Python has ended."""
    yield
    QGuiApplication.clipboard().clear()


def a_digit() -> Image.Image:
    return Image.fromarray(mnist().training.images[0])


def test_a_picture_in_the_clipboard_is_read(qtbot: QtBot, source: PictureSource) -> None:
    data = QMimeData()
    data.setImageData(QImage(mnist().training.images[0].tobytes(), 28, 28, 28, QImage.Format.Format_Grayscale8).copy())
    QGuiApplication.clipboard().setMimeData(data)
    picture = found(qtbot, source, QGuiApplication.clipboard().mimeData())
    np.testing.assert_array_equal(picture.digit_images[0], mnist().training.images[0])
    assert (picture.image.width(), picture.image.height()) == (28, 28)
    assert picture.image.pixelColor(0, 0) == QColor(0, 0, 0)


def test_a_dropped_file_is_read(qtbot: QtBot, source: PictureSource, tmp_path: Path) -> None:
    a_digit().save(tmp_path / "five.PNG")
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.png"), QUrl.fromLocalFile(str(tmp_path / "five.PNG"))])
    picture = found(qtbot, source, data)
    np.testing.assert_array_equal(picture.digit_images[0], mnist().training.images[0])


def test_the_bytes_of_a_file_are_read(qtbot: QtBot, source: PictureSource) -> None:
    encoded = io.BytesIO()
    a_digit().save(encoded, "PNG")
    data = QMimeData()
    data.setData("image/png", QByteArray(encoded.getvalue()))
    assert len(found(qtbot, source, data).digit_images) == 1


def test_transparent_pixels_become_white() -> None:
    image = QImage(40, 30, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    image.setPixelColor(3, 2, QColor(255, 0, 0))
    pixels = pixels_of(image)
    assert pixels.shape == (30, 40, 3)
    assert pixels[2, 3].tolist() == [255, 0, 0]
    assert pixels[0, 0].tolist() == [255, 255, 255]


def test_bright_ink_without_paper_becomes_ink_on_black_paper() -> None:
    image = QImage(41, 30, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0, 0))
    image.setPixelColor(3, 2, QColor(255, 255, 200))
    pixels = pixels_of(image)
    assert pixels[2, 3].tolist() == [255, 255, 200]
    assert pixels[0, 40].tolist() == [0, 0, 0]


def test_a_large_picture_is_shrunk() -> None:
    image = QImage(4000, 1000, QImage.Format.Format_RGB32)
    image.fill(QColor("blue"))
    assert pixels_of(image).shape == (256, MAX_SIDE, 3)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.png", b"not a picture", "neither a picture nor ink"),
        ("bomb.svg", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><svg>&a;</svg>', "a drawing (SVG)"),
        ("empty.jpg", b"", "neither a picture nor ink"),
    ],
)
def test_an_unreadable_picture_gives_one_sentence(
    qtbot: QtBot, source: PictureSource, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
    with qtbot.waitSignal(source.failed) as signal:
        source.read(data)
    assert source.finish()
    sentence = str(signal.args[0])
    assert words in sentence
    assert sentence.count("\n") == 0


def test_a_clipboard_without_a_picture_gives_a_message(qtbot: QtBot, source: PictureSource) -> None:
    data = QMimeData()
    data.setText("seven")
    assert not source.accepts(data)
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(source.failed, check_params_cb=lambda sentence: "no picture in the clipboard" in sentence):
        source.paste()


def test_only_the_last_of_two_pictures_is_used(qtbot: QtBot, source: PictureSource, tmp_path: Path) -> None:
    large = np.tile(np.random.default_rng(0).integers(0, 256, (1000, 1000), np.uint8), (2, 2))
    Image.fromarray(large).save(tmp_path / "slow.png")
    a_digit().save(tmp_path / "quick.png")
    got: list[CanvasPicture] = []
    source.found.connect(got.append)
    source.open(tmp_path / "slow.png")
    source.open(tmp_path / "quick.png")
    assert source.finish()
    qtbot.waitUntil(lambda: bool(got))
    assert at_rest(qtbot, lambda: [picture.image.width() for picture in got]) == [28]


def test_a_platform_without_clipboard_data_is_reported(
    qtbot: QtBot, source: PictureSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoClipboard:
        def mimeData(self) -> None:
            return None

    with monkeypatch.context() as patch, qtbot.waitSignal(source.failed) as signal:
        patch.setattr(QGuiApplication, "clipboard", NoClipboard)
        source.paste()
    assert signal.args == [NO_PICTURE]


def test_a_picture_that_takes_long_is_named_and_can_be_cancelled(
    source: PictureSource, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("L", (7000, 7000)).save(tmp_path / "large.png")
    results: list[object] = []
    source.found.connect(results.append)
    source.failed.connect(results.append)
    monkeypatch.setattr(file_loader, "SLOW_MILLISECONDS", 0)
    with qtbot.waitSignal(source.reading, check_params_cb=bool) as named:
        source.open(tmp_path / "large.png")
    assert named.args == ["large.png"]
    with qtbot.waitSignal(source.reading) as ended:
        source.cancel()
    assert ended.args == [""]
    assert source.finish()
    assert results == []


def test_a_picture_is_no_longer_named_when_it_is_read(
    source: PictureSource, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("L", (7000, 7000)).save(tmp_path / "large.png")
    names: list[str] = []
    source.reading.connect(names.append)
    monkeypatch.setattr(file_loader, "SLOW_MILLISECONDS", 0)
    with qtbot.waitSignal(source.found):
        source.open(tmp_path / "large.png")
    qtbot.waitUntil(lambda: names[-1] == "")
    assert "large.png" in names
