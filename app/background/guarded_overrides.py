"""An exception in a method that Qt calls is reported at once, and Qt gets a valid value.

Without this, PySide keeps the exception and raises it later, in the middle of another call. The exception also keeps
the local variables of a paint event, so that its QPainter stays active, and Qt then ends the process with a
segmentation fault.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from traceback import clear_frames
from types import FunctionType
from typing import Any

import shiboken6
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPixmap

FALLBACKS: dict[str, Callable[[], object]] = {
    "__lt__": bool,
    "boundingRect": QRectF,
    "clone": type(None),
    "columnCount": int,
    "count": int,
    "createEditor": type(None),
    "event": bool,
    "eventFilter": bool,
    "expandingDirections": lambda: Qt.Orientation(0),
    "filterAcceptsRow": lambda: True,
    "flags": lambda: Qt.ItemFlag.NoItemFlags,
    "hasHeightForWidth": bool,
    "heightForWidth": int,
    "minimumSize": QSize,
    "minimumSizeHint": QSize,
    "pixmap": QPixmap,
    "rowCount": int,
    "scaledPixmap": QPixmap,
    "setData": bool,
    "sizeHint": QSize,
    "text": str,
}
"""What the methods that Qt calls return after an exception; all others return None."""

UNGUARDED = ("run",)
"""Methods whose exceptions need no guard: one in `QThread.run` ends the thread, and is reported."""


def guard_overrides(package: str) -> None:
    """Guard these methods of all classes of a package that inherit from Qt, including those that are defined later."""
    root: Any = shiboken6.Object  # the base class of all classes of Qt
    prefix = f"{package}."

    def guard_new(cls: type, /, **options: Any) -> None:
        super(root, cls).__init_subclass__(**options)
        if cls.__module__.startswith(prefix):
            _guard(cls)

    for cls in _subclasses(root):
        if cls.__module__.startswith(prefix):
            _guard(cls)
    root.__init_subclass__ = classmethod(guard_new)


def _subclasses(cls: type) -> Iterator[type]:
    each: type
    for each in cls.__subclasses__():
        yield each
        yield from _subclasses(each)


def overrides(cls: type) -> dict[str, FunctionType]:
    """The methods of `cls` itself that override one of Qt."""
    base = next((base for base in cls.__mro__ if base.__module__.startswith("PySide6.")), object)
    return {
        name: method
        for name, method in vars(cls).items()
        if isinstance(method, FunctionType)
        and (hasattr(base, name) if not name.startswith("__") else name in FALLBACKS)
        and name not in UNGUARDED
    }


def _guard(cls: type) -> None:
    for name, method in overrides(cls).items():
        setattr(cls, name, _guarded(method, FALLBACKS.get(name, type(None))))


def _guarded(method: FunctionType, fallback: Callable[[], object]) -> Callable[..., object]:
    @wraps(method)
    def call(*arguments: Any, **options: Any) -> object:
        try:
            return method(*arguments, **options)
        except (Exception, KeyboardInterrupt) as problem:
            sys.excepthook(type(problem), problem, problem.__traceback__)
            _release_variables(problem)
            return fallback()

    return call


def _release_variables(problem: BaseException | None) -> None:
    """Delete the local variables of the calls that an exception has ended, such as a QPainter."""
    known: set[int] = set()
    while problem is not None and id(problem) not in known:
        known.add(id(problem))
        clear_frames(problem.__traceback__)
        problem = problem.__cause__ or problem.__context__
