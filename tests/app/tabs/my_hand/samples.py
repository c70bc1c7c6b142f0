"""Two earlier tests, as the list shows them."""

from __future__ import annotations

from pathlib import Path

from nncore.handwriting.personal_test.history import Entry
from nncore.handwriting.personal_test.jsonl_file import Summary

ENTRIES = [
    Entry(Path("b.jsonl"), Summary("2026-02-01T10:00:00", "<b>bold</b>", 19, 20)),
    Entry(Path("a.jsonl"), Summary("2026-01-01T10:00:00", "convnet", 18, 20)),
]
