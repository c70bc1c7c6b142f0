"""Messages about missing packages, libraries and screens: `python main.py` in its own process without them."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import main
from app.cli.preflight import WINDOW_PACKAGES, missing_package, no_qt, why_no_window

MAIN = Path(main.__file__)
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")


def error_message(*command: str, **environment: str) -> str:
    """Return the error line of `command`; of the variables about screens, only those in `environment` are set."""
    bare = {name: value for name, value in os.environ.items() if "DISPLAY" not in name and "QT" not in name}
    process = subprocess.run(
        [sys.executable, *command], env=bare | environment, capture_output=True, text=True, timeout=240
    )
    assert process.returncode == 2, process
    assert process.stdout == ""
    assert re.fullmatch(r"digitlab: [^\n]+\n", process.stderr), process.stderr
    return process.stderr


@pytest.mark.parametrize("arguments", [[], ["train"]])
def test_a_missing_package_is_named_with_a_pointer_to_the_readme(arguments: list[str]) -> None:
    sentence = error_message("-S", "-E", str(MAIN), *arguments)  # -S: no installed packages
    assert re.search(r"digitlab: The Python package \w+ is not installed\. Run the first command", sentence)


def test_a_missing_package_of_one_command_is_named_too() -> None:
    blocked = "import sys; sys.modules['PySide6'] = None; sys.argv = ['main.py']; import main; sys.exit(main.run())"
    (folder,) = [str(MAIN.parent)]
    assert "PySide6 is not installed" in error_message("-c", blocked, PYTHONPATH=folder, QT_QPA_PLATFORM="offscreen")


def test_a_missing_module_of_digit_lab_itself_is_not_reported_as_a_missing_package() -> None:
    with pytest.raises(ModuleNotFoundError):
        missing_package(ModuleNotFoundError(name="nncore.nowhere"))


@on_linux
def test_a_missing_screen_is_reported_instead_of_an_abort() -> None:
    assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in error_message(str(MAIN))


@on_linux
def test_a_display_without_an_x_server_is_reported_instead_of_an_abort() -> None:
    sentence = error_message(str(MAIN), DISPLAY=":987")
    assert "DISPLAY=:987" in sentence or "apt install" in sentence


def load_all_but(*missing: str) -> object:
    def load(name: str) -> object:
        if name in missing:
            raise OSError(f"{name}: cannot open shared object file")
        return ctypes.CDLL(None)

    return load


@on_linux
def test_only_the_packages_of_missing_libraries_are_named() -> None:
    load = load_all_but("libxcb-cursor.so.0", "libxcb-icccm.so.4")
    for environment in ({"DISPLAY": ":0"}, {"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}):
        obstacle = why_no_window(environment, load)  # type: ignore[arg-type]
        assert obstacle.endswith("apt install libxcb-cursor0 libxcb-icccm4")


@on_linux
@pytest.mark.parametrize(
    "environment",
    [
        {"QT_QPA_PLATFORM": "offscreen"},
        {"QT_QPA_PLATFORM": "wayland"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"},
    ],
)
def test_x11_libraries_are_not_needed_on_other_platforms(environment: dict[str, str]) -> None:
    assert why_no_window(environment, load_all_but(*WINDOW_PACKAGES)) == ""  # type: ignore[arg-type]


def test_if_qt_cannot_be_loaded_all_packages_are_listed() -> None:
    sentence = no_qt(ImportError("libEGL.so.1: cannot open shared object file"))
    assert "libEGL.so.1" in sentence
    for package in ("libegl1", "libglib2.0-0", "libxcb-cursor0", "libx11-xcb1"):
        assert package in sentence


def test_the_readme_lists_the_same_packages() -> None:
    readme = (MAIN.parent / "README.md").read_text(encoding="utf-8")
    named = set(no_qt(ImportError("")).partition("apt install ")[2].split())
    (line,) = [line for line in readme.splitlines() if "apt-get install" in line]
    assert named <= set(line.split())
