"""Messages about missing packages, libraries and screens: `python main.py` in its own process without them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import main
from app.cli.preflight import (
    QT_LIBRARIES,
    WAYLAND_LIBRARIES,
    X11_LIBRARIES,
    Load,
    missing_package,
    no_qt,
    package_of,
    why_no_window,
)

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
    folder = str(MAIN.parent)
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


class FakeLibrary:
    """libxcb and libwayland-client, with display servers that answer or not."""

    def __init__(self, x_answers: bool = True, wayland_answers: bool = True) -> None:
        self.displays: list[bytes | None] = []

        def connect_to_wayland(display: bytes | None) -> int:
            self.displays.append(display)
            return int(wayland_answers)

        self.wl_display_connect = connect_to_wayland
        self.wl_display_disconnect = self.xcb_disconnect = lambda connection: None
        self.xcb_connect = lambda display, screen: 1
        self.xcb_connection_has_error = lambda connection: not x_answers


def load_all_but(*missing: str, library: FakeLibrary | None = None) -> Load:
    def load(name: str) -> object:
        if name in missing:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return library or FakeLibrary()

    return load


@on_linux
def test_only_the_packages_of_missing_libraries_are_named() -> None:
    load = load_all_but("libxcb-cursor.so.0", "libxcb-icccm.so.4")
    for environment in ({"DISPLAY": ":0"}, {"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}):
        assert why_no_window(environment, load).endswith("run: sudo apt install libxcb-cursor0 libxcb-icccm4")


@on_linux
def test_a_library_that_another_one_lacks_is_named() -> None:
    def load(name: str) -> object:
        raise OSError("libxcb-image.so.0: cannot open shared object file: No such file or directory")

    assert why_no_window({"DISPLAY": ":0"}, load).endswith("run: sudo apt install libxcb-image0")


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
    assert why_no_window(environment, load_all_but(*X11_LIBRARIES)) == ""


@on_linux
@pytest.mark.parametrize("environment", [{"WAYLAND_DISPLAY": "way-7"}, {"QT_QPA_PLATFORM": "wayland"}])
def test_a_wayland_server_that_does_not_answer_is_reported(environment: dict[str, str]) -> None:
    library = FakeLibrary(wayland_answers=False)
    sentence = why_no_window(environment, load_all_but(library=library))
    assert f"No display server answers at WAYLAND_DISPLAY={environment.get('WAYLAND_DISPLAY', '')}." in sentence
    assert library.displays == [b"way-7" if "WAYLAND_DISPLAY" in environment else None]


@on_linux
def test_without_a_wayland_server_the_window_opens_under_x11() -> None:
    both = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    assert why_no_window(both, load_all_but(library=FakeLibrary(wayland_answers=False))) == ""
    no_server = load_all_but(library=FakeLibrary(wayland_answers=False, x_answers=False))
    assert "No X server answers at DISPLAY=:0" in why_no_window(both, no_server)
    assert why_no_window(both, load_all_but(*WAYLAND_LIBRARIES)) == ""


@on_linux
def test_an_open_connection_to_wayland_is_not_used_up() -> None:
    library = FakeLibrary(wayland_answers=False)
    assert why_no_window({"WAYLAND_DISPLAY": "w", "WAYLAND_SOCKET": "5"}, load_all_but(library=library)) == ""
    assert library.displays == []


@on_linux
def test_the_packages_of_wayland_are_named() -> None:
    sentence = why_no_window({"WAYLAND_DISPLAY": "wayland-0"}, load_all_but(*WAYLAND_LIBRARIES))
    assert sentence.endswith("run: sudo apt install libwayland-client0 libwayland-cursor0")


@on_linux
def test_a_wayland_socket_on_which_nothing_listens_is_reported_instead_of_an_abort(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w"))
    sentence = error_message(str(MAIN), WAYLAND_DISPLAY=str(tmp_path / "w"), XDG_RUNTIME_DIR=str(tmp_path))
    assert "WAYLAND_DISPLAY=" in sentence or "apt install libwayland-client0" in sentence


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libGL.so.1", "libgl1"),
        ("libX11.so.6", "libx11-6"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libfontconfig.so.1", "libfontconfig1"),
        ("libfreetype.so.6", "libfreetype6"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libgthread-2.0.so.0", "libglib2.0-0"),
        ("libxkbcommon.so.0", "libxkbcommon0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libstdc++.so.6", "libstdc++6"),
        ("libz.so.1", "zlib1g"),
    ],
)
def test_the_package_of_a_library_is_named(library: str, package: str) -> None:
    problem = ImportError(f"{library}: cannot open shared object file: No such file or directory")
    for load in (load_all_but(library), load_all_but()):  # the loader's message is enough
        assert no_qt(problem, load) == (
            f"These libraries are missing: {library}. On Debian or Ubuntu run: sudo apt install {package}"
        )


def test_all_missing_libraries_are_named_at_once() -> None:
    problem = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert no_qt(problem, load_all_but("libdbus-1.so.3", "libEGL.so.1")).endswith("apt install libegl1 libdbus-1-3")


def test_if_qt_lacks_no_library_its_own_message_is_shown() -> None:
    sentence = no_qt(ImportError("version `GLIBC_2.34' not found"), load_all_but())
    assert "GLIBC_2.34" in sentence
    assert "apt" not in sentence


def test_the_readme_lists_the_same_packages() -> None:
    readme = (MAIN.parent / "README.md").read_text(encoding="utf-8")
    (line,) = [line for line in readme.splitlines() if "apt-get install" in line]
    assert {package_of(library) for library in (*QT_LIBRARIES, *X11_LIBRARIES)} <= set(line.split())
