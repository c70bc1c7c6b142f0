"""Running a measurement in a fresh process, so that none is helped or hurt by the one before."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from typing import Any


def in_fresh_process(module: str, *arguments: str) -> dict[str, Any]:
    """What `python -m module arguments` prints as JSON."""
    process = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return figures


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure over several runs."""
    return {name: median(run[name] for run in runs) for name in runs[0]}
