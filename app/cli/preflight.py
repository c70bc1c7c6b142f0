"""What this machine lacks to run the app, in one line each. Needs nothing but Python itself."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping

OWN_PACKAGES = ("app", "nncore", "resources")

SYSTEM_PACKAGES = "libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libxkbcommon0"
"""Packages of Debian and Ubuntu that Qt needs even without a screen."""

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
"""The libraries that Qt needs for a window under X11, and the packages of Debian and Ubuntu that hold them."""

Load = Callable[[str], object]


def missing_package(problem: ModuleNotFoundError) -> str:
    """Which Python package is not installed, and what to do; raises `problem` again if it is a module of ours."""
    package = (problem.name or "").partition(".")[0]
    if not package or package in OWN_PACKAGES:
        raise problem
    return f"{package} is not installed here; the README's first command sets everything up."


def no_qt(problem: ImportError) -> str:
    """Why Qt could not be loaded, and what to do."""
    packages = f"{SYSTEM_PACKAGES} {' '.join(WINDOW_PACKAGES.values())}"
    return f"Qt cannot open a window here ({problem}). On Debian or Ubuntu this helps: apt install {packages}"


def why_no_window(environment: Mapping[str, str] = os.environ, load: Load = ctypes.CDLL) -> str:
    """Why Qt would abort the process instead of opening a window; empty if nothing is known to be in the way.

    Only Linux can lack a screen or the libraries of X11; `load` loads a shared library, or raises OSError.
    """
    platform = environment.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or (platform and platform.partition(":")[0] != "xcb"):
        return ""
    if not platform:
        if environment.get("WAYLAND_DISPLAY"):
            return ""
        if not environment.get("DISPLAY"):
            return (
                "There is no screen here to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set): start it "
                "from a desktop, or use the commands that need no window, such as train (--help lists them)."
            )
    missing = [package for library, package in WINDOW_PACKAGES.items() if not _is_there(library, load)]
    if missing:
        return f"Qt lacks libraries to open a window here. On Debian or Ubuntu: apt install {' '.join(missing)}"
    if not _answers(load):
        return (
            f"No X server answers at DISPLAY={environment.get('DISPLAY', '')}: start it from a desktop, or use the "
            "commands that need no window, such as train (--help lists them)."
        )
    return ""


def _is_there(library: str, load: Load) -> bool:
    try:
        load(library)
    except OSError:
        return False
    return True


def _answers(load: Load) -> bool:
    """Whether a connection to the X server of DISPLAY comes about."""
    try:
        xcb: ctypes.CDLL = load("libxcb.so.1")  # type: ignore[assignment]
    except OSError:
        return True  # Qt itself would not have got this far
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not refused
