"""The frameworks that are measured: nncore and, if they are installed, PyTorch and scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import product

from nncore.system.cores import available_cores
from tests.bench.report import Figure

NAMES = {"torch": "PyTorch", "sklearn": "scikit-learn"}
PACKAGES = {"torch": "torch", "sklearn": "scikit-learn"}


def version_of(framework: str) -> str | None:
    """Return the installed version of "torch" or "sklearn"; None if it is not installed."""
    try:
        return version(PACKAGES[framework])
    except PackageNotFoundError:
        return None


def left_out(*frameworks: str) -> list[str]:
    """Return a line for each framework that is not installed."""
    return [
        f'{NAMES[framework]} is not installed: left out; pip install -e ".[bench]" brings it.'
        for framework in frameworks
        if version_of(framework) is None
    ]


def threads_tried() -> list[int]:
    """Return the numbers of threads to try with PyTorch: all cores, which is its default, and one."""
    return sorted({available_cores(), 1}, reverse=True)


def torch_ways(
    *arguments: str, adams: Sequence[str] = ("default", "fused"), threads: Sequence[int] | None = None
) -> dict[str, list[str]]:
    """Return the arguments of a child process for each way to measure PyTorch, by name; empty if it is not installed.

    adams: "default" or "fused"; "" where nothing is trained. threads: as many as `threads_tried` says if None.
    """
    if version_of("torch") is None:
        return {}
    ways = {}
    for adam, count in product(adams, threads_tried() if threads is None else threads):
        parts = ["PyTorch", *([f"{adam} Adam"] if adam else []), f"{count} thread{'s' * (count > 1)}"]
        ways[", ".join(parts)] = ["torch", *arguments, adam, str(count)]
    return ways


def sklearn_ways(*arguments: str) -> dict[str, list[str]]:
    """Return the arguments of a child process for scikit-learn, by name; empty if it is not installed."""
    return {} if version_of("sklearn") is None else {"scikit-learn": ["sklearn", *arguments]}


def against_best(
    ours: Figure, theirs: list[Figure], at_most: float | None = None, best_name: str = "PyTorch at its best"
) -> list[Figure]:
    """Compare `ours` with each figure of `theirs`; the best one comes first, as a figure with the limit `at_most`."""
    if not theirs:
        return []
    best = min(theirs, key=lambda figure: figure.median)
    ways = [Figure(f"  {figure.name}", figure.unit, figure.runs, ours) for figure in theirs]
    return [Figure(best_name, best.unit, best.runs, ours, at_most), *ways]
