"""A painter ends with its `with` block, even after an exception; Qt aborts when a widget is shown with two painters."""

from __future__ import annotations

import ast
from pathlib import Path

import app

ROOT = Path(app.__file__ or "").parent


def unmanaged_painters(source: str) -> list[int]:
    """The lines that create a QPainter outside the head of a `with` statement."""
    tree = ast.parse(source)
    managed = {id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "QPainter"
        and id(node) not in managed
    ]


def test_every_painter_is_ended_by_a_with_statement() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in ROOT.rglob("*.py")
        if (lines := unmanaged_painters(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_a_painter_without_a_with_statement_is_found() -> None:
    assert unmanaged_painters("painter = QPainter(self)\nwith QPainter(self) as painter:\n    pass\n") == [1]
