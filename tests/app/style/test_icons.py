from __future__ import annotations

import re
from importlib.resources import files

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.style import icons
from app.style.icons import icon, icon_size, set_icon
from app.style.theme import DARK, LIGHT, ThemeChoice
from tests.app.theme_choice import apply_theme

NAMES = sorted(path.name[:-4] for path in (files("resources") / "icons").iterdir() if path.name.endswith(".svg"))
PLAIN = [name for name in NAMES if name != "app"]


def is_drawn_in(colour: str, image: QImage) -> bool:
    """Whether every pixel that is more than half opaque has `colour`, apart from rounding in the blending."""
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    found = [pixel for pixel in (image.pixelColor(x, y) for x, y in points) if pixel.alpha() > 128]
    wanted = QColor(colour)
    differences = (
        (pixel.red() - wanted.red(), pixel.green() - wanted.green(), pixel.blue() - wanted.blue()) for pixel in found
    )
    return bool(found) and all(abs(channel) <= 3 for difference in differences for channel in difference)


def image_of(shown: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, ratio: float = 1.0) -> QImage:
    return shown.pixmap(QSize(24, 24), ratio, mode).toImage()


def test_every_icon_of_the_window_exists() -> None:
    assert set(NAMES) >= {
        "app", "chevron-down", "chevron-right", "clear", "info", "menu", "open", "pause", "play", "redo", "revert",
        "save", "step", "stop", "theme", "undo",
    }  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_an_icon_has_only_its_colour(name: str, qapp: QApplication) -> None:
    assert is_drawn_in("#C01040", image_of(icon(name, "#C01040")))


@pytest.mark.parametrize("name", PLAIN)
def test_all_icons_have_one_stroke_width(name: str) -> None:
    drawing = (files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    assert re.findall(r'stroke-width="([^"]+)"', drawing) == ["1.75"]
    assert re.search(r'viewBox="0 0 24 24"', drawing)


def test_an_icon_is_rendered_at_the_screen_scale(qapp: QApplication) -> None:
    assert image_of(icon("play", "#000000"), ratio=2.0).width() == 48


def test_an_icon_that_several_widgets_show_is_rendered_once(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    buttons = [QPushButton() for _ in range(3)]
    for button in buttons:
        qtbot.addWidget(button)
    set_icon(buttons[0], "stop")
    monkeypatch.setattr(icons, "_rendered", None)
    for button in buttons[1:]:
        set_icon(button, "stop")
        assert is_drawn_in(LIGHT.text, image_of(button.icon()))


def test_the_windows_icon_has_large_sizes(qapp: QApplication) -> None:
    assert icon("app", "#000000").actualSize(QSize(256, 256)) == QSize(256, 256)


def test_a_disabled_icon_is_fainter(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    button = QPushButton()
    qtbot.addWidget(button)
    shown = icon("stop", button)
    assert is_drawn_in(LIGHT.text, image_of(shown))
    assert is_drawn_in(LIGHT.disabled_text, image_of(shown, QIcon.Mode.Disabled))
    assert image_of(icon("stop", QColor("black")), QIcon.Mode.Disabled).pixelColor(12, 6).alpha() < 128


def test_set_icon_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    button, primary, action = QPushButton(window), QPushButton(window), QAction("Undo", window)
    primary.setProperty("primary", True)
    for target in (button, primary, action):
        set_icon(target, "stop")
    window.show()
    assert is_drawn_in(LIGHT.on_accent, image_of(primary.icon()))
    apply_theme(qapp, ThemeChoice.DARK)
    assert is_drawn_in(DARK.text, image_of(button.icon()))
    assert is_drawn_in(DARK.text, image_of(action.icon()))
    assert is_drawn_in(DARK.on_accent, image_of(primary.icon()))
    apply_theme(qapp, ThemeChoice.LIGHT)


def test_an_icon_beside_text_is_as_high_as_the_text(qtbot: QtBot) -> None:
    button = QPushButton("Undo")
    qtbot.addWidget(button)
    set_icon(button, "undo")
    font = button.font()
    font.setPointSizeF(30)
    button.setFont(font)
    assert button.iconSize() == icon_size(button)
    assert abs(button.iconSize().height() - button.fontMetrics().height()) <= 1


def test_an_unknown_icon_name_raises(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon", "#000000")


def test_an_action_without_a_parent_widget_raises(qapp: QApplication) -> None:
    with pytest.raises(TypeError, match="must be a widget"):
        set_icon(QAction("Undo"), "undo")
