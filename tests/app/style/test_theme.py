"""Texts and controls have enough contrast in both themes, and a theme changes all of them."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import app
from app.style.fonts import body_font
from app.style.theme import (
    DARK,
    LIGHT,
    Appearance,
    Colours,
    ThemeChoice,
    appearance,
    apply_appearance,
    colours_of,
    line_width,
    scaled,
    without_style_sheet,
)
from tests.app.style.colour_contrast import contrast
from tests.app.theme_choice import apply_theme


@pytest.fixture(autouse=True)
def light_again(qapp: QApplication) -> Iterator[None]:
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))
    yield
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


class Witness(QWidget):
    """Counts the events that make a custom-painted widget repaint."""

    def __init__(self) -> None:
        super().__init__()
        self.themed = 0

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.themed += 1
        super().changeEvent(event)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        ("text", ("page", "surface", "field", "hover", "line", "paper")),
        ("quiet_text", ("page", "surface", "field", "paper")),
        ("error", ("page", "surface", "field")),
        ("on_accent", ("accent", "accent_hover", "accent_pressed")),
        ("tooltip_text", ("tooltip",)),
        ("ink", ("paper",)),
    ],
)
def test_texts_contrast_with_their_backgrounds(colours: Colours, text: str, grounds: tuple[str, ...]) -> None:
    for ground in grounds:
        assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5, ground


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("mark", "grounds"),
    [
        ("accent", ("page", "surface", "field", "line")),  # focus rings, and progress on its groove
        ("edge", ("page", "surface", "field", "hover")),  # borders of buttons, entries and check boxes, scroll bars
        ("training", ("page", "surface")),
        ("batch", ("surface",)),
        ("validation", ("page", "surface")),
        ("winner", ("page", "surface", "grid")),  # a bar beside the part that it has not filled
        ("bar", ("page", "surface", "grid")),
        ("error", ("page", "surface", "field")),
        ("disabled_text", ("page", "surface", "field")),
    ],
)
def test_controls_curves_and_bars_contrast_with_what_is_around_them(
    colours: Colours, mark: str, grounds: tuple[str, ...]
) -> None:
    for ground in grounds:
        assert contrast(getattr(colours, mark), getattr(colours, ground)) >= 3.0, ground


def test_every_colour_is_valid() -> None:
    for colours in (LIGHT, DARK):
        assert all(QColor(getattr(colours, field.name)).isValid() for field in fields(colours))


def test_a_theme_changes_palette_and_style_sheet(qapp: QApplication, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    assert colours_of(widget) is LIGHT
    apply_theme(qapp, ThemeChoice.DARK)
    assert colours_of(widget) is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.page
    assert DARK.accent in qapp.styleSheet()
    assert LIGHT.accent not in qapp.styleSheet()


def test_nested_widgets_get_an_event_for_a_new_theme(qapp: QApplication, qtbot: QtBot) -> None:
    window, inner = QWidget(), Witness()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(inner)
    window.show()
    before = inner.themed
    apply_theme(qapp, ThemeChoice.DARK)
    assert inner.themed > before


def test_a_theme_visits_a_deeply_nested_widget_as_often_as_its_window(qapp: QApplication, qtbot: QtBot) -> None:
    """Otherwise the time of a change grows with the depth of all widgets, and the window freezes."""
    window = Witness()
    qtbot.addWidget(window)
    parent: QWidget = window
    for _ in range(20):
        layout = QVBoxLayout(parent)
        parent = Witness()
        layout.addWidget(parent)
    assert isinstance(parent, Witness)
    window.show()
    apply_theme(qapp, ThemeChoice.DARK)
    window.themed = parent.themed = 0
    apply_theme(qapp, ThemeChoice.LIGHT)
    assert parent.themed <= window.themed + 4


def test_a_window_built_without_the_style_sheet_has_it_afterwards(qapp: QApplication, qtbot: QtBot) -> None:
    sheet = qapp.styleSheet()
    with without_style_sheet(qapp):
        part = Witness()
        for _ in range(20):
            parent = Witness()
            QVBoxLayout(parent).addWidget(part)
            part = parent
        button = QPushButton("Train")
        button.setParent(part)
        assert part.themed == 0
    qtbot.addWidget(part)
    assert qapp.styleSheet() == sheet
    part.show()
    assert button.grab().toImage().pixelColor(button.width() // 2, 4) == QColor(LIGHT.surface)


def test_the_style_sheet_returns_after_an_error(qapp: QApplication) -> None:
    sheet = qapp.styleSheet()
    with pytest.raises(ValueError, match="cause"), without_style_sheet(qapp):
        raise ValueError("cause")
    assert qapp.styleSheet() == sheet


def test_only_the_system_theme_follows_the_platform(qapp: QApplication, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    hints = qapp.styleHints()
    apply_theme(qapp, ThemeChoice.SYSTEM)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert colours_of(widget) is DARK
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert colours_of(widget) is LIGHT
    apply_theme(qapp, ThemeChoice.LIGHT)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert colours_of(widget) is LIGHT


def test_a_widget_with_its_own_colour_knows_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    button = QPushButton("Train")
    button.setProperty("primary", True)
    qtbot.addWidget(button)
    button.show()
    assert colours_of(button) is LIGHT


def test_the_font_has_tabular_figures(qapp: QApplication) -> None:
    font = qapp.font()
    assert font.family() == "Inter"
    for shown in (font, scaled(font, 1.5, QFont.Weight.DemiBold)):
        widths = [QFontMetricsF(shown).horizontalAdvance(figure * 8) for figure in "0123456789"]
        assert max(widths) - min(widths) < 0.5


def test_sizes_scale_with_the_platform_font(qapp: QApplication, qtbot: QtBot) -> None:
    large = body_font(QFont("Inter", 18))
    assert large.pointSizeF() == pytest.approx(18)
    assert body_font(QFont("Inter", 4)).pointSizeF() > 4
    own = QFont(qapp.font())
    try:
        qapp.setFont(QFont("Inter", 18))
        apply_theme(qapp, ThemeChoice.LIGHT)
        title = QLabel("Digit Lab")
        title.setProperty("title", True)
        qtbot.addWidget(title)
        title.ensurePolished()
        assert title.font().pointSizeF() == pytest.approx(27, abs=0.1)
        apply_theme(qapp, ThemeChoice.DARK)
        assert qapp.font().pointSizeF() == pytest.approx(18)
    finally:
        qapp.setFont(own)


def test_the_text_size_multiplies_all_sizes_and_stays_when_the_theme_changes(qapp: QApplication, qtbot: QtBot) -> None:
    title, body, painted = QLabel("Digit Lab"), QLabel("Digit Lab"), Witness()
    title.setProperty("title", True)
    for widget in (title, body, painted):
        qtbot.addWidget(widget)
        widget.ensurePolished()
    before = [widget.font().pointSizeF() for widget in (title, body, painted)]
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT, text_scale=1.5))
    apply_theme(qapp, ThemeChoice.DARK)
    assert [widget.font().pointSizeF() for widget in (title, body, painted)] == pytest.approx(
        [1.5 * size for size in before], rel=0.01
    )
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))
    assert [widget.font().pointSizeF() for widget in (title, body, painted)] == pytest.approx(before)


def test_projector_mode_has_larger_text_and_wider_lines(qapp: QApplication, qtbot: QtBot) -> None:
    own = qapp.font().pointSizeF()
    assert line_width() == 1
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT, projector=True))
    assert qapp.font().pointSizeF() > 1.3 * own
    assert line_width() == 3
    assert appearance(qapp).projector


def test_the_focus_ring_does_not_move_the_layout(qapp: QApplication, qtbot: QtBot) -> None:
    window, field, button = QWidget(), QLineEdit("0.001"), QPushButton("Step")
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.addWidget(field)
    layout.addWidget(button)
    window.show()
    window.activateWindow()
    button.setFocus()
    unfocused = field.sizeHint(), button.sizeHint()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    assert (field.sizeHint(), button.sizeHint()) == unfocused


def test_colours_are_defined_in_one_module() -> None:
    modules = {path: path.read_text(encoding="utf-8") for path in Path(app.__file__).parent.rglob("*.py")}
    assert {path.name for path, text in modules.items() if re.search(r"#[0-9A-F]{6}", text)} == {"theme.py"}


def test_every_rule_of_the_style_sheet_is_used(qapp: QApplication) -> None:
    modules = Path(app.__file__).parent.rglob("*.py")
    used = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    of_qt = {
        "QAbstractItemView",
        "QScrollBar",
        "QTabBar",
        "QTableCornerButton",
        "QToolTip",
    }  # parts of widgets that are used
    dressed = set(re.findall(r"\bQ[A-Z]\w+", qapp.styleSheet())) - of_qt
    assert dressed == {name for name in dressed if re.search(rf"\b{name}\b", used)}


def test_garbage_collection_is_disabled_while_the_theme_changes(qapp: QApplication, qtbot: QtBot) -> None:
    seen: list[bool] = []

    class Watcher(QWidget):
        def changeEvent(self, event: QEvent) -> None:
            seen.append(gc.isenabled())

    watcher = Watcher()
    qtbot.addWidget(watcher)
    watcher.show()
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        apply_theme(qapp, choice)
        assert gc.isenabled()
    assert seen
    assert not any(seen)
