"""Images are listed with their answers and selected by mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT, Colours
from app.widgets import gallery as gallery_module
from app.widgets.gallery import GALLERY_IMAGE_SIDE, Gallery
from app.widgets.grey_image import thumbnail
from tests.app.tabs.evaluate.samples import result, result_on, result_without_images
from tests.nncore.example_data import mnist


@pytest.fixture
def gallery(qtbot: QtBot) -> Gallery:
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.resize(380, 420)
    gallery.show_rows(result(), result().predictions.misread())
    with qtbot.waitExposed(gallery):
        gallery.show()
    return gallery


def test_images_keep_their_order_and_show_their_answers(gallery: Gallery) -> None:
    predictions = result().predictions
    row = int(predictions.misread()[0])
    first = gallery.model().index(0, 0)
    assert gallery.model().rowCount() == len(predictions.misread())
    assert first.data() == f"{predictions.labels[row]} → {predictions.answers[row]}"
    said = first.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == f"{result().caption(row)}, {result().detail_text(row)} sure, image {row + 1:,}."


def test_the_image_of_the_row_is_painted(gallery: Gallery) -> None:
    row = int(gallery.rows[0])
    image = result().dataset.images[row]
    rect = gallery.visualRect(gallery.model().index(0, 0)).adjusted(2, 2, -2, -2)
    seen = gallery.viewport().grab().toImage()
    left, top = rect.center().x() - GALLERY_IMAGE_SIDE // 2, rect.top() + 4
    for y, x in (np.unravel_index(int(image.argmax()), image.shape), (0, 0)):
        colour = seen.pixelColor(left + 2 * int(x) + 1, top + 2 * int(y) + 1)
        expected = QColor(LIGHT.ink if image[y, x] else LIGHT.paper)
        assert abs(colour.lightness() - expected.lightness()) < 40


def test_click_and_arrow_keys_select(gallery: Gallery) -> None:
    chosen: list[int] = []
    gallery.chosen.connect(chosen.append)
    QTest.mouseClick(
        gallery.viewport(), Qt.MouseButton.LeftButton, pos=gallery.visualRect(gallery.model().index(1, 0)).center()
    )
    QTest.keyClick(gallery, Qt.Key.Key_Right)
    assert chosen == gallery.rows[1:3].tolist()


def test_choose_selects_a_listed_row_only(gallery: Gallery) -> None:
    chosen: list[int] = []
    gallery.chosen.connect(chosen.append)
    gallery.choose(int(gallery.rows[5]))
    gallery.choose(int(result().predictions.rows_of(7, 7)[0]))
    assert chosen == [gallery.rows[5]]


def test_only_visible_thumbnails_are_rendered(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []

    def counted(image: NDArray[np.uint8], side: int, colours: Colours, ratio: float) -> QPixmap:
        painted.append(1)
        return thumbnail(image, side, colours, ratio)

    monkeypatch.setattr(gallery_module, "thumbnail", counted)
    test = mnist().test
    assert test is not None
    many = result_on(test)
    gallery.show_rows(many, np.arange(len(test)))
    QApplication.processEvents()
    gallery.viewport().grab()
    assert 8 < len(painted) < 100
    gallery.scrollToBottom()
    QApplication.processEvents()
    gallery.viewport().grab()
    assert gallery.visualRect(gallery.model().index(9_999, 0)).bottom() <= gallery.viewport().height()
    assert len(painted) < 200


def test_the_thumbnail_cache_is_limited(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.widgets.gallery.MAX_CACHED", 10)
    model = gallery._images
    model.clear_thumbnails()
    for number in range(30):
        model.thumbnail(model.index(number))
    assert list(model._thumbnails) == gallery.rows[20:30].tolist()


def test_examples_without_images_are_listed(gallery: Gallery) -> None:
    gallery.show_rows(result_without_images(), np.array([2]))
    QApplication.processEvents()
    gallery.viewport().grab()
    assert gallery.model().index(0, 0).data() == "Apple → Pear"
