"""Groups of settings are opened and closed, and projector mode shows those of a first lesson."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.style.theme import Appearance, ThemeChoice, apply_appearance
from app.tabs.train.setting_changes import setting_changes
from app.tabs.train.settings.collapsible_group import FIRST_LESSON, CollapsibleGroup
from app.tabs.train.settings.settings_panel import SettingsPanel


@pytest.fixture
def panel(qapp: QApplication, qtbot: QtBot) -> Iterator[SettingsPanel]:
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT, projector=True))
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


def shown_fields(panel: SettingsPanel) -> set[str]:
    """The settings whose controls can be seen, in open groups."""
    for group in panel.groups:
        group.open()
    return {field for form in panel.forms for field, row in form.rows.items() if row.control.isVisibleTo(panel)}


def test_a_click_on_the_heading_hides_and_shows_the_content(qtbot: QtBot) -> None:
    group = CollapsibleGroup("Network", QLabel("inside"))
    qtbot.addWidget(group)
    group.show()
    assert group.content.isVisible()
    qtbot.mouseClick(group.heading, Qt.MouseButton.LeftButton)
    assert not group.content.isVisible()
    assert not group.is_open
    qtbot.keyClick(group.heading, Qt.Key.Key_Space)
    assert group.content.isVisible()


def test_a_group_may_begin_closed_and_be_opened(qtbot: QtBot) -> None:
    group = CollapsibleGroup("More", QLabel("inside"), is_open=False)
    qtbot.addWidget(group)
    group.show()
    assert not group.content.isVisible()
    group.open()
    assert group.content.isVisible()


def test_projector_mode_shows_the_settings_of_a_first_lesson(panel: SettingsPanel) -> None:
    assert shown_fields(panel) == FIRST_LESSON - {"function"}
    panel.choose_recipe("sine")
    assert shown_fields(panel) == FIRST_LESSON


def test_more_settings_shows_all_others_and_no_value_is_lost(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.choose_recipe("convnet")
    before = panel.spec(), panel.config()
    qtbot.mouseClick(panel.more_settings, Qt.MouseButton.LeftButton)
    assert {"layers", "output", "batch_size", "label_smoothing", "augmentation", "steps"} <= shown_fields(panel)
    qtbot.mouseClick(panel.more_settings, Qt.MouseButton.LeftButton)
    assert shown_fields(panel) == FIRST_LESSON - {"function"}
    assert (panel.spec(), panel.config()) == before


def test_a_changed_setting_is_shown_in_projector_mode(panel: SettingsPanel) -> None:
    assert "clip_norm" not in shown_fields(panel)
    before = panel.spec(), panel.config()
    after = panel.spec(), replace(panel.config(), clip_norm=1.0)
    panel.set_values(*after)
    panel.mark(setting_changes(before, after))
    assert "clip_norm" in shown_fields(panel)
    assert panel.loss.rows["clip_norm"].message.isVisible()


def test_without_projector_mode_all_settings_are_shown_and_the_heading_is_hidden(
    panel: SettingsPanel, qapp: QApplication
) -> None:
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))
    assert panel.more_settings.isHidden()
    assert {"layers", "output", "batch_size", "label_smoothing", "augmentation", "steps"} <= shown_fields(panel)


def test_an_error_in_a_hidden_setting_is_revealed(panel: SettingsPanel) -> None:
    panel.learning.batch_size.setText("0")
    assert panel.more_settings.isChecked()
    assert panel.learning.rows["batch_size"].message.isVisibleTo(panel)
