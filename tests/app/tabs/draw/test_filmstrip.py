"""The filmstrip shows the stages from strokes to input, and each stage can be switched off."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.draw.filmstrip import FILMSTRIP_STEPS, Filmstrip
from nncore.preprocessing.ink import AS_TRAINED, CANVAS_PEN_WIDTH, Ink, Preparation, stages
from tests.app.theme_choice import apply_theme

SMALL_SEVEN = Ink((np.array([[0.7, 0.7], [0.8, 0.7], [0.75, 0.85]], np.float32),))
SWITCHED = [step for step in FILMSTRIP_STEPS if step.setting]


@pytest.fixture
def strip(qapp: QApplication, qtbot: QtBot) -> Filmstrip:
    apply_theme(qapp, ThemeChoice.LIGHT)
    strip = Filmstrip()
    qtbot.addWidget(strip)
    strip.resize(1300, strip.sizeHint().height())
    strip.show()
    return strip


def test_five_images_show_the_stages(strip: Filmstrip) -> None:
    shown = stages(SMALL_SEVEN)
    strip.show_stages(shown)
    assert strip.strokes.ink is shown.written
    assert strip.fitted.ink is shown.fitted
    assert strip.drawn.image is not None
    assert (strip.drawn.image == shown.drawn).all()
    assert strip.centred.image is not None
    assert (strip.centred.image == shown.centred).all()
    assert strip.network_input.image is not None
    assert (strip.network_input.image == shown.network_input).all()
    strip.show_stages(None)
    assert strip.strokes.ink.is_blank
    assert strip.drawn.image is strip.centred.image is strip.network_input.image is None


def test_the_switches_are_disabled_for_a_picture(strip: Filmstrip) -> None:
    strip.show_stages(stages(SMALL_SEVEN))
    image = np.full((28, 28), 9, np.uint8)
    strip.show_picture(image)
    assert strip.network_input.image is not None
    assert (strip.network_input.image == image).all()
    assert strip.strokes.ink.is_blank
    assert strip.drawn.image is None
    assert "no strokes" in strip.step_views[0].sentence.text()
    assert not any(view.switch.isEnabled() for view in strip.step_views)
    strip.show_stages(stages(SMALL_SEVEN))
    assert strip.step_views[0].sentence.text() == FILMSTRIP_STEPS[0].on
    assert all(view.switch.isEnabled() for view in strip.step_views)


@pytest.mark.parametrize("step", SWITCHED, ids=lambda step: step.setting)
def test_each_step_can_be_switched_by_mouse_and_keyboard(strip: Filmstrip, qtbot: QtBot, step: object) -> None:
    view = next(view for view in strip.step_views if view.step is step)
    with qtbot.waitSignal(strip.preparation_changed) as emitted:
        view.switch.click()
    assert emitted.args == [Preparation(**{view.step.setting: False})]
    assert strip.preparation == Preparation(**{view.step.setting: False})
    assert view.sentence.text() == view.step.off
    view.switch.setFocus()
    with qtbot.waitSignal(strip.preparation_changed) as emitted:
        QTest.keyClick(view.switch, Qt.Key.Key_Space)
    assert emitted.args == [AS_TRAINED]
    assert view.sentence.text() == view.step.on


def test_reset_is_shown_while_a_step_is_off_and_switches_all_on(strip: Filmstrip, qtbot: QtBot) -> None:
    assert strip.reset.isHidden()
    strip.step_views[1].switch.click()
    strip.step_views[3].switch.click()
    assert strip.reset.isVisible()
    with qtbot.waitSignal(strip.preparation_changed) as emitted:
        QTest.mouseClick(strip.reset, Qt.MouseButton.LeftButton)
    assert emitted.args == [AS_TRAINED]
    assert strip.reset.isHidden()
    assert all(view.switch.isChecked() for view in strip.step_views)


def test_a_preparation_can_be_set(strip: Filmstrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.preparation_changed):
        strip.set_preparation(Preparation(centre=False))
    assert [view.switch.isChecked() for view in strip.step_views] == [True, True, True, False, True]
    with qtbot.assertNotEmitted(strip.preparation_changed):
        strip.set_preparation(Preparation(centre=False))


def test_the_tab_key_reaches_every_switch(strip: Filmstrip) -> None:
    strip.step_views[1].switch.setFocus()
    reached = []
    for _ in SWITCHED:
        reached.append(QApplication.focusWidget())
        QTest.keyClick(strip, Qt.Key.Key_Tab)
    assert reached == [view.switch for view in strip.step_views[1:]]


def test_every_control_and_image_has_a_name_and_a_tooltip(strip: Filmstrip) -> None:
    for view in strip.step_views:
        assert view.image_view.accessibleName() in view.step.name
        assert view.image_view.toolTip()
        if view.step.setting:
            assert view.switch.accessibleName().startswith(view.image_view.accessibleName())
            assert view.switch.toolTip()
            assert view.switch.accessibleDescription() == view.step.on
            view.switch.click()
            assert view.switch.accessibleDescription() == view.step.off
    for button in strip.findChildren(QToolButton):
        assert button.accessibleName()
        assert button.toolTip()


def test_it_fits_a_laptop_in_one_row(strip: Filmstrip) -> None:
    assert strip.minimumSizeHint().width() <= 1300
    for view in strip.step_views[1:]:
        view.switch.click()
    QApplication.processEvents()
    assert strip.sizeHint().height() <= 136
    assert len({view.image_view.mapTo(strip, view.image_view.rect().topLeft()).y() for view in strip.step_views}) == 1


def test_canvas_and_preparation_use_the_same_pen_width() -> None:
    assert pytest.approx(CANVAS_PEN_WIDTH) == CANVAS_PEN_WIDTH
