"""Preferences are kept between starts in the folder of the user or of DIGITLAB_HOME."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QRect, Qt

from app.storage.paths import models_folder, user_folder
from app.style.theme import Appearance, ThemeChoice
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
    assert first.appearance == Appearance(ThemeChoice.SYSTEM, 1.0, projector=False)
    assert (first.last_screen, first.place("HDMI-1 1920x1080")) == ("", None)
    place = WindowPlace(QRect(10, -20, 300, 400), Qt.WindowState.WindowMaximized)
    first.appearance = Appearance(ThemeChoice.DARK, 1.25, projector=True)
    first.keep_place("HDMI-1 1920x1080", place)
    del first
    assert WindowPreferences().appearance == Appearance(ThemeChoice.DARK, 1.25, projector=True)
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
        "[General]\ntheme=pink\ngeometry=7\nscreen=@Rect(1 2 3 4)\n[screens]\nx\\area=7\nx\\state=2\n",
        "[screens]\nx\\area=@Rect(1 2 0 -7)\n",
        "[General]\nrecent=@Rect(1 2 3 4)\n",
        "[General]\nrecent=, @Invalid(), a, @ByteArray(b)\n",
        "\x00\x01 no settings",
        "[General\ntheme",
        "[General]\ntheme=@ByteArray(dark)\n",
        "[General]\ntextsize=1e9\nprojector=7\n",
        "[General]\ntextsize=nan\nprojector=@Rect(1 2 3 4)\n",
    ],
)
def test_invalid_values_count_as_not_set(user_files: Path, content: str) -> None:
    user_files.mkdir()
    (user_files / "settings.ini").write_text(content)
    assert WindowPreferences().appearance == Appearance()
    assert WindowPreferences().geometry is None
    assert WindowPreferences().last_screen == ""
    assert WindowPreferences().place("x") is None
    assert all(isinstance(path, Path) for path in WindowPreferences().recent_files)


def names(preferences: WindowPreferences) -> list[str]:
    return [path.name for path in preferences.recent_files]


def test_recent_files_are_kept_newest_first_without_repetition_and_at_most_eight(tmp_path: Path) -> None:
    preferences = WindowPreferences()
    assert preferences.recent_files == []
    for name in ("a", "b", "ü, \\ und %20", "b", *"cdefghi"):
        preferences.add_recent_file(tmp_path / name)
    del preferences
    again = WindowPreferences()
    assert names(again) == ["i", "h", "g", "f", "e", "d", "c", "b"]
    assert again.recent_files[0] == tmp_path / "i"


def test_special_names_and_a_single_file_are_kept(tmp_path: Path) -> None:
    WindowPreferences().add_recent_file(tmp_path / "ü, \\ und %20;=")
    assert WindowPreferences().recent_files == [tmp_path / "ü, \\ und %20;="]
    WindowPreferences().forget_recent_file(tmp_path / "ü, \\ und %20;=")
    assert WindowPreferences().recent_files == []


def test_a_name_that_is_not_utf_8_is_not_kept(tmp_path: Path) -> None:
    WindowPreferences().add_recent_file(tmp_path / "m\udcff.npz")
    assert WindowPreferences().recent_files == []


def test_recent_files_can_be_forgotten(tmp_path: Path) -> None:
    preferences = WindowPreferences()
    for name in "abc":
        preferences.add_recent_file(tmp_path / name)
    preferences.forget_recent_file(tmp_path / "b")
    assert names(preferences) == ["c", "a"]
    preferences.forget_recent_files()
    del preferences
    assert WindowPreferences().recent_files == []


def test_two_windows_share_the_recent_files(tmp_path: Path) -> None:
    first, second = WindowPreferences(), WindowPreferences()
    first.add_recent_file(tmp_path / "a")
    second.add_recent_file(tmp_path / "b")
    assert names(first) == ["b", "a"]


def test_only_the_first_start_is_the_first_one() -> None:
    preferences = WindowPreferences()
    assert preferences.is_first_start
    preferences.end_first_start()
    assert not preferences.is_first_start
    assert not WindowPreferences().is_first_start


def test_settings_of_an_earlier_version_are_no_first_start() -> None:
    WindowPreferences().add_recent_file(Path("model.digitnet"))
    assert not WindowPreferences().is_first_start


def test_the_pinned_drawing_is_kept_until_it_is_removed(user_files: Path) -> None:
    image = np.arange(784, dtype=np.uint16).astype(np.uint8).reshape(28, 28)
    first = WindowPreferences()
    assert first.pinned_drawing is None
    first.pinned_drawing = image
    kept = WindowPreferences().pinned_drawing
    assert kept is not None
    np.testing.assert_array_equal(kept, image)
    assert kept.dtype == np.uint8
    WindowPreferences().pinned_drawing = None
    assert WindowPreferences().pinned_drawing is None
    for damaged in ("zz", "00" * 783, "00" * 785, "@Rect(1 2 3 4)", "ä" * 1568):
        (user_files / "settings.ini").write_text(f"[General]\npinned={damaged}\n", encoding="utf-8")
        assert WindowPreferences().pinned_drawing is None
