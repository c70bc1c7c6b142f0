"""The desktop entry starts this program from anywhere, and is removed without a trace."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.cli import desktop_entry
from app.cli.desktop_entry import DESKTOP_FILES, install_desktop_entry, remove_desktop_entry
from app.cli.main import main
from nncore.errors import DigitLabError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="desktop entries exist only on Linux")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    monkeypatch.delenv("APPIMAGE", raising=False)
    return folder


def entry(data: Path) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(data / "applications" / "digitlab.desktop", encoding="utf-8")
    return dict(parser["Desktop Entry"])


def test_the_entry_its_icon_and_the_file_type_are_installed_and_removed(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--install-desktop"]) == 0
    assert all((data / target).is_file() for target in DESKTOP_FILES.values())
    assert "Digit Lab is in the desktop's menu now" in capsys.readouterr().out
    assert main(["--remove-desktop"]) == 0
    assert not any((data / target).exists() for target in DESKTOP_FILES.values())
    assert main(["--remove-desktop"]) == 0


def test_the_command_has_the_paths_of_this_program_also_with_spaces(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / 'my "programs" 100%' / "main.py"
    monkeypatch.setattr(sys, "argv", [str(program)])
    install_desktop_entry()
    written = entry(data)
    # The specification: a backslash is doubled in the file's text, a percent sign in Exec.
    command = shlex.split(written["Exec"].replace("\\\\", "\\").replace("%%", "%"))
    assert command == [sys.executable, str(program), "%F"]
    assert written["TryExec"] == sys.executable


def test_an_appimage_and_a_packed_program_name_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/Digit Lab/digitlab")
    assert desktop_entry.start_command() == ["/opt/Digit Lab/digitlab"]
    monkeypatch.setenv("APPIMAGE", "/home/me/DigitLab.AppImage")
    assert desktop_entry.start_command() == ["/home/me/DigitLab.AppImage"]


def test_a_folder_that_cannot_be_written_is_reported(data: Path) -> None:
    data.write_text("a file where the folder should be")
    with pytest.raises(DigitLabError, match="could not be saved"):
        install_desktop_entry()


def test_another_system_has_no_desktop_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    for change in (install_desktop_entry, remove_desktop_entry):
        with pytest.raises(DigitLabError, match="only on Linux"):
            change()


def test_the_files_agree_with_each_other_and_with_the_specification(data: Path) -> None:
    install_desktop_entry()
    kind = entry(data)["MimeType"].rstrip(";")
    mime = ElementTree.parse(data / DESKTOP_FILES["desktop/digitlab.mime.xml"]).getroot()
    assert [element.get("type") for element in mime] == [kind]
    metainfo = ElementTree.parse(data / DESKTOP_FILES["desktop/digitlab.metainfo.xml"]).getroot()
    assert [element.text for element in metainfo.iter("mediatype")] == [kind]
    assert [element.text for element in metainfo.iter("launchable")] == ["digitlab.desktop"]
    validator = shutil.which("desktop-file-validate")
    if validator:
        path = data / "applications" / "digitlab.desktop"
        assert subprocess.run([validator, str(path)], capture_output=True, text=True).stdout == ""
