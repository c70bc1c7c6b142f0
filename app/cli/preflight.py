"""Checks before the start: each reports in one line what is missing. Imports only the standard library."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

OWN_PACKAGES = ("app", "digitlab", "nncore", "resources")

QT_LIBRARIES = (
    "libEGL.so.1",
    "libGL.so.1",
    "libX11.so.6",
    "libdbus-1.so.3",
    "libfontconfig.so.1",
    "libfreetype.so.6",
    "libglib-2.0.so.0",
    "libxkbcommon.so.0",
)
"""The libraries that Qt needs even without a screen."""

X11_LIBRARIES = (
    "libxkbcommon-x11.so.0",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
    "libxcb-shape.so.0",
    "libxcb-xkb.so.1",
    "libxcb-randr.so.0",
    "libxcb-xfixes.so.0",
    "libxcb-sync.so.1",
    "libX11-xcb.so.1",
)
"""The libraries that Qt needs for a window under X11."""

WAYLAND_LIBRARIES = ("libwayland-client.so.0", "libwayland-cursor.so.0")
"""The libraries that Qt needs for a window under Wayland."""

PACKAGES = {"libglib-2.0.so.0": "libglib2.0-0", "libgthread-2.0.so.0": "libglib2.0-0", "libz.so.1": "zlib1g"}
"""The Debian and Ubuntu packages whose name does not follow from the library that they contain."""

Load = Callable[[str], object]

_MISSING_LIBRARY = re.compile(r"(lib[\w.+-]+\.so\.[\d.]+): cannot open shared object file")
"""What the loader says of a library that is missing."""

_ADVICE = "Start Digit Lab from a desktop, or use a command that needs no window, such as train (--help lists them)."


def missing_package(problem: ModuleNotFoundError) -> str:
    """Return which Python package is missing and what to do; raises `problem` again for a module of Digit Lab."""
    package = (problem.name or "").partition(".")[0]
    if not package or package in OWN_PACKAGES:
        raise problem
    return f"The Python package {package} is not installed. Run the first command of the README."


def package_of(library: str) -> str:
    """Return the Debian and Ubuntu package of a shared library: libxcb-cursor0 for libxcb-cursor.so.0."""
    name, _, version = library.partition(".so.")
    hyphen = "-" if name[-1:].isdigit() else ""
    return PACKAGES.get(library, f"{name}{hyphen}{version}".lower())


def no_qt(problem: ImportError, load: Load = ctypes.CDLL) -> str:
    """Return why Qt could not be loaded and what to do. `load` loads a shared library, or raises OSError."""
    missing = _missing(QT_LIBRARIES, load)
    named = _MISSING_LIBRARY.match(str(problem))
    if named and named[1] not in missing and not named[1].startswith("libQt6"):
        missing.append(named[1])
    if missing:
        return _lacks(missing)
    return f"Qt could not be loaded ({problem}). Install it again with the first command of the README."


def why_no_window(environment: Mapping[str, str] = os.environ, load: Load = ctypes.CDLL) -> str:
    """Return why Qt would abort the process instead of opening a window; "" if no reason is known.

    Only Linux can lack a screen or the libraries of X11 and Wayland. `load` loads a shared library, or raises OSError.
    """
    platform = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if not sys.platform.startswith("linux") or platform not in ("", "xcb", "wayland"):
        return ""
    wayland = environment.get("WAYLAND_DISPLAY", "")
    if platform == "wayland" or (platform == "" and wayland):
        missing = _missing(WAYLAND_LIBRARIES, load)
        if not missing and _wayland_answers(environment, load):
            return ""
        if platform == "wayland" or not environment.get("DISPLAY"):  # otherwise Qt opens the window under X11
            return _lacks(missing) if missing else f"No display server answers at WAYLAND_DISPLAY={wayland}. {_ADVICE}"
    elif platform == "" and not environment.get("DISPLAY"):
        return f"There is no screen for a window (neither DISPLAY nor WAYLAND_DISPLAY is set). {_ADVICE}"
    missing = _missing(X11_LIBRARIES, load)
    if missing:
        return _lacks(missing)
    if not _x_server_answers(load):
        return f"No X server answers at DISPLAY={environment.get('DISPLAY', '')}. {_ADVICE}"
    return ""


def _lacks(libraries: Sequence[str]) -> str:
    packages = " ".join(dict.fromkeys(package_of(library) for library in libraries))
    return f"These libraries are missing: {', '.join(libraries)}. On Debian or Ubuntu run: sudo apt install {packages}"


def _missing(libraries: Iterable[str], load: Load) -> list[str]:
    """The libraries that are missing: those that cannot be loaded, or another one that they need in turn."""
    missing: list[str] = []
    for library in libraries:
        try:
            load(library)
        except OSError as problem:
            named = _MISSING_LIBRARY.match(str(problem))
            missing.append(named[1] if named else library)
    return list(dict.fromkeys(missing))


def _wayland_answers(environment: Mapping[str, str], load: Load) -> bool:
    """Whether the Wayland server accepts a connection."""
    if environment.get("WAYLAND_SOCKET"):  # an open connection, which can be used only once
        return True
    client: ctypes.CDLL = load("libwayland-client.so.0")  # type: ignore[assignment]
    client.wl_display_connect.restype = ctypes.c_void_p
    connection = client.wl_display_connect(os.fsencode(environment.get("WAYLAND_DISPLAY", "")) or None)
    if connection:
        client.wl_display_disconnect(ctypes.c_void_p(connection))
    return bool(connection)


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
