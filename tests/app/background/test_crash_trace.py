"""A command that crashes leaves its trace for the next start of the window, or prints it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import main
from app.background.crash_trace import is_of_helper, take_trace
from nncore.system.crash_trace import CRASH_FILE_VARIABLE, trace_helper_crashes

CRASH = """
import ctypes, sys
from app.cli import main, recipes
recipes.run = lambda options: ctypes.string_at(0)
sys.exit(main.main(["recipes"]))
"""


HELPER_CRASH = """
import ctypes, pickle, subprocess, sys
from pathlib import Path
from app.background.crash_trace import trace_command_crashes
from nncore.training.parallel import helper_main, helper_process

class Crash:
    def __reduce__(self):
        return ctypes.string_at, (0,)

trace_command_crashes(Path(sys.argv[1]))
helper = subprocess.Popen(helper_process.helper_command(), stdin=subprocess.PIPE)
helper.communicate(pickle.dumps(Crash()))
sys.exit(0 if helper.returncode < 0 else 3)
"""

SWEEP_CRASH = """
import ctypes, os, sys
from pathlib import Path
from app.background.crash_trace import trace_command_crashes
from nncore.experiments.sweep import processes

def crash():
    ctypes.string_at(0)

if __name__ == "__main__":
    trace_command_crashes(Path(sys.argv[1]))
    context = processes.multiprocessing.get_context("spawn")
    pool = processes.ProcessPoolExecutor(1, context, processes._start_worker, (0.0, None, None))
    try:
        pool.submit(crash).result()
    except processes.BrokenProcessPool:
        sys.exit(0)
    sys.exit(3)
"""


@pytest.mark.parametrize("program", [HELPER_CRASH, SWEEP_CRASH], ids=["helper of a run", "worker of a sweep"])
def test_the_trace_of_a_process_that_helps_is_kept(program: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(program)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONFAULTHANDLER"}
    root = str(Path(main.__file__).parent)
    subprocess.run([sys.executable, script, tmp_path], env={**environment, "PYTHONPATH": root}, check=True, timeout=240)
    trace = take_trace(tmp_path)
    assert trace.startswith("Fatal Python error: ")
    assert take_trace(tmp_path) == ""


def test_traces_of_helpers_differ_from_those_of_the_program(tmp_path: Path) -> None:
    assert is_of_helper('File "/a/nncore/training/parallel/helper_main.py", line 50 in run')
    assert is_of_helper('File "C:\\\\nncore\\experiments\\sweep\\processes.py", line 170 in _do_job')
    assert not is_of_helper('File "/a/app/window/main_window.py", line 50 in __init__')


def test_without_a_file_for_traces_a_helper_chooses_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CRASH_FILE_VARIABLE, str(tmp_path / "no folder" / "crash.txt"))
    trace_helper_crashes()
    assert list(tmp_path.iterdir()) == []


def crash(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CRASH],
        cwd=Path(main.__file__).parent,
        env={name: value for name, value in os.environ.items() if name != "PYTHONFAULTHANDLER"} | environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_the_trace_of_a_command_that_crashes_is_added_to_the_file(user_files: Path) -> None:
    user_files.mkdir()
    (user_files / "crash.txt").write_text("an earlier crash\n")
    process = crash()
    assert process.returncode < 0
    assert "Fatal Python error" not in process.stderr
    earlier, first, *rest = (user_files / "crash.txt").read_text().splitlines()
    assert earlier == "an earlier crash"
    assert first.startswith("Fatal Python error: ")
    assert any("ctypes" in line for line in rest)


def test_without_a_user_folder_the_trace_is_printed(user_files: Path) -> None:
    assert "Fatal Python error" in crash().stderr
    assert not user_files.exists()


def test_a_trace_that_the_user_wants_on_standard_error_is_printed_there(user_files: Path) -> None:
    user_files.mkdir()
    assert "Fatal Python error" in crash(PYTHONFAULTHANDLER="1").stderr
    assert not (user_files / "crash.txt").exists()
