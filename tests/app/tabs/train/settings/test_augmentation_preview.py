"""Digits are shown as they are and distorted, in the colours of the theme."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT
from app.tabs.train.settings.augmentation_preview import DIGITS_SHOWN, VARIANTS, AugmentationPreview
from nncore.preprocessing.augmentation import Augmentation
from tests.nncore.example_data import small_mnist


@pytest.fixture
def preview(qtbot: QtBot) -> AugmentationPreview:
    preview = AugmentationPreview()
    qtbot.addWidget(preview)
    preview.resize(preview.sizeHint())
    preview.show()
    return preview


def test_digits_are_shown_as_they_are_and_distorted(preview: AugmentationPreview) -> None:
    images = small_mnist().training.images
    preview.set_digits(images)
    assert preview.images.shape == (1, DIGITS_SHOWN, 28, 28)
    preview.set_augmentation(Augmentation(rotation=30))
    assert preview.images.shape == (1 + VARIANTS, DIGITS_SHOWN, 28, 28)
    np.testing.assert_array_equal(preview.images[0], images[:DIGITS_SHOWN])
    for row in preview.images[1:]:
        assert (row != images[:DIGITS_SHOWN]).any(axis=(1, 2)).all()


def test_equal_settings_show_equal_images_and_a_click_shows_others(preview: AugmentationPreview, qtbot: QtBot) -> None:
    preview.set_digits(small_mnist().training.images)
    preview.set_augmentation(Augmentation(shift=3))
    before = preview.images
    preview.set_augmentation(None)
    preview.set_augmentation(Augmentation(shift=3))
    np.testing.assert_array_equal(preview.images, before)
    qtbot.mouseClick(preview, Qt.MouseButton.LeftButton)
    assert (preview.images[1:] != before[1:]).any()


def test_ink_and_paper_have_the_colours_of_the_theme(preview: AugmentationPreview) -> None:
    digit = np.zeros((1, 28, 28), np.uint8)
    digit[0, :, 14:] = 255
    preview.set_digits(digit)
    image = preview.grab().toImage()
    assert image.pixelColor(5, 20) == QColor(LIGHT.paper)
    assert image.pixelColor(38, 20) == QColor(LIGHT.ink)


def test_few_or_no_digits_can_be_shown(preview: AugmentationPreview) -> None:
    empty = preview.grab().toImage()
    preview.set_augmentation(Augmentation(shift=3))
    assert preview.grab().toImage() == empty
    preview.set_digits(np.zeros((2, 8, 8), np.uint8))
    assert preview.images.shape == (3, 2, 8, 8)
    assert preview.grab().toImage() != empty


def test_the_size_includes_all_rows_before_they_are_shown(preview: AugmentationPreview) -> None:
    before = preview.sizeHint()
    preview.set_digits(small_mnist().training.images)
    preview.set_augmentation(Augmentation(shift=3))
    assert preview.sizeHint() == before
