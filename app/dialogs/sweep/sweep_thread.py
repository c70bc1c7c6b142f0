"""The thread that runs a sweep's processes and logs their results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal

from app.background.task_queue import ShownError, unexpected_error
from app.storage.sweep_recorder import SweepRecorder
from nncore.data.dataset import Splits
from nncore.errors import DigitLabError
from nncore.experiments.run_log.log import RunSettings
from nncore.experiments.sweep import SweepJob, SweepProgress, SweepResult, check_jobs, run_sweep


@dataclass(frozen=True, eq=False)
class SweepRequest:
    """A sweep: jobs, data, settings for the log, and the path of the log (None for no log)."""

    jobs: Sequence[SweepJob]
    data: Splits
    settings: RunSettings
    log: Path | None


class SweepThread(QThread):
    """Runs one request; `stop` ends each run within one step."""

    progressed = Signal(SweepProgress)
    """A SweepProgress."""
    run_ended = Signal(SweepResult, int)
    """A SweepResult, and the run's number in the log, 0 if it is not logged."""
    failed = Signal(str)
    """One sentence: why the sweep could not start or continue."""
    not_logged = Signal(str)
    """One sentence: why a run could not be logged."""

    def __init__(self, request: SweepRequest, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.request = request
        self._stop = Event()

    def stop(self) -> None:
        """Stop all runs; running ones get the state stopped."""
        self._stop.set()

    def run(self) -> None:
        """Run the sweep; Qt calls this on the new thread."""
        try:
            self._sweep()
        except DigitLabError as problem:
            self.failed.emit(str(problem))
        except OSError as problem:
            self.failed.emit(f"The processes of the sweep could not be started ({problem.strerror or problem}).")
        except Exception as problem:  # a bug
            self.failed.emit(unexpected_error("The sweep failed", problem))
            raise ShownError from problem

    def _sweep(self) -> None:
        request, fraction = self.request, self.request.settings.validation_fraction
        check_jobs(request.jobs, request.data, fraction)
        recorder = SweepRecorder(request.log, request.settings, self.not_logged.emit)
        for event in run_sweep(request.jobs, request.data, fraction, cancelled=self._stop.is_set):
            number = recorder.record(event)
            if isinstance(event, SweepResult):
                self.run_ended.emit(event, number or 0)
            else:
                self.progressed.emit(event)
