"""Opening the run log. An unreadable file is renamed and never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from nncore.experiments.run_log.connection import file_identity
from nncore.experiments.run_log.log import (
    VERSION,
    DamagedRunLogError,
    NewerRunLogError,
    RunLog,
    RunLogError,
)
from nncore.system.file_lock import FileLock

Result = TypeVar("Result")
ReportError = Callable[[str], None]
"""Called with one sentence: the problem, and what was done about it."""

RENAMING_SECONDS = 10.0
"""How long to wait while another process renames a damaged log."""

ATTEMPTS = 3
"""How often a log that is damaged is renamed before the damage is reported as an error."""


def open_log(path: Path, report_error: ReportError, timeout: float | None = None) -> RunLog:
    """Open the log at `path`; if it is unusable, call `report_error` and create a new log.

    A damaged row is left out, and reported. A damaged log is renamed; the new log gets its name. A log of a newer Digit
    Lab stays unchanged; the new log gets a different name in the same folder. timeout: seconds to wait for another
    program. Raises RunLogError if no log can be opened or created, or another program is writing.
    """
    try:
        return _open_or_replace(path, report_error, timeout)
    except NewerRunLogError as problem:
        beside = path_beside(path)
        report_error(f"{problem} The file stays unchanged, and {beside.name} beside it is used.")
        return _open_or_replace(beside, report_error, timeout)


def path_beside(path: Path) -> Path:
    """The log that is used if the log at `path` is of a newer Digit Lab."""
    return path.with_name(f"{path.stem} of version {VERSION}{path.suffix}")


def with_log(
    path: Path, report_error: ReportError, work: Callable[[RunLog], Result], timeout: float | None = None
) -> Result:
    """Call `work` with the log that `open_log` opens, and return its result.

    If `work` finds that the log is damaged, the log is renamed and `work` is called with a new log. Raises RunLogError.
    """
    with open_log(path, report_error, timeout) as log:
        try:
            return work(log)
        except DamagedRunLogError as damage:
            problem = damage
    rename_damaged(log.path, log.file, problem, report_error)
    with open_log(path, report_error, timeout) as log:
        return work(log)


def _open_or_replace(path: Path, report_error: ReportError, timeout: float | None) -> RunLog:
    for _ in range(ATTEMPTS):
        file = file_identity(path)
        try:
            return RunLog(path, timeout, report_error)
        except DamagedRunLogError as problem:
            rename_damaged(path, file, problem, report_error)
    return RunLog(path, timeout, report_error)


def rename_damaged(
    path: Path, file: tuple[int, int] | None, problem: DamagedRunLogError, report_error: ReportError
) -> None:
    """Rename the damaged log at `path`, and call `report_error`; raises RunLogError if that fails.

    file: its `file_identity`. Does nothing if it is no longer at `path`: another process has renamed it, and may have
    created a new log there.
    """
    damaged_path = path.with_name(f"{path.stem} damaged {datetime.now():%Y-%m-%d %H.%M.%S.%f}{path.suffix}")
    try:
        with FileLock(path.with_suffix(".renaming")).held(RENAMING_SECONDS):
            if file_identity(path) != file:
                return
            for suffix in ("-wal", "-shm", ""):  # files of SQLite that belong to the log
                part = path.with_name(path.name + suffix)
                with suppress(FileNotFoundError):  # it has no such file
                    part.rename(damaged_path.with_name(damaged_path.name + suffix))
    except OSError as failure:
        raise RunLogError(f"{problem} It cannot be renamed ({failure.strerror or failure}).") from None
    report_error(f"{problem} It was renamed to {damaged_path.name}, and a new log was created.")
