"""When a long test ends, what it has found, and the memory that it may use."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from types import SimpleNamespace

FREE_MEMORY = 1_000_000_000
"""Bytes of free memory that the programs are told of, so that they refuse what would fill the machine."""


def free_memory() -> SimpleNamespace:
    """What `psutil.virtual_memory` returns in the tests."""
    return SimpleNamespace(available=FREE_MEMORY, total=FREE_MEMORY)


@dataclass
class Limits:
    """The end of a test: after `count` steps, or after some minutes, whichever is first."""

    count: float = inf
    minutes: float | None = None
    _started: float = field(default_factory=time.monotonic)

    def allow(self, done: int) -> bool:
        """Whether another step may begin after `done` steps."""
        is_in_time = self.minutes is None or time.monotonic() - self._started < 60 * self.minutes
        return done < self.count and is_in_time


class Report:
    """Prints figures and failures of one test, and keeps the files that reproduce a failure in a folder."""

    def __init__(self, name: str, seed: int, kept: Path) -> None:
        self.name, self.seed, self.kept = name, seed, kept
        self.failures: list[str] = []

    def figure(self, text: str) -> None:
        """Print a figure."""
        print(text, flush=True)

    def fail(self, text: str, **files: bytes | str) -> None:
        """Print a failure, and keep files, given by their names (a dot is written as two underscores)."""
        self.failures.append(text)
        folder = self.kept / f"failure-{len(self.failures)}"
        folder.mkdir(parents=True)
        for name, content in {"failure__txt": text, **files}.items():
            packed = content.encode("utf-8", "replace") if isinstance(content, str) else content
            (folder / name.replace("__", ".")).write_bytes(packed)
        first, *more = text.strip().splitlines()
        print(f"FAILED (seed {self.seed}, see {folder}): {first} {more[-1] if more else ''}", flush=True)

    def close(self) -> None:
        """Print the result, and delete the folder if it is empty."""
        if not self.failures:
            self.kept.rmdir()
        print(f"{self.name}, seed {self.seed}: {len(self.failures)} failures", flush=True)
