"""Each icon exists, has one colour and one stroke width, and is sharp on its screen."""

from __future__ import annotations

import gc
import re
from importlib.resources import files

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QIcon, QImage, QPainter, QPixmap
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


def record_rendering(monkeypatch: pytest.MonkeyPatch) -> list[QSize]:
    """The list to which each rendering from now on adds its size."""
    render, sizes = icons._rendered, []

    def recorded(drawing: str, ink: QColor, size: QSize) -> QPixmap:
        sizes.append(size)
        return render(drawing, ink, size)

    monkeypatch.setattr(icons, "_rendered", recorded)
    return sizes


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
    rendered = record_rendering(monkeypatch)
    for button in buttons:
        set_icon(button, "stop")
        assert is_drawn_in(LIGHT.text, image_of(button.icon()))
    assert len(rendered) <= 1  # an earlier test may have rendered it


def test_an_icon_is_not_rendered_before_it_is_shown(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = record_rendering(monkeypatch)
    button = QPushButton()
    qtbot.addWidget(button)
    button.setIcon(icon("stop", "#123456"))
    assert not rendered
    button.grab()
    assert len(rendered) == 1


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_an_icon_is_sharp_at_any_screen_scale(qapp: QApplication, ratio: float) -> None:
    side = round(20 * ratio)
    target = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    target.setDevicePixelRatio(ratio)
    target.fill(0)
    with QPainter(target) as painter:
        icon("play", "#000000").paint(painter, 0, 0, 20, 20)
    shown = icon("play", "#000000").pixmap(QSize(20, 20), ratio)
    assert shown.size() == QSize(side, side)
    assert shown.devicePixelRatio() == ratio
    assert shown.toImage().convertToFormat(target.format()) == target


def test_a_changed_copy_of_an_icon_leaves_the_icon_as_it_is(qapp: QApplication) -> None:
    shown = icon("play", "#000000")
    changed = QIcon(shown)
    changed.addPixmap(QPixmap(24, 24))
    del changed
    gc.collect()
    assert is_drawn_in("#000000", image_of(shown))


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
