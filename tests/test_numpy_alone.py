"""`tests/numpy_alone.py` works if no package other than NumPy can be imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nncore.system.blas_threads import ONE_THREAD_ENVIRONMENT

PROGRAM = """
import runpy, sys
from importlib.metadata import packages_distributions

for package in set(packages_distributions()) - {"numpy", "nncore", "app", "resources", "tests"}:
    sys.modules[package] = None  # an import raises ModuleNotFoundError
runpy.run_module("tests.numpy_alone", run_name="__main__")
"""


@pytest.mark.slow
def test_the_main_paths_of_nncore_need_only_numpy() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, **ONE_THREAD_ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert run.returncode == 0, run.stderr
    assert "with a second process to help" in run.stdout
    assert run.stdout.endswith("imported from outside: NumPy alone\n")
