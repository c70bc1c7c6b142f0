"""A process is distinguished from other processes, including a later process with the same number."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import psutil
import pytest

from app.storage.run_process import is_alive, machine_description, process_description


def test_this_process_is_alive() -> None:
    assert is_alive(process_description())


def test_an_ended_process_is_not_alive() -> None:
    code = "from app.storage.run_process import process_description; print(process_description())"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not is_alive(output.stdout.strip())


def test_another_process_with_the_same_number_does_not_count() -> None:
    number, start, machine = process_description().split(" ", 2)
    for other_start in (f"1{start}", f"{psutil.Process().create_time() - 60:.2f}"):
        assert not is_alive(f"{number} {other_start} {machine}")


def test_a_description_of_an_earlier_version_is_understood() -> None:
    assert is_alive(f"{psutil.Process().pid} {psutil.Process().create_time():.2f} {platform.node()}")


def test_a_change_of_the_clock_does_not_end_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    before = process_description()
    if sys.platform.startswith("linux"):  # here psutil calculates the time from the current clock
        monkeypatch.setattr(psutil.Process, "create_time", lambda process: 1.0)
    assert process_description() == before
    assert is_alive(before)


def test_an_empty_or_invalid_description_is_not_alive() -> None:
    node = platform.node()
    for text in (
        "",
        "x",
        "1 2",
        f"x y {node}",
        f"{'9' * 30} 1.0 {node}",
        f"-5 1.0 {node}",
        f"{os.getpid()} nan {node}",
    ):
        assert not is_alive(text)


def test_a_process_of_another_machine_counts_as_alive() -> None:
    assert is_alive(f"{psutil.Process().pid} 1.0 another machine")


def test_the_machine_description_names_everything_that_affects_the_bits() -> None:
    words = machine_description()
    assert "NumPy" in words
    assert "core" in words
