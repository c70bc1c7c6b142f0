"""What the window is about: the data, the model in use, and the run in progress."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Signal, Slot

from app.background import BackgroundTask
from app.settings import models_folder
from app.training_thread import TrainingThread
from nncore.dataset import Splits, load_mnist
from nncore.model_file import Model, bundled_model_path, load_model, save_model, trained_model
from nncore.network import NetworkSpec
from nncore.readers import read_dataset
from nncore.recipes import VALIDATION_SHARE
from nncore.training import Diverged, EpochDone, Finished, TrainingConfig

CLOSE_TIMEOUT = 10_000
"""Milliseconds that closing waits for a thread to end."""


class Session(QObject):
    """Holds the state that the tabs show, and says when a part of it changes.

    All methods return at once: reading, writing and training happen on threads.
    """

    data_changed = Signal(object)
    """The Splits now in use."""
    model_changed = Signal(object)
    """The Model now in use: opened, or as far as the present run has trained it."""
    run_happened = Signal(object)
    """An event of the present run: Started, StepsDone, EpochDone, Diverged or Finished."""
    run_failed = Signal(str)
    """One sentence: why a run could not begin or go on."""
    paused_changed = Signal(bool)
    """Whether the present run waits."""
    informed = Signal(str)
    """One sentence of good news."""
    refused = Signal(str)
    """One sentence: what could not be done and why; everything is as it was."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data: Splits | None = None
        self.model: Model | None = None
        self.model_path: Path | None = None
        self._kept: tuple[Model, Path | None] | None = None
        self._thread: TrainingThread | None = None
        self._tasks: set[BackgroundTask] = set()
        self._waiting: tuple[NetworkSpec, TrainingConfig, bool] | None = None
        self._following_run = False

    # ------------------------------------------------------------------ data

    def load_bundled_data(self) -> None:
        """Use the MNIST that comes with the app."""
        self._in_background(load_mnist, self._use_data)

    def open_data(self, path: Path) -> None:
        """Use the images of a file: IDX, CSV or NPZ."""
        self._in_background(partial(read_dataset, path), self._use_opened_data)

    @Slot(object)
    def _use_data(self, data: Splits) -> None:
        self.data = data
        self.data_changed.emit(data)
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._start(*waiting)

    @Slot(object)
    def _use_opened_data(self, data: Splits) -> None:
        self._use_data(data)
        test = f" and {len(data.test):,} to test on" if data.test else ""
        self.informed.emit(f"{data.training.source}: {len(data.training):,} images to train on{test}.")

    # ----------------------------------------------------------------- model

    @property
    def model_is_saved(self) -> bool:
        """Whether the model in use is the one last opened or saved."""
        return self._kept is not None and self.model is self._kept[0]

    def open_bundled_model(self) -> None:
        """Use the model that comes with the app."""
        self._in_background(partial(load_model, bundled_model_path()), self._use_bundled_model)

    def open_model(self, path: Path) -> None:
        """Use the model of a file."""
        self._in_background(partial(_load_with_path, path), self._use_opened_model)

    def save_model(self, path: Path) -> None:
        """Write the model in use to `path`; it is then what `revert_model` brings back."""
        if self.model is not None:
            self._in_background(partial(_save_with_path, self.model, path), self._remember_saved)

    def revert_model(self) -> None:
        """Use the model last opened or saved again."""
        if self._kept is not None:
            self._choose_model(*self._kept)
            self.informed.emit(f"Back to the model {self._kept[0].card.name}.")

    @Slot(object)
    def _use_bundled_model(self, model: Model) -> None:
        self._choose_model(model, None)

    @Slot(object)
    def _use_opened_model(self, opened: tuple[Model, Path]) -> None:
        self._choose_model(*opened)
        self.informed.emit(f"Opened {opened[1].name}.")

    @Slot(object)
    def _remember_saved(self, saved: tuple[Model, Path]) -> None:
        self._kept = saved
        if self.model is saved[0]:
            self.model_path = saved[1]
            self.model_changed.emit(self.model)
        self.informed.emit(f"Saved as {saved[1]}.")

    def _choose_model(self, model: Model, path: Path | None) -> None:
        """Use a model that the user asked for, also while a run goes on that would replace it."""
        self._following_run = False
        self._kept = (model, path)
        self._use_model(model, path)

    def _use_model(self, model: Model, path: Path | None) -> None:
        self.model, self.model_path = model, path
        self.model_changed.emit(model)

    # ------------------------------------------------------------------- run

    @property
    def running(self) -> bool:
        """Whether a run is in progress, paused or not."""
        return self._thread is not None

    def start_training(self, spec: NetworkSpec, config: TrainingConfig, *, paused: bool = False) -> None:
        """Train a fresh network; `paused`: wait after its first step. Waits for the data if that is being read."""
        if self.running or self._waiting is not None:
            return
        if self.data is None:
            self._waiting = (spec, config, paused)
        else:
            self._start(spec, config, paused)

    def _start(self, spec: NetworkSpec, config: TrainingConfig, paused: bool) -> None:
        assert self.data is not None
        self._spec, self._config, self._run_data = spec, config, self.data
        self._history: list[EpochDone] = []
        self._following_run = True
        self._run_name = "-".join(map(str, spec.widths))
        self._thread = TrainingThread(spec, self.data, config, VALIDATION_SHARE, self)
        if paused:
            self._thread.control.pause()
        self._thread.happened.connect(self._on_event)
        self._thread.failed.connect(self._on_failure)
        self._thread.finished.connect(self._on_thread_end)
        self._thread.start()
        self.paused_changed.emit(paused)

    def pause(self) -> None:
        """Wait after the present mini-batch."""
        if self._thread is not None:
            self._thread.control.pause()
            self.paused_changed.emit(True)

    def resume(self) -> None:
        """Go on."""
        if self._thread is not None:
            self._thread.control.resume()
            self.paused_changed.emit(False)

    def step(self) -> None:
        """Take one mini-batch, then wait."""
        if self._thread is not None:
            self._thread.control.step()
            self.paused_changed.emit(True)

    def stop(self) -> None:
        """End the run; what was learnt stays."""
        self._waiting = None
        if self._thread is not None:
            self._thread.control.stop()

    def set_learning_rate(self, rate: float) -> None:
        """Train with `rate` from the next mini-batch on; does nothing when no run is in progress."""
        if self._thread is not None:
            self._thread.control.learning_rate = rate

    @Slot(object)
    def _on_event(self, event: object) -> None:
        if isinstance(event, EpochDone):
            self._history.append(event)
            self._publish(event, finished=None)
        elif isinstance(event, Finished | Diverged):
            self._publish(event, finished=event)
        self.run_happened.emit(event)

    def _publish(self, event: EpochDone | Finished | Diverged, finished: Finished | Diverged | None) -> None:
        """Make what was trained so far the model in use; a finished one is kept on disk too, whatever is in use."""
        took_no_step = isinstance(finished, Finished) and not finished.step
        if took_no_step or (isinstance(finished, Diverged) and not self._history):
            return
        test = finished.test if isinstance(finished, Finished) else None
        now = datetime.now()
        model = trained_model(
            self._spec, event.parameters, self._run_data, self._config, self._history, test,
            name=self._run_name, created=now.isoformat(" ", "seconds"),
        )  # fmt: skip
        if self._following_run:
            self._use_model(model, None)
        if finished is not None:
            path = models_folder() / f"{now:%Y-%m-%d %H.%M.%S.%f} {self._run_name}.npz"
            self._in_background(partial(save_model, model, path), self._ignore)

    @Slot(str)
    def _on_failure(self, problem: str) -> None:
        self.run_failed.emit(problem)

    @Slot()
    def _on_thread_end(self) -> None:
        if self._thread is not None:
            self._thread.deleteLater()
            self._thread = None

    # ----------------------------------------------------------------- close

    def close(self) -> bool:
        """Stop the run, keep what it learnt, and wait for all threads; False if one did not end in time."""
        self.stop()
        while True:
            running = self._running_threads()
            if not all(thread.wait(CLOSE_TIMEOUT) for thread in running):
                return False
            # What the threads said last is still on its way, and may start the saving of a model.
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
            if not running and not self._running_threads():
                return True

    def _running_threads(self) -> list[QThread]:
        threads: list[QThread] = [*self._tasks, *([self._thread] if self._thread else [])]
        return [thread for thread in threads if thread.isRunning()]

    def _in_background(self, work: Callable[[], object], use: Callable[[Any], None]) -> None:
        """Run `work` on a thread; `use`, a slot of this session, gets what it gives, on the window's thread."""
        task = BackgroundTask(work, self)
        self._tasks.add(task)
        task.succeeded.connect(use)
        task.failed.connect(self.refused)
        task.finished.connect(self._forget_ended_tasks)
        task.start()

    @Slot()
    def _forget_ended_tasks(self) -> None:
        for task in [task for task in self._tasks if task.isFinished()]:
            self._tasks.remove(task)
            task.deleteLater()

    @Slot(object)
    def _ignore(self, result: object) -> None:
        pass


def _load_with_path(path: Path) -> tuple[Model, Path]:
    return load_model(path), path


def _save_with_path(model: Model, path: Path) -> tuple[Model, Path]:
    save_model(model, path)
    return model, path
