"""A window that works until it is killed, and the check of everything that it had saved.

`python -m tests.app.window.process.killed_window 200` kills it 200 times.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen
from typing import Any

import numpy as np

from app.storage.drawing_file import DrawingFile
from app.storage.ink_library import InkLibrary
from nncore.experiments.run_log.log import RunLog
from nncore.files.checkpoint_file import load_checkpoint
from nncore.files.model_file import load_model
from nncore.files.snapshots_file import load_snapshots
from nncore.preprocessing.ink import Ink

MAX_LINES = 60
"""The window is killed after a random number of lines, 1 to this, of its journal."""


def kill_and_check(home: Path, random: Random) -> None:
    """Start a window with the user folder `home`, kill it at a random moment, and read all files that it had saved."""
    environment = os.environ | {"DIGITLAB_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-u", "-m", "tests.app.window.process.killed_window", "work", str(random.random())]
    journal = saved_in(home)
    lines = random.randint(len(journal) + 1, len(journal) + MAX_LINES)
    with Popen(command, stdout=PIPE, env=environment, cwd=Path(__file__).parents[4], text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            journal.append(line.strip())
            if len(journal) == lines:
                process.kill()
        journal.extend(line.strip() for line in process.stdout)
    assert process.returncode == -9, journal
    check(home, journal)


def check(home: Path, journal: list[str]) -> None:
    """Check the files of a killed window whose journal says what it was going to save, and what it had saved."""
    for line in saved_in(home):
        _, kind, state = line.split(" ", 2)
        assert state in possible(journal, kind)
    for path in (home / "models").glob("*.npz"):
        load_model(path)
    for line in journal:
        if line.startswith("saved model "):
            assert Path(line.removeprefix("saved model ")).is_file()
    epochs = home / "epochs of the last run.npz"
    if epochs.exists():
        assert len(load_snapshots(epochs)[0].points) > 1
    if (home / "runs" / "runs.sqlite").exists():
        with RunLog(home / "runs" / "runs.sqlite") as log:
            for run in log.runs():
                if run.checkpoint and (home / "runs" / run.checkpoint).exists():
                    load_checkpoint(home / "runs" / run.checkpoint)


def saved_in(home: Path) -> list[str]:
    """The drawing and the number of examples in the files, as lines of a journal."""
    file, library = DrawingFile(home / "ink"), InkLibrary(home / "ink" / "my hand.unipen")
    drawing = digest(file.read())
    file.release()
    assert library.load() == ""
    return [f"saved drawing {drawing}", f"saved examples {len(library.examples)}"]


def possible(journal: list[str], what: str) -> set[str]:
    """The states that may be on the disk: the last that was saved, and the one that was being saved after it."""
    states: set[str] = set()
    for line in journal:
        verb, kind, state = line.split(" ", 2)
        if kind == what:
            states = {state} if verb == "saved" else states | {state}
    return states


def digest(ink: Ink) -> str:
    """A short name of the strokes; the number of strokes is its first part."""
    content = b"".join(stroke.tobytes() + b"|" for stroke in ink.strokes)
    return f"{len(ink.strokes)} {hashlib.sha256(content).hexdigest()[:16]}"


def tell(line: str) -> None:
    """Write a line of the journal, as one write, so that lines of several threads stay whole."""
    os.write(1, f"{line}\n".encode())


def work(seed: str) -> None:
    """Draw, teach and train without end; report each save before and after it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.session import training_thread
    from app.session.run_events import RunState
    from app.session.session import Session
    from app.window.main_window import MainWindow
    from app.window.preferences import WindowPreferences
    from nncore.model.network import NetworkSpec
    from nncore.training import TrainingConfig
    from tests.nncore.example_data import small_mnist

    def reported(save: Callable[..., None], state: Callable[..., str]) -> Callable[..., None]:
        def save_and_report(*arguments: Any) -> None:
            tell(f"saving {state(*arguments)}")
            save(*arguments)
            tell(f"saved {state(*arguments)}")

        return save_and_report

    random = Random(seed)
    DrawingFile.write = reported(DrawingFile.write, lambda _, ink: f"drawing {digest(ink)}")  # type: ignore[method-assign]
    InkLibrary._write = reported(  # type: ignore[method-assign]
        InkLibrary._write, lambda own, path, given: f"{'examples' if path == own.path else 'backup'} {len(given)}"
    )
    names = vars(training_thread)
    names["save_model"] = reported(names["save_model"], lambda _, path: f"model {path}")
    application = QApplication(["digitlab"])
    window = MainWindow(Session(), WindowPreferences())
    window.show()
    session, teacher, canvas = window.session, window.teacher, window.draw_tab.canvas
    window.draw_tab.finish()  # the last drawing has been restored
    session.use_data(small_mnist())
    session.open_bundled_model()
    session.open_last_snapshots()

    def act() -> None:
        if session.run_state is RunState.IDLE:
            session.start_training(NetworkSpec.dense((784, 16, 10)), TrainingConfig(epochs=2))
        if random.random() < 0.2:
            canvas.clear()
        points = np.array([[random.random(), random.random()] for _ in range(9)], np.float32)
        for number, (x, y) in enumerate(points.tolist()):
            canvas.continue_stroke(x, y) if number else canvas.begin_stroke(x, y, erases=False)
        canvas.end_stroke()
        if random.random() < 0.5:
            teacher.teach(Ink((points,)), random.randrange(10))
        if teacher.count > 20:
            teacher.forget()

    timer = QTimer(interval=20)
    timer.timeout.connect(act)
    timer.start()
    application.exec()


if __name__ == "__main__":
    if sys.argv[1] == "work":
        work(sys.argv[2])
    else:
        with tempfile.TemporaryDirectory() as folder:
            for kill in range(int(sys.argv[1])):
                kill_and_check(Path(folder), Random(kill))
                print(f"{kill + 1} kills, nothing lost", flush=True)
