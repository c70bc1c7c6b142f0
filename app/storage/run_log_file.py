"""Opening the log of runs, whatever state its file is in: what cannot be read is set aside, never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from nncore.experiments.run_log.log import VERSION, RunLog, RunLogDamagedError, RunLogError, RunLogNewerError

Result = TypeVar("Result")
Complain = Callable[[str], None]
"""Is given one sentence: what is wrong, and what was done about it."""


def open_log(path: Path, complain: Complain, patience: float | None = None) -> RunLog:
    """The log at `path`; where that one cannot be used, a fresh one in its place or beside it, which is said.

    A damaged log is kept under another name. One of a newer Digit Lab stays where it is. patience: seconds to wait for
    another program. Raises RunLogError if there can be no log at all, or another program is writing.
    """
    try:
        return RunLog(path, patience)
    except RunLogNewerError as problem:
        beside = path.with_name(f"{path.stem} of version {VERSION}{path.suffix}")
        complain(f"{problem} It is left as it is, and {beside.name} beside it is used.")
        return _sound(beside, complain, patience)
    except RunLogDamagedError as problem:
        set_aside(path, problem, complain)
        return RunLog(path, patience)


def with_log(path: Path, complain: Complain, work: Callable[[RunLog], Result], patience: float | None = None) -> Result:
    """What `work` gives when it is done with the log that `open_log` opens.

    A log whose damage shows only now is set aside too, and `work` is done with a fresh one. Raises RunLogError.
    """
    try:
        with open_log(path, complain, patience) as log:
            path = log.path
            return work(log)
    except RunLogDamagedError as problem:
        set_aside(path, problem, complain)
        with open_log(path, complain, patience) as log:
            return work(log)


def _sound(path: Path, complain: Complain, patience: float | None) -> RunLog:
    try:
        return RunLog(path, patience)
    except RunLogDamagedError as problem:
        set_aside(path, problem, complain)
        return RunLog(path, patience)


def set_aside(path: Path, problem: RunLogDamagedError, complain: Complain) -> None:
    """Keep the damaged log at `path` under another name, and say so; raises RunLogError if that fails."""
    aside = path.with_name(f"{path.stem} damaged {datetime.now():%Y-%m-%d %H.%M.%S.%f}{path.suffix}")
    try:
        for suffix in ("-wal", "-shm", ""):  # what SQLite keeps beside it belongs to it
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
    except OSError as failure:
        raise RunLogError(f"{problem} It cannot be set aside ({failure.strerror or failure}).") from None
    complain(f"{problem} It is kept as {aside.name}, and a fresh log is begun.")
