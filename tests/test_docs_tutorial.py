"""The code of the tutorial runs from top to bottom and prints the output that the text shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial.md"
FENCE = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(text: str) -> list[tuple[str, str | None]]:
    """Each block of Python with the output that the text shows right after it, or None if it shows none."""
    blocks = FENCE.findall(text)
    return [
        (code, blocks[number + 1][1] if blocks[number + 1 :] and blocks[number + 1][0] == "text" else None)
        for number, (kind, code) in enumerate(blocks)
        if kind == "python"
    ]


def test_every_step_of_the_tutorial_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    session: dict[str, object] = {"__name__": "tutorial"}
    found = steps(TUTORIAL.read_text(encoding="utf-8"))
    for number, (code, shown) in enumerate(found, start=1):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, f"tutorial.md, block {number}", "exec"), session)
        assert printed.getvalue() == (shown or ""), f"block {number}:\n{code}"
    assert len(found) >= 8
