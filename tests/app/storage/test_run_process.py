"""A process is told from another one, also from a later one of the same number."""

from __future__ import annotations

import platform
import subprocess
import sys

import psutil

from app.storage.run_process import is_alive, machine_description, process_description


def test_this_process_lives() -> None:
    assert is_alive(process_description())


def test_a_process_that_has_ended_does_not_live() -> None:
    code = "from app.storage.run_process import process_description; print(process_description())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not is_alive(said.stdout.strip())


def test_another_process_of_the_same_number_is_another_one() -> None:
    number, began, machine = process_description().split(" ", 2)
    assert not is_alive(f"{number} {float(began) - 60:.2f} {machine}")


def test_no_process_and_rubbish_do_not_live() -> None:
    for text in ("", "x", "1 2", f"x y {platform.node()}"):
        assert not is_alive(text)


def test_a_process_of_another_machine_cannot_be_asked_and_counts_as_alive() -> None:
    assert is_alive(f"{psutil.Process().pid} 1.0 another machine")


def test_the_machine_is_told_with_what_decides_the_bits() -> None:
    words = machine_description()
    assert "NumPy" in words
    assert "core" in words
