"""The program is killed at random moments: all that it had saved opens, and nothing of it stays behind.

`kill -9` gives a program no chance to clean up. Each round uses a folder of its own, and one of the ROUNDS in turn.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from app.storage.run_store import RunStore, StoredRun
from nncore.errors import DigitLabError
from nncore.files.checkpoint_file import load_checkpoint
from tests.app.window.process import killed_window
from tests.endurance import kill_saving
from tests.endurance.leftovers import processes_of, shared_memory, unused_shared_memory
from tests.endurance.report import Limits, Report
from tests.nncore.example_data import small_mnist

ROOT = Path(__file__).parents[2]

LOG_SECONDS = 1.0
"""Epochs that end within MAX_WRITE_INTERVAL_SECONDS of `app.storage.writing_pace` are written together, so several of
them may be missing in the log and in its checkpoint; this time is longer, because writing takes time, too."""

END_SECONDS = 120
"""How long helper processes may take to end after their parent was killed: far longer than on an idle machine."""


@dataclass
class Round:
    """One kill. seed: of its choices. home: the user folder. lines: of the output, with the time of reading each."""

    seed: str
    home: Path
    data: Path
    lines: list[tuple[float, str]] = field(default_factory=list)


def run(limits: Limits, seed: int, report: Report) -> None:
    """Kill until the limits."""
    done, lost = 0, 0
    names = list(ROUNDS)
    with TemporaryDirectory(prefix="digitlab-kill-") as folder:
        data = Path(folder) / "small.npz"
        digits = small_mnist().training
        np.savez(data, x_train=digits.images, y_train=digits.labels)
        while limits.allow(done):
            name = names[done % len(names)]
            home = Path(folder) / f"home {done}"
            home.mkdir()
            one = Round(f"{seed} {done}", home, data)
            lost = max(lost, _kill(name, one, f"kill {done}, {name}", report))
            done += 1
    report.figure(f"{done} kills; at most {lost} epochs lost from a checkpoint")


def _kill(name: str, one: Round, label: str, report: Report) -> int:
    """Start a program, kill it, and check what it left; returns the number of epochs that a checkpoint has lost."""
    start, check, most_lines = ROUNDS[name]
    rng = random.Random(one.seed)
    shared = shared_memory()
    environment = {**os.environ, "DIGITLAB_HOME": str(one.home), "QT_QPA_PLATFORM": "offscreen",
                   "TMPDIR": str(one.home), "PYTHONUNBUFFERED": "1"}  # fmt: skip
    errors = one.home / "errors.txt"
    command, lines = [sys.executable, *start(one)], rng.randint(1, most_lines)
    with (
        errors.open("wb") as file,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=file, text=True) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            one.lines.append((time.monotonic(), line))
            if len(one.lines) == lines:
                time.sleep(rng.uniform(0, 0.3))  # a moment within what comes next; the checks do not depend on it
                process.kill()
    lost = 0
    try:
        if process.returncode:  # on a fast machine the program can end by itself before it is killed
            assert process.returncode == -9, f"ended with {process.returncode}: {errors.read_text()[-2000:]}"
            lost = check(one)
        _check_ended(one.home, shared)
    except (AssertionError, DigitLabError) as problem:
        output = "".join(line for _, line in one.lines)
        report.fail(f"{label}: {problem}", output__txt=output, stderr__txt=errors.read_bytes())
    return lost


def _check_ended(home: Path, shared: set[str]) -> None:
    """Check that no process of the killed program stays, and no shared memory besides what was there before."""
    end = time.monotonic() + END_SECONDS
    while left := [*processes_of(home), *unused_shared_memory(shared)]:
        assert time.monotonic() < end, f"left: {left}"
        time.sleep(0.05)


# ---------------------------------------------------------------------- rounds


def _start_training(one: Round) -> list[str]:
    return [
        "main.py", "train", "--json", "--data", str(one.data), "--layers", "784", "64", "10", "--batch-size", "20",
        "--epochs", "100000", "--checkpoint", str(one.home / "run.npz"), "--out", str(one.home / "model.npz"),
    ]  # fmt: skip


def _check_training(one: Round) -> int:
    """The checkpoint and the log have all epochs that were reported, except perhaps the last."""
    reported = [(when, json.loads(line)["epoch"]) for when, line in one.lines if "epoch" in json.loads(line)]
    last = reported[-1][1]
    path = one.home / "run.npz"
    done = int(load_checkpoint(path).counters.epochs_done) if path.exists() else 0
    assert done >= last - 1, f"epoch {last} was reported; the checkpoint has {done}"
    (run,) = _logged(one)
    due = [epoch for when, epoch in reported if when < one.lines[-1][0] - LOG_SECONDS]
    least = min(last - 1, max(due, default=0))
    assert run.run.epochs >= least, f"{run.run.epochs} of {last} epochs are logged"
    assert run.is_interrupted
    kept = 0
    if run.checkpoint_path is not None:
        kept = load_checkpoint(run.checkpoint_path).counters.epochs_done
        assert kept >= max(1, least), f"epoch {last} was reported; the checkpoint of the log has {kept}"
    return max(0, int(last) - done, int(last) - kept)


def _start_sweep(one: Round) -> list[str]:
    return [
        "main.py", "sweep", "--json", "--data", str(one.data), "--learning-rate", "0.01", "0.003", "0.001", "0.0003",
        "--epochs", "1", "--batch-size", "100", "500", "1000", "--workers", "2",
    ]  # fmt: skip


def _check_sweep(one: Round) -> int:
    """Every run whose result was reported is in the log with its result."""
    finished = [run for run in _logged(one) if run.run.state == "finished"]
    results = [line for _, line in one.lines if json.loads(line).get("event") == "run"]
    assert len(finished) >= len(results) - 1, f"{len(results)} results were reported, {len(finished)} are logged"
    return 0


def _start_saving(one: Round) -> list[str]:
    return ["-m", "tests.endurance.kill_saving", str(one.home)]


def _check_saving(one: Round) -> int:
    """Every file is the one whose saving was reported last, or a newer one."""
    kill_saving.check(one.home, int(one.lines[-1][1]))
    return 0


def _start_window(one: Round) -> list[str]:
    return ["-m", "tests.app.window.process.killed_window", "work", one.seed]


def _check_window(one: Round) -> int:
    """All that the window keeps is there as its journal says; see `killed_window.KEPT`."""
    journal = [*killed_window.saved_at_first(), *(line.strip() for _, line in one.lines)]
    killed_window.check(one.home, journal)
    return 0


def _logged(one: Round) -> list[StoredRun]:
    path = one.home / "runs" / "runs.sqlite"
    sentences: list[str] = []
    runs = RunStore(path, sentences.append).runs() if path.exists() else []
    assert sentences == [], sentences
    return runs


ROUNDS: dict[str, tuple[Callable[[Round], list[str]], Callable[[Round], int], int]] = {
    "training": (_start_training, _check_training, 12),
    "window": (_start_window, _check_window, killed_window.MAX_LINES),
    "saving": (_start_saving, _check_saving, 12),
    "sweep": (_start_sweep, _check_sweep, 12),
}
"""What is killed: its arguments for Python; the check afterwards, which returns the number of lost epochs; and the
largest number of lines of its output before it is killed."""
