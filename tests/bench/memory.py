"""Peak memory of a whole training from the command line, in MiB."""

from __future__ import annotations

import json
import sys

from tests.bench.child import in_fresh_process, medians


def measure(rounds: int) -> dict[str, float]:
    """The median over `rounds` processes."""
    return medians([in_fresh_process("tests.bench.memory") for _ in range(rounds)])


def peak_of_a_training() -> float:
    """The most memory that this process has held after `train --epochs 3`, in MiB."""
    import resource

    from app.cli import main

    main(["train", "--layers", "784", "128", "64", "10", "--optimizer", "adam", "--epochs", "3", "--json"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    print(json.dumps({"train 784-128-64-10, all of MNIST: peak, MiB": peak_of_a_training()}))
