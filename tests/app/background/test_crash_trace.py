"""A command that crashes leaves its trace for the next start of the window, or prints it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import main

CRASH = """
import ctypes, sys
from app.cli import main, recipes
recipes.run = lambda options: ctypes.string_at(0)
sys.exit(main.main(["recipes"]))
"""


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
