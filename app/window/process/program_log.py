"""The log file: warnings, uncaught exceptions, and Qt's messages."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Hashable
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

LOG_BYTES = 1_000_000

_MAX_KEYS = 1000

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class RepeatCounter:
    """Counts how often something happened, so that a log names it the 1st, 10th, 100th ... time only."""

    def __init__(self) -> None:
        self._counts: Counter[Hashable] = Counter()

    def add(self, key: Hashable) -> int:
        """Count one more of `key`; returns how many there are now."""
        if len(self._counts) >= _MAX_KEYS and key not in self._counts:
            self._counts.clear()
        self._counts[key] += 1
        return self._counts[key]

    @staticmethod
    def is_logged(count: int) -> bool:
        """Whether `count` is a power of ten."""
        return str(count).rstrip("0") == "1"


def start_log(folder: Path) -> Path | None:
    """Log to a file in `folder`, and there also what Qt says; returns the path, or None if it must be stderr."""
    path: Path | None = folder / "digitlab.log"
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "digitlab.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        path, handler = None, logging.StreamHandler()
    layout = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(handlers=[handler], level=logging.INFO, format=layout, force=True)
    logging.raiseExceptions = False  # a log that can no longer be written disturbs nothing
    repeats = RepeatCounter()

    def log_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
        count = repeats.add((kind, message))
        if RepeatCounter.is_logged(count):
            times = f" ({count} times)" if count > 1 else ""
            logging.log(_LEVELS[kind], "Qt, %s: %s%s", context.category, message, times)
        if kind is QtMsgType.QtFatalMsg and path is not None and sys.stderr is not None:
            with suppress(OSError):  # Qt aborts the process now
                print(f"digitlab: {' '.join((message or '').split())} The log is {path}", file=sys.stderr, flush=True)

    qInstallMessageHandler(log_message)
    return path


def log_first_paint() -> None:
    """Log the processor time of this process by now, and the time in seconds since 1970."""
    used = os.times()
    logging.info("First paint after %.3f s of processor time, at %.3f.", used.user + used.system, time.time())


def end_log() -> None:
    """Let Qt write to stderr again: it may say more after Python has ended."""
    qInstallMessageHandler(None)
