"""Checks before the start: each reports in one line what is missing. Imports only the standard library."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping

OWN_PACKAGES = ("app", "digitlab", "nncore", "resources")

SYSTEM_PACKAGES = "libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libxkbcommon0"
"""Debian and Ubuntu packages that Qt needs even without a screen."""

WINDOW_PACKAGES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libX11-xcb.so.1": "libx11-xcb1",
}
"""The libraries that Qt needs for a window under X11, and the Debian and Ubuntu packages that contain them."""

Load = Callable[[str], object]


def missing_package(problem: ModuleNotFoundError) -> str:
    """Return which Python package is missing and what to do; raises `problem` again for a module of Digit Lab."""
    package = (problem.name or "").partition(".")[0]
    if not package or package in OWN_PACKAGES:
        raise problem
    return f"The Python package {package} is not installed. Run the first command of the README."


def no_qt(problem: ImportError) -> str:
    """Return why Qt could not be loaded and what to do."""
    packages = f"{SYSTEM_PACKAGES} {' '.join(WINDOW_PACKAGES.values())}"
    return f"Qt could not be loaded ({problem}). On Debian or Ubuntu run: apt install {packages}"


def why_no_window(environment: Mapping[str, str] = os.environ, load: Load = ctypes.CDLL) -> str:
    """Return why Qt would abort the process instead of opening a window; "" if no reason is known.

    Only Linux can lack a screen or the libraries of X11. `load` loads a shared library, or raises OSError.
    """
    platform = environment.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or (platform and platform.partition(":")[0] != "xcb"):
        return ""
    if not platform:
        if environment.get("WAYLAND_DISPLAY"):
            return ""
        if not environment.get("DISPLAY"):
            return (
                "There is no screen for a window (neither DISPLAY nor WAYLAND_DISPLAY is set). Start Digit Lab "
                "from a desktop, or use a command that needs no window, such as train (--help lists them)."
            )
    missing = [package for library, package in WINDOW_PACKAGES.items() if not _can_load(library, load)]
    if missing:
        return f"Qt lacks libraries for a window. On Debian or Ubuntu run: apt install {' '.join(missing)}"
    if not _x_server_answers(load):
        return (
            f"No X server answers at DISPLAY={environment.get('DISPLAY', '')}. Start Digit Lab from a desktop, "
            "or use a command that needs no window, such as train (--help lists them)."
        )
    return ""


def _can_load(library: str, load: Load) -> bool:
    try:
        load(library)
    except OSError:
        return False
    return True


def _x_server_answers(load: Load) -> bool:
    """Whether the X server of DISPLAY accepts a connection."""
    try:
        xcb: ctypes.CDLL = load("libxcb.so.1")  # type: ignore[assignment]
    except OSError:
        return True  # without this library Qt itself could not have been loaded
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    has_failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_failed
