"""Running measurements in fresh processes, so that none is helped or hurt by the one before."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tqdm import tqdm


def in_fresh_process(module: str, *arguments: str) -> dict[str, Any]:
    """What `python -m module arguments` prints as JSON in its last line.

    Raises RuntimeError with what it said if it fails.
    """
    process = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True)
    if process.returncode:
        raise RuntimeError(f"python -m {module} {' '.join(arguments)} failed:\n{process.stderr}")
    figures: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return figures


def interleaved(module: str, ways: Mapping[str, Sequence[str]], rounds: Iterable[int]) -> dict[str, Runs]:
    """Run `module` with the arguments of each way in turn, and that once a round.

    `ways`: arguments by name; "{round}" in one becomes the round's number. Every other round goes through the ways
    backwards, so that a machine that becomes slower or faster meanwhile favours none.
    """
    found: dict[str, Runs] = {name: Runs() for name in ways}
    turns = [(number, name) for number in rounds for name in (list(ways) if number % 2 == 0 else reversed(list(ways)))]
    for number, name in tqdm(turns, desc=module, leave=False, disable=None):
        arguments = [argument.replace("{round}", str(number)) for argument in ways[name]]
        found[name].append(in_fresh_process(module, *arguments))
    return found


class Runs(list[dict[str, Any]]):
    """What each round gave."""

    def of(self, figure: str) -> tuple[float, ...]:
        """One figure of every round."""
        return tuple(float(run[figure]) for run in self)
