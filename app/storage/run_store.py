"""What the Runs tab asks of the log: opened anew each time, as it may be set aside meanwhile. No Qt in here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.storage.run_log_file import with_log
from app.storage.run_process import is_alive
from app.storage.run_tables import write_csv
from nncore.experiments.run_log.html_report import ReportedRun, write_report
from nncore.experiments.run_log.log import RunLog
from nncore.experiments.run_log.logged_run import LoggedRun

PATIENCE = 0.2
"""Seconds that the window may wait for another program that is writing to the log."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class KnownRun:
    """A run of the log. is_broken_off: it has not come to its end, and no process is at work on it.

    checkpoint: the file from which such a run can go on, or one that ended can be trained on, if there is one.
    """

    run: LoggedRun
    is_broken_off: bool = False
    checkpoint: Path | None = None

    @property
    def state(self) -> str:
        """How it stands, in a word or two."""
        return "interrupted" if self.is_broken_off else self.run.state


class RunStore:
    """The log at `path`, with the files from which runs can go on beside it; every method raises RunLogError.

    complain: is given a sentence, once, when the log had to be set aside.
    """

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        self.path = path
        self._complain = complain
        self._said: set[str] = set()

    def stamp(self) -> tuple[object, ...]:
        """Something that changes whenever anybody writes to the log."""
        return tuple(
            (found.stat().st_mtime_ns, found.stat().st_size)
            for found in sorted(self.path.parent.glob("*.sqlite*"))
            if not found.name.endswith("-shm") and found.exists()
        )

    def runs(self) -> list[KnownRun]:
        """All runs that are not deleted, the newest first."""
        return [self._known(run) for run in self._do(RunLog.runs)]

    def broken_off(self) -> KnownRun | None:
        """The newest run whose process was killed and that can go on, unless that was turned down; None without one."""
        if not self.path.exists():
            return None
        known = (self._known(run) for run in self._do(RunLog.unended) if run.process)
        return next((run for run in known if run.checkpoint is not None), None)

    def turn_down(self, run: int) -> None:
        """Note that a run which was broken off is not to go on now; it still can."""
        self._do(lambda log: log.leave(run))

    def rename(self, run: int, name: str) -> None:
        """Give a run another name."""
        self._do(lambda log: log.rename(run, name))

    def annotate(self, run: int, note: str) -> None:
        """Replace the note on a run."""
        self._do(lambda log: log.annotate(run, note))

    def delete(self, runs: Sequence[int]) -> None:
        """Put runs away."""
        self._do(lambda log: log.delete(runs))

    def restore(self, runs: Sequence[int]) -> None:
        """Bring back what was put away."""
        self._do(lambda log: log.restore(runs))

    def reported(self, runs: Sequence[int]) -> list[ReportedRun]:
        """Runs with their epochs and curves, as a report or the curves in the Train tab want them."""
        return self._do(lambda log: [ReportedRun.of(log, run) for run in runs])

    def export(self, runs: Sequence[int], path: Path) -> str:
        """Write runs as CSV, or as a report if `path` ends in .html; gives what was written, in words."""
        reported = self.reported(runs)
        if path.suffix.lower() in (".html", ".htm"):
            write_report(reported, path)
            return f"Written: {path}."
        beside = write_csv([(each.run, each.epochs) for each in reported], path)
        return f"Written: {path}, and the epochs in {beside.name} beside it."

    def _known(self, run: LoggedRun) -> KnownRun:
        is_unended = run.state == "running"
        if is_unended and is_alive(run.process):
            return KnownRun(run)
        checkpoint = self.path.parent / run.checkpoint
        return KnownRun(run, is_unended, checkpoint if run.checkpoint and checkpoint.is_file() else None)

    def _do(self, work: Callable[[RunLog], Result]) -> Result:
        return with_log(self.path, self._say, work, PATIENCE)

    def _say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._complain(sentence)
