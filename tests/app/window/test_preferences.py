from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from app.storage.paths import models_folder, user_folder
from app.style.theme import ThemeChoice
from app.window.preferences import WindowPreferences


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
    assert first.geometry is None
    first.theme, first.geometry = ThemeChoice.DARK, QByteArray(b"abc")
    del first
    assert WindowPreferences().theme is ThemeChoice.DARK
    assert WindowPreferences().geometry == QByteArray(b"abc")


@pytest.mark.parametrize(
    "content",
    [
        "[General]\ntheme=pink\ngeometry=7\n",
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
