from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QRect

from app.storage.paths import models_folder, user_folder
from app.style.theme import ThemeChoice
from app.window.preferences import WindowPlace, WindowPreferences


def test_digitlab_home_sets_the_folder(user_files: Path) -> None:
    assert user_folder() == user_files
    assert models_folder() == user_files / "models"


def test_without_digitlab_home_the_platform_sets_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITLAB_HOME")
    assert user_folder().is_absolute()
    assert user_folder() != Path.home()


def test_preferences_are_kept_between_starts() -> None:
    first = WindowPreferences()
    assert first.theme is ThemeChoice.SYSTEM
    assert (first.last_screen, first.place("HDMI-1 1920x1080")) == ("", None)
    place = WindowPlace(QRect(10, -20, 300, 400), is_maximized=True)
    first.theme = ThemeChoice.DARK
    first.keep_place("HDMI-1 1920x1080", place)
    del first
    assert WindowPreferences().theme is ThemeChoice.DARK
    assert WindowPreferences().last_screen == "HDMI-1 1920x1080"
    assert WindowPreferences().place("HDMI-1 1920x1080") == place
    assert WindowPreferences().place("another") is None


def test_the_geometry_of_an_earlier_version_is_read(user_files: Path) -> None:
    user_files.mkdir()
    (user_files / "settings.ini").write_text("[General]\ngeometry=@ByteArray(abc)\n")
    assert WindowPreferences().geometry == QByteArray(b"abc")


@pytest.mark.parametrize(
    "content",
    [
        "[General]\ntheme=pink\ngeometry=7\nscreen=@Rect(1 2 3 4)\n[screens]\nx\\area=7\nx\\maximized=2\n",
        "[screens]\nx\\area=@Rect(1 2 0 -7)\n",
        "\x00\x01 no settings",
        "[General\ntheme",
        "[General]\ntheme=@ByteArray(dark)\n",
    ],
)
def test_invalid_values_count_as_not_set(user_files: Path, content: str) -> None:
    user_files.mkdir()
    (user_files / "settings.ini").write_text(content)
    assert WindowPreferences().theme is ThemeChoice.SYSTEM
    assert WindowPreferences().geometry is None
    assert WindowPreferences().last_screen == ""
    assert WindowPreferences().place("x") is None
