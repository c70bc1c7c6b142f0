"""`python -m tests.endurance.kill_saving FOLDER` writes files of all kinds again and again, until it is killed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

from app.storage.drawing_file import DrawingFile
from app.storage.ink_library import Example, InkLibrary
from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.files.model_file import bundled_model_path, load_model, save_model
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest
from nncore.handwriting.personal_test.history import HandwritingTestHistory
from nncore.handwriting.personal_test.jsonl_file import read_result, write_result
from tests.nncore.handwriting.personal_test.samples import ink, result
from tests.nncore.saved_run import checkpoint

MODELS = ("model.digitnet", "model.onnx", "model.py")


def save_all(folder: Path, generation: int) -> None:
    """Replace all files by those of this generation, from 0 on."""
    model = load_model(bundled_model_path())
    for name in MODELS:
        save_model(replace(model, card=replace(model.card, name=f"generation {generation}")), folder / name)
    save_checkpoint(replace(checkpoint(), recipe=f"generation {generation}"), folder / "run.npz")
    library = InkLibrary(folder / "my hand.unipen")
    library.load()
    library.add(Example(ink(generation), generation % 10, datetime(2026, 1, 1)))
    write_result(result(model=f"generation {generation}"), folder / "result.jsonl")
    HandwritingTestHistory(folder / "tests").store_unfinished(HandwritingTest((generation % 10,), ()))
    drawing = DrawingFile(folder)
    drawing.write(ink(generation, strokes=1 + generation))
    drawing.release()


def check(folder: Path, generation: int) -> None:
    """Check that every file opens, and has the content of `generation` or of the next one."""
    drawing = DrawingFile(folder)
    library = InkLibrary(folder / "my hand.unipen")
    assert library.load() == ""
    unfinished = HandwritingTestHistory(folder / "tests").unfinished()
    assert unfinished is not None
    found = {name: _number(load_model(folder / name).card.name) for name in MODELS} | {
        "checkpoint": _number(load_checkpoint(folder / "run.npz").recipe),
        "drawings": len(library.examples) - 1,
        "result": _number(read_result(folder / "result.jsonl").model),
        "drawing": len(drawing.read().strokes) - 1,
    }
    drawing.release()
    wrong = {name: number for name, number in found.items() if number not in (generation, generation + 1)}
    assert not wrong, f"generation {generation} was saved; found {wrong}"
    assert unfinished.prompts[0] in (generation % 10, (generation + 1) % 10)


def _number(text: str) -> int:
    found = re.fullmatch(r"generation (\d+)", text)
    assert found is not None, text
    return int(found[1])


def work(folder: Path, save: Callable[[Path, int], None] = save_all) -> None:
    """Save generation after generation, and print the number of each when it is saved."""
    for generation in count():
        save(folder, generation)
        print(generation, flush=True)


if __name__ == "__main__":
    work(Path(sys.argv[1]))
