"""The table of commands is complete, and a command loads only what it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

import main
from app.cli.main import COMMANDS, argument_parser

ROOT = Path(main.__file__).parent


def test_the_example_of_the_page_is_a_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "how_to" / "add_a_command.md").read_text(encoding="utf-8")
    example = dedent("".join(re.findall(r"^ *```python\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)))
    module = ModuleType("app.cli.summary")
    exec(f"import argparse\n{example}", module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(COMMANDS, "summary", "the command of the page")
    options = argument_parser(["summary"]).parse_args(["summary", "--json"])
    assert options.json
    assert module.run(options) == 0


def modules_with_a_command() -> set[str]:
    names = (path.stem for path in (ROOT / "app" / "cli").glob("*.py") if path.stem not in ("__init__", "main"))
    return {name for name in names if hasattr(import_module(f"app.cli.{name}"), "run")}


def test_every_command_module_has_a_row_and_every_row_a_module() -> None:
    assert modules_with_a_command() == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_the_option_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        argument_parser([name]).parse_args([name, "--help"])
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_a_command_loads_no_qt_and_no_module_of_another_command(arguments: list[str]) -> None:
    probe = (
        f"import sys, app.cli.main\ntry: app.cli.main.main({arguments!r})\nexcept SystemExit: pass\nprint(*sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = printed.stdout.splitlines()[-1].split()
    assert not [name for name in loaded if name.startswith(("PySide6", "app.window", "app.tabs"))]
    assert {name for name in COMMANDS if f"app.cli.{name}" in loaded} == set(arguments[:-1])
