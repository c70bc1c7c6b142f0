"""Signals name the class that they carry. The exceptions are listed here, each with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import app

ROOT = Path(app.__file__ or "").parent

NONE = "may carry None"
EVENTS = "carries one of several event classes"

UNTYPED = {
    "background/task_queue.py: succeeded": "carries the result of any function",
    "session/session.py: ended_run_changed": NONE,
    "session/session.py: pinned_drawing_changed": NONE,
    "session/session.py: run_event": EVENTS,
    "session/training_thread.py: run_event": EVENTS,
    "tabs/data/source_panel.py: synthetic_requested": "carries a seed up to 2^32 - 1, more than Qt's int holds",
    "tabs/draw/draw_tab.py: image_changed": NONE,
    "tabs/draw/draw_tab.py: predicted": NONE,
    "tabs/draw/draw_tab.py: classifier_changed": NONE,
    "tabs/evaluate/detail_view.py: explanation_changed": NONE,
    "tabs/evaluate/evaluate_tab.py: image_explained": NONE,
    "tabs/evaluate/evaluation_runner.py: evaluated": NONE,
    "tabs/evaluate/evaluation_runner.py: mapped": NONE,
    "tabs/inside/calculation/calculation_table.py: source_pointed_at": NONE,
    "tabs/inside/calculation/number_picture.py: pointed_at": NONE,
    "tabs/inside/calculation/sum_pictures.py: source_pointed_at": NONE,
    "tabs/inside/number_panel.py: pointed_at": NONE,
    "tabs/models/library_work.py: compared": NONE,
    "tabs/my_hand/drawing_list.py: chosen": NONE,
    "tabs/my_hand/result_page.py: chosen": NONE,
    "tabs/train/train_tab.py: train_further_requested": NONE,
    "widgets/network_view/network_view.py: pointed_at": NONE,
    "widgets/snapshot_row.py: point_chosen": NONE,
}
"""Signals with an argument of the type `object`, and why: PySide6 has no type "X or None" and no union."""


def untyped_signals(path: Path) -> set[str]:
    """The names of a file's signals that carry `object`."""
    assignments = (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Assign)
    )
    return {
        f"{path.relative_to(ROOT).as_posix()}: {name.id}"
        for node in assignments
        if any(_is_untyped_signal(part) for part in ast.walk(node.value))
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }


def _is_untyped_signal(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "Signal":
        return False
    return any(isinstance(argument, ast.Name) and argument.id == "object" for argument in node.args)


def test_every_signal_names_what_it_carries_or_is_a_listed_exception() -> None:
    found = set[str]().union(*(untyped_signals(path) for path in ROOT.rglob("*.py")))
    assert found == set(UNTYPED)
