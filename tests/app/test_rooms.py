"""The house's rule: a tab needs no other tab."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import app

TABS = ("train", "draw", "hand", "evaluate", "data", "runs", "learn", "sweep")
HOUSE = Path(app.__file__).parent


def imported(path: Path) -> set[str]:
    """The modules that a file imports, by their full names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return named | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_imports_no_other_tab(tab: str) -> None:
    modules = list((HOUSE / tab).rglob("*.py"))
    assert len(modules) > 1
    others = tuple(f"app.{other}" for other in TABS if other != tab)
    strangers = {path.name: {name for name in imported(path) if name.startswith(others)} for path in modules}
    assert {name: found for name, found in strangers.items() if found} == {}
