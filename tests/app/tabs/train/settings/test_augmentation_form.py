"""Distortions are proposed, entered and marked, and the examples follow them."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.augmentation_form import AugmentationForm
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES
from nncore.preprocessing.augmentation import Augmentation
from tests.nncore.example_data import small_mnist


@pytest.fixture
def form(qtbot: QtBot) -> AugmentationForm:
    form = AugmentationForm()
    qtbot.addWidget(form)
    form.preview.set_digits(small_mnist().training.images)
    form.show()
    return form


def test_ticking_distort_images_proposes_the_default_augmentation(form: AugmentationForm) -> None:
    assert form.augmentation() is None
    assert not form.edits["shift"].isEnabled()
    assert "Tick" in form.edits["shift"].toolTip()
    form.distort.setChecked(True)
    assert form.augmentation() == RECIPES["convnet"].config.augmentation
    assert form.edits["shift"].isEnabled()


def test_every_distortion_can_be_shown_and_read(form: AugmentationForm) -> None:
    augmentation = Augmentation(1.5, 10, 0.1, 0.2, 1.25, 0.5, 0.05)
    form.show_augmentation(augmentation)
    assert form.augmentation() == augmentation
    form.show_augmentation(None)
    assert form.augmentation() is None


def test_an_invalid_distortion_is_marked_and_the_last_examples_stay(form: AugmentationForm, qtbot: QtBot) -> None:
    form.distort.setChecked(True)
    before = form.preview.images
    form.edits["noise"].selectAll()
    qtbot.keyClicks(form.edits["noise"], "2")
    with pytest.raises(SettingError, match="Noise must be from 0 to 1; got 2") as rejection:
        form.augmentation()
    assert rejection.value.field == "augmentation"
    form.show_problems({"augmentation": rejection.value})
    assert [field for field, row in form.rows.items() if row.message.isVisible()] == ["noise"]
    assert form.preview.images is before


def test_the_examples_follow_each_setting_at_once(form: AugmentationForm, qtbot: QtBot) -> None:
    form.show_augmentation(Augmentation(shift=1.0))
    before = form.preview.images
    form.edits["noise"].selectAll()
    qtbot.keyClicks(form.edits["noise"], "0.5")
    assert form.preview.images[1:].mean() > before[1:].mean() + 10


def test_other_examples_are_drawn_at_a_click(form: AugmentationForm, qtbot: QtBot) -> None:
    form.distort.setChecked(True)
    before = form.preview.images
    qtbot.mouseClick(form.others_button, Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(form.preview.images[0], before[0])
    assert (form.preview.images[1:] != before[1:]).any()


def test_all_is_locked_during_a_run(form: AugmentationForm) -> None:
    form.distort.setChecked(True)
    form.set_running(True)
    assert not form.distort.isEnabled()
    assert "Locked" in form.edits["shift"].toolTip()
    form.set_running(False)
    assert form.edits["shift"].isEnabled()
