"""Digit Lab opens no socket: neither the window, nor a command, nor a process that they start.

The one exception is a sweep for which the user names a scheduler on another computer (--scheduler tcp://...).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import main
from nncore.files.model_file import bundled_model_path
from tests.nncore.example_data import mnist

pytestmark = pytest.mark.slow

ROOT = Path(main.__file__).parent

RECORDER = """
import os, sys

def record(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        with open(os.environ["SOCKET_EVENTS"], "a") as file:
            file.write(f"{event} {arguments} in {sys.argv}\\n")

sys.addaudithook(record)
"""
"""Python runs this, as sitecustomize, in every process at its start."""

SESSION = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from app.window.process import application
from app.window.main_window import MainWindow
from app.tabs.draw.draw_tab import DrawTab
from app.tabs.evaluate.evaluate_tab import EvaluateTab
from app.tabs.runs.runs_tab import RunsTab
from app.tabs.train.train_tab import TrainTab
from app.dialogs.sweep.sweep_dialog import SweepDialog

data, model, out = map(Path, sys.argv[1:4])

def session(window):
    ""\"Use the window; yields conditions to wait for.""\"
    state = window.session
    yield lambda: state.model is not None and state.data is not None
    window.open_paths([data])
    before = state.data
    yield lambda: state.data is not before
    window.open_paths([model])
    yield lambda: state.model_path == model
    train = window.tab(TrainTab)
    window.tabs.setCurrentWidget(train)
    train.settings.network.hidden_layers.setText("16")
    train.settings.learning.edits["epochs"].setText("1")
    train.buttons.train_button.click()
    yield lambda: state.outcome is not None
    state.use_trained_model()
    print("TRAINED", flush=True)
    draw = window.tab(DrawTab)
    window.tabs.setCurrentWidget(draw)
    yield lambda: draw.canvas.width() > 100
    x, height = draw.canvas.width() // 2, draw.canvas.height()
    QTest.mousePress(draw.canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, height // 5))
    for y in range(height // 5, 4 * height // 5, 6):
        QTest.mouseMove(draw.canvas, QPoint(x, y))
    QTest.mouseRelease(draw.canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, 4 * height // 5))
    yield lambda: draw.prediction is not None
    print("DRAWN", flush=True)
    evaluate = window.tab(EvaluateTab)
    window.tabs.setCurrentWidget(evaluate)
    yield lambda: evaluate.result is not None and not evaluate.runner.is_evaluating
    print("EVALUATED", flush=True)
    window.training_actions.dialogs.open_sweep()
    sweep = window.findChild(SweepDialog)
    for entry in sweep.entries.values():
        entry.clear()
    sweep.entries["seed"].setText("1 2")
    sweep.buttons.start.click()
    yield lambda: "2 finished" in sweep.state_label.text()
    sweep.close()
    print("SWEPT", flush=True)
    state.save_model(out, state.model)
    yield out.is_file
    print("SAVED", flush=True)
    folder = "/proc/self/fd"
    if os.path.isdir(folder):
        links = [os.readlink(f"{folder}/{name}") for name in os.listdir(folder) if os.path.lexists(f"{folder}/{name}")]
        print("OPEN", [link for link in links if link.startswith("socket:")], flush=True)
    window.close()

def go_on(steps, is_ready):
    if is_ready():
        is_ready = next(steps, None)
    if is_ready is not None:
        QTimer.singleShot(20, lambda: go_on(steps, is_ready))

show = MainWindow.show

def show_and_use(window):
    show(window)
    go_on(session(window), lambda: True)

MainWindow.show = show_and_use
sys.exit(application.run_window())
"""


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which every process started later records what it does with sockets."""
    (tmp_path / "recorder").mkdir()
    (tmp_path / "recorder" / "sitecustomize.py").write_text(RECORDER, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path / "recorder"), str(ROOT))))
    monkeypatch.setenv("SOCKET_EVENTS", str(tmp_path / "events"))
    return tmp_path / "events"


def run(*arguments: object) -> str:
    process = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert process.returncode == 0, process
    return process.stdout


def recorded(events: Path) -> str:
    return events.read_text(encoding="utf-8") if events.exists() else ""


def test_sockets_of_every_process_are_recorded(events: Path) -> None:
    inner = "import socket; socket.socketpair()"
    run("-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True)")
    assert "socket.__new__" in recorded(events)


def test_a_session_of_the_window_opens_no_socket(events: Path, small_data: Path, tmp_path: Path) -> None:
    model = shutil.copy(bundled_model_path(), tmp_path / "opened.npz")
    output = run("-c", SESSION, small_data, model, tmp_path / "model.digitnet")
    assert output.splitlines()[:5] == ["TRAINED", "DRAWN", "EVALUATED", "SWEPT", "SAVED"]
    assert output.splitlines()[5:] in (["OPEN []"], [])
    assert recorded(events) == ""


def test_the_commands_open_no_socket(events: Path, small_data: Path, tmp_path: Path) -> None:
    model, picture = tmp_path / "model.npz", tmp_path / "digit.png"
    Image.fromarray(255 - mnist().training.images[0]).save(picture)
    small = ["--data", small_data, "--layers", 784, 300, 10, "--epochs", 2]
    run("main.py", "train", *small, "--out", model)
    run("main.py", "evaluate", "--model", model, "--data", small_data, "--report", tmp_path / "report.html")
    run("main.py", "recognize", picture, "--model", model)
    run("main.py", "export", "--model", model, "--out", tmp_path / "model.onnx")
    run("main.py", "sweep", "--data", small_data, "--epochs", 1, "--seed", 1, 2, "--workers", 2)
    run("main.py", "runs")
    assert recorded(events) == ""
