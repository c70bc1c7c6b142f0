"""A process is distinguished from other processes, also from a later process with the same number."""

from __future__ import annotations

import platform
import subprocess
import sys

import psutil

from app.storage.run_process import is_alive, machine_description, process_description


def test_this_process_is_alive() -> None:
    assert is_alive(process_description())


def test_an_ended_process_is_not_alive() -> None:
    code = "from app.storage.run_process import process_description; print(process_description())"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not is_alive(output.stdout.strip())


def test_another_process_with_the_same_number_does_not_count() -> None:
    number, began, machine = process_description().split(" ", 2)
    assert not is_alive(f"{number} {float(began) - 60:.2f} {machine}")


def test_an_empty_or_invalid_description_is_not_alive() -> None:
    for text in ("", "x", "1 2", f"x y {platform.node()}"):
        assert not is_alive(text)


def test_a_process_of_another_machine_counts_as_alive() -> None:
    assert is_alive(f"{psutil.Process().pid} 1.0 another machine")


def test_the_machine_description_names_everything_that_affects_the_bits() -> None:
    words = machine_description()
    assert "NumPy" in words
    assert "core" in words
