"""Reads opened, pasted or dropped pictures for the canvas, on a thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QMimeData, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage

from app.background.file_loader import FileLoader
from app.background.task_queue import TaskQueue
from app.canvas.canvas_picture import CanvasPicture
from app.storage.image_file import IMAGE_SUFFIXES, MAX_SIDE, decode_colour_image, on_paper, read_colour_image
from nncore.errors import DataError
from nncore.preprocessing.bitmap import to_grey

NO_PICTURE = "There is no picture in the clipboard. Copy a picture or a picture file, and paste again."
ENCODED_FORMATS = ("image/png", "image/jpeg", "image/bmp", "image/webp", "image/tiff", "image/gif")
"""MIME types of pictures that are the bytes of a file."""

PICTURE_FILTER = f"Pictures ({' '.join(f'*{suffix}' for suffix in IMAGE_SUFFIXES)})"
"""File filter for pictures."""


class PictureSource(QObject):
    """Turns pictures into CanvasPictures in the background; only the newest request is answered.

    `found` carries the CanvasPicture, `failed` one sentence with the error, `opened` the path of a file that was read.
    """

    reading = Signal(str)
    """The name of a picture that takes long to read; "" when it is read or cancelled."""
    found = Signal(CanvasPicture)
    failed = Signal(str)
    opened = Signal(Path)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskQueue(self)
        self._file_loader = FileLoader(self._tasks, self)
        self._file_loader.reading.connect(self.reading)

    @staticmethod
    def accepts(data: QMimeData) -> bool:
        """Whether `data` may contain a picture; a file is judged by its name."""
        return (
            data.hasImage() or _picture_path(data) is not None or any(data.hasFormat(kind) for kind in ENCODED_FORMATS)
        )

    def read(self, data: QMimeData) -> None:
        """Read pasted or dropped data: a picture, or the first picture file."""
        path = _picture_path(data)
        encoded = next((kind for kind in ENCODED_FORMATS if data.hasFormat(kind)), None)
        if path is not None:
            self.open(path)
        elif data.hasImage():
            # The clipboard may change while a thread reads it, so the picture is copied now; QImage shares its data.
            self._start(partial(_of_image, QImage(data.imageData())))
        elif encoded is not None:
            self._start(partial(_of_bytes, bytes(data.data(encoded).data())))
        else:
            self.failed.emit(NO_PICTURE)

    @Slot()
    def paste(self) -> None:
        """Read the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # PySide's type has no None, but Qt's has
        if data is None:
            self.failed.emit(NO_PICTURE)
        else:
            self.read(data)

    def open(self, path: Path) -> None:
        """Read a picture file."""

        def use(picture: CanvasPicture) -> None:
            self.found.emit(picture)
            self.opened.emit(path)

        self._start(lambda: _canvas_picture(read_colour_image(path)), use, path.name)

    @Slot()
    def cancel(self) -> None:
        """Stop reading; the canvas stays as it is."""
        self._file_loader.cancel()

    def finish(self) -> bool:
        """Wait until no thread runs, before the window closes; False if one did not end in time."""
        return self._tasks.finish()

    def _start(
        self,
        work: Callable[[], CanvasPicture],
        use: Callable[[CanvasPicture], None] | None = None,
        name: str = "the picture",
    ) -> None:
        self._file_loader.read("picture", name, work, use or self.found.emit, self.failed.emit)


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """The pixels (height, width, 3) of a picture on paper, scaled to at most MAX_SIDE each way.

    Raises DataError for a picture without pixels.
    """
    if image.isNull():
        raise DataError("The picture in the clipboard is empty. Copy it again.")
    if max(image.width(), image.height()) > MAX_SIDE:
        image = image.scaled(
            MAX_SIDE, MAX_SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return on_paper(Image.fromarray(rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)))


def _canvas_picture(pixels: NDArray[np.uint8]) -> CanvasPicture:
    return CanvasPicture.from_pixels(pixels, to_grey(pixels))


def _of_image(image: QImage) -> CanvasPicture:
    return _canvas_picture(pixels_of(image))


def _of_bytes(encoded: bytes) -> CanvasPicture:
    return _canvas_picture(decode_colour_image(encoded, "The clipboard"))


def _picture_path(data: QMimeData) -> Path | None:
    """The first picture file among dropped or pasted files."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in (*IMAGE_SUFFIXES, ".svg")), None)
