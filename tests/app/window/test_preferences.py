from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from app.storage.paths import models_folder, user_folder
from app.style.theme import ThemeChoice
from app.window.preferences import WindowPreferences


def test_digitlab_home_is_where_files_go(user_files: Path) -> None:
    assert user_folder() == user_files
    assert models_folder() == user_files / "models"


def test_without_it_the_platform_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITLAB_HOME")
    assert user_folder().is_absolute()
    assert user_folder() != Path.home()


def test_what_is_set_is_there_next_time() -> None:
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
def test_a_file_that_makes_no_sense_counts_as_never_set(user_files: Path, content: str) -> None:
    user_files.mkdir()
    (user_files / "settings.ini").write_text(content)
    assert WindowPreferences().theme is ThemeChoice.SYSTEM
    assert WindowPreferences().geometry is None
