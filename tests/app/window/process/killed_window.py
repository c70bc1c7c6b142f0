"""A window that works until it is killed, and the check of everything that it had saved.

`python -m tests.app.window.process.killed_window 200` kills it 200 times.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen
from typing import Any
from unittest import mock

import numpy as np

from app.session.typed_settings import Kind, SweepValues, TrainSettings, read_typed, write_typed
from app.storage.drawing_file import DrawingFile
from app.storage.ink_library import InkLibrary
from app.storage.models.model_library import LABELS, ModelLibrary
from app.storage.paths import run_log_path, sweep_values_path, train_settings_path
from app.storage.run_store import RunStore
from app.window.preferences import WindowPreferences
from nncore.experiments.run_log.log import RunLog
from nncore.files.checkpoint_file import load_checkpoint
from nncore.files.json_header import header_text
from nncore.files.model_file import load_model
from nncore.files.model_labels import ModelLabel, read_labels, write_labels
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


def saved_at_first() -> list[str]:
    """The journal of a window that has saved nothing yet."""
    with tempfile.TemporaryDirectory() as folder:
        return saved_in(Path(folder))


def check(home: Path, journal: list[str]) -> None:
    """Check the files of a killed window whose journal says what it was going to save, and what it had saved."""
    for line in saved_in(home):
        _, kind, state = line.split(" ", 2)
        assert state in possible(journal, kind), f"{kind}: {state} is not what was saved"
    for path in (home / "models").glob("*.npz"):
        load_model(path)
    for line in journal:
        if line.startswith("saved model "):
            assert Path(line.removeprefix("saved model ")).is_file()
    epochs = home / "epochs of the last run.npz"
    if epochs.exists():
        assert len(load_snapshots(epochs).snapshots.points) > 1
    if (home / "runs" / "runs.sqlite").exists():
        with RunLog(home / "runs" / "runs.sqlite") as log:
            for run in log.runs():
                if run.checkpoint_name and (home / "runs" / run.checkpoint_name).exists():
                    load_checkpoint(home / "runs" / run.checkpoint_name)


def _drawing(home: Path) -> str:
    file = DrawingFile(home / "ink")
    drawing = digest(file.read())
    file.release()
    return drawing


def _examples(home: Path) -> str:
    library = InkLibrary(home / "ink" / "my hand.unipen")
    assert library.load() == ""
    return str(len(library.examples))


def _labels(home: Path) -> str:
    return labels_digest(read_labels(home / "models" / LABELS))


def _typed(kind: type[Kind], path: Path) -> str:
    typed = read_typed(kind, path)
    assert typed is not None or not path.exists(), f"{path.name} cannot be read"
    return typed_digest(typed)


def _runs(home: Path) -> str:
    """The newest run that has a note, and its note."""
    path = home / "runs" / "runs.sqlite"
    if not path.exists():
        return "none"
    with RunLog(path) as log:
        return next((run_digest(run.id, run.note) for run in log.runs() if run.note), "none")


def _preferences(home: Path) -> str:
    with mock.patch.dict(os.environ, DIGITLAB_HOME=str(home)):
        return preferences_digest(WindowPreferences())


KEPT: dict[str, Callable[[Path], str]] = {
    "drawing": _drawing,
    "examples": _examples,
    "labels": _labels,
    "settings": lambda home: _typed(TrainSettings, home / train_settings_path().name),
    "sweep": lambda home: _typed(SweepValues, home / sweep_values_path().name),
    "run": _runs,
    "preferences": _preferences,
}
"""What the window keeps: the words of the journal, and functions that read the state from the files in a folder."""


def saved_in(home: Path) -> list[str]:
    """The states of all that is KEPT in the files, as lines of a journal."""
    return [f"saved {kind} {read(home)}" for kind, read in KEPT.items()]


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


def labels_digest(labels: Mapping[str, ModelLabel]) -> str:
    """The names, notes and pins of models in a word."""
    return _word(
        sorted((each.file, each.name, each.note, each.is_pinned) for each in labels.values() if not each.is_empty)
    )


def typed_digest(typed: TrainSettings | SweepValues | None) -> str:
    """Typed settings in a word; "none" if there are none."""
    return "none" if typed is None else _word(header_text("", 1, typed))


def run_digest(run_id: int, note: str) -> str:
    """A run and its note in a word."""
    return _word((run_id, note))


def preferences_digest(preferences: WindowPreferences) -> str:
    """The flag of the first start and the appearance in a word."""
    chosen = preferences.appearance
    return _word((preferences.is_first_start, chosen.theme.value, chosen.text_scale))


def _word(content: object) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def tell(line: str) -> None:
    """Write a line of the journal, as one write, so that lines of several threads stay whole."""
    os.write(1, f"{line}\n".encode())


def work(seed: str) -> None:
    """Draw, teach and train without end; report each save before and after it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QLineEdit

    from app.dialogs.sweep import kept_values
    from app.session import training_thread
    from app.session.run_events import RunState
    from app.session.session import Session
    from app.storage.models import model_library
    from app.style.fonts import TEXT_SCALES
    from app.style.theme import Appearance, ThemeChoice
    from app.tabs.train.settings import settings_keeper
    from app.window.main_window import MainWindow
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
    for module, kind in ((settings_keeper, "settings"), (kept_values, "sweep")):
        write = reported(write_typed, lambda typed, _, kind=kind: f"{kind} {typed_digest(typed)}")
        vars(module)["write_typed"] = write
    vars(model_library)["write_labels"] = reported(write_labels, lambda labels, _: f"labels {labels_digest(labels)}")
    names = vars(training_thread)
    names["save_model"] = reported(names["save_model"], lambda _, path: f"model {path}")
    application = QApplication(["digitlab"])
    preferences = WindowPreferences()
    window = MainWindow(Session(), preferences)
    window.show()
    library, store = ModelLibrary(tell), RunStore(run_log_path(), tell)
    annotate = reported(store.annotate, lambda run, note: f"run {run_digest(run, note)}")
    sweep = {"learning_rate": QLineEdit(), "batch_size": QLineEdit()}
    values = kept_values.KeptValues(sweep, sweep_values_path())
    values.show()
    session, teacher, canvas = window.session, window.teacher, window.draw_tab.canvas
    window.draw_tab.finish()  # the last drawing has been restored
    session.use_data(small_mnist())
    session.open_bundled_model()
    session.open_last_snapshots()

    def change_preferences() -> None:
        chosen = Appearance(random.choice(list(ThemeChoice)), random.choice(TEXT_SCALES))
        for change in (preferences.end_first_start, partial(setattr, preferences, "appearance", chosen)):
            with mock.patch.object(preferences, "_write"):  # the journal says first what will be written
                change()
            after = preferences_digest(preferences)
            tell(f"saving preferences {after}")
            preferences._write()
            tell(f"saved preferences {after}")

    def label_model() -> None:
        for model in (library.models() or ())[:2]:
            library.set_label(model.path, name=f"name {random.random()}", note="a note", pinned=random.random() < 0.5)

    def annotate_run() -> None:
        stored = store.runs()
        if stored:
            annotate(stored[0].run.id, f"note {random.random()}")

    def type_settings() -> None:
        settings = window.train_tab.settings
        settings.learning.edits["epochs"].setText(random.choice(("7", "12", "1o", "")))
        settings.learning_rate.setText(f"0.0{random.randrange(1, 9)}")
        for entry in sweep.values():
            entry.setText(random.choice(("0.1 0.2", "x", "32 64")))

    def act() -> None:
        for change in (change_preferences, label_model, annotate_run, type_settings):
            if random.random() < 0.1:
                change()
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
