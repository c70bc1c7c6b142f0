"""The thread that waits for the processes of a sweep, and writes what they find into the log of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal

from app.storage.sweep_recorder import SweepRecorder
from nncore.data.dataset import Splits
from nncore.errors import DigitLabError
from nncore.experiments.run_log.log import RunSettings
from nncore.experiments.sweep import SweepJob, SweepProgress, SweepResult, check_jobs, run_sweep


@dataclass(frozen=True, eq=False)
class SweepRequest:
    """A sweep: its jobs, the data, what the log is to say of them, and where the log is (None: nowhere)."""

    jobs: Sequence[SweepJob]
    data: Splits
    settings: RunSettings
    log: Path | None


class SweepThread(QThread):
    """Makes the runs of one request; `stop` ends it within a step of each run."""

    progressed = Signal(SweepProgress)
    """A SweepProgress."""
    run_ended = Signal(SweepResult, int)
    """A SweepResult, and the run's number in the log, 0 if it is not there."""
    failed = Signal(str)
    """One sentence: why the sweep could not begin or go on."""
    not_logged = Signal(str)
    """One sentence: why a run is not in the log."""

    def __init__(self, request: SweepRequest, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.request = request
        self._stop = Event()

    def stop(self) -> None:
        """End all runs; those in progress are told as stopped."""
        self._stop.set()

    def run(self) -> None:
        """Make the runs; Qt calls this on the new thread."""
        try:
            self._sweep()
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except OSError as problem:
            self.failed.emit(f"The processes of the sweep could not be started ({problem.strerror or problem}).")
        except Exception as problem:  # a mistake of ours: whoever waits must hear of it, and so must the crash hook
            self.failed.emit(f"The sweep broke off because of an error in Digit Lab ({type(problem).__name__}).")
            raise

    def _sweep(self) -> None:
        request, share = self.request, self.request.settings.validation_share
        check_jobs(request.jobs, request.data, share)
        recorder = SweepRecorder(request.log, request.settings, self.not_logged.emit)
        for event in run_sweep(request.jobs, request.data, share, cancelled=self._stop.is_set):
            number = recorder.tell(event)
            if isinstance(event, SweepResult):
                self.run_ended.emit(event, number or 0)
            else:
                self.progressed.emit(event)
