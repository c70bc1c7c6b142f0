"""docs/dependencies.md gives a reason for each dependency; pandas is loaded only for tables."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAME = re.compile(r"[A-Za-z0-9_-]+")
PROBE = """
import runpy, sys
sys.argv = {arguments!r}
try:
    {what}
except SystemExit as end:
    assert not end.code, end.code
print("\\npandas loaded:", "pandas" in sys.modules)
"""


def required() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        lines = tomllib.load(file)["project"]["dependencies"]
    return sorted({found[0] for line in lines if (found := NAME.match(line))})


@pytest.mark.parametrize("package", required())
def test_every_dependency_has_its_reason(package: str) -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| {re.escape(package)} \| .+ \| .+ \|$", text, re.MULTILINE)


def loads_pandas(what: str, *arguments: str) -> bool:
    """Whether a new Python process has loaded pandas after `what`."""
    program = PROBE.format(what=what, arguments=["main.py", *arguments])
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1] == "pandas loaded: True"


@pytest.mark.parametrize(
    "arguments",
    [
        ("recipes",),
        ("runs", "--json"),
        ("train", "--layers", "784", "10", "--steps", "1", "--json"),
        ("evaluate", "--ink", str(ROOT / "resources" / "missing.unipen"), "--help"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_that_reads_no_table_does_not_load_pandas(arguments: tuple[str, ...]) -> None:
    assert not loads_pandas('runpy.run_path("main.py", run_name="__main__")', *arguments)


def test_the_window_does_not_load_pandas() -> None:
    assert not loads_pandas("import app.window.main_window, app.window.process.application")
