"""Run each measurement in a fresh process, so that earlier measurements do not influence it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tqdm import tqdm


def in_fresh_process(module: str, *arguments: str) -> dict[str, Any]:
    """Run `python -m module arguments` and return the JSON in the last line of its output.

    Raises RuntimeError with the error output of the process if it fails.
    """
    process = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True)
    if process.returncode:
        raise RuntimeError(f"python -m {module} {' '.join(arguments)} failed:\n{process.stderr}")
    figures: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return figures


def interleaved(module: str, ways: Mapping[str, Sequence[str]], rounds: Iterable[int]) -> dict[str, Runs]:
    """Run `module` once per round with the arguments of each way in turn.

    ways: arguments by name; "{round}" in an argument is replaced by the number of the round. Every second round takes
    the ways in reverse order, so that a machine that becomes slower or faster favours none of them.
    """
    found: dict[str, Runs] = {name: Runs() for name in ways}
    turns = [(number, name) for number in rounds for name in (list(ways) if number % 2 == 0 else reversed(list(ways)))]
    for number, name in tqdm(turns, desc=module, leave=False, disable=None):
        arguments = [argument.replace("{round}", str(number)) for argument in ways[name]]
        found[name].append(in_fresh_process(module, *arguments))
    return found


class Runs(list[dict[str, Any]]):
    """The figures of every round, one dictionary each."""

    def of(self, figure: str) -> tuple[float, ...]:
        """Return one figure of every round."""
        return tuple(float(run[figure]) for run in self)
