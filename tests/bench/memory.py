"""Peak memory of a whole training of three epochs on all of MNIST, in MiB: the most that the process held.

nncore is measured as a user runs it, from the command line. For the other frameworks, the process does nothing but the
training, with the images as one float32 array, which is the input that they take.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from tests.bench.child import interleaved
from tests.bench.frameworks import left_out, sklearn_ways, threads_tried, torch_ways
from tests.bench.report import Figure, Section

AT_MOST = 200
"""Upper limit in MiB for training on all of MNIST without a window."""


def measure(rounds: int) -> Iterator[Section]:
    """Measure the peak memory in one section."""
    theirs = {**torch_ways(adams=["fused"], threads=threads_tried()[:1]), **sklearn_ways()}
    runs = interleaved("tests.bench.memory", {"digitlab train": ["command"], **theirs}, range(rounds))
    ours = Figure("digitlab train", "MiB", runs["digitlab train"].of("MiB"), at_most=AT_MOST)
    figures = [ours, *(Figure(way, "MiB", runs[way].of("MiB"), ours) for way in theirs)]
    yield Section("Peak memory, 784-128-64-10, all of MNIST", figures, left_out("torch", "sklearn"))


def peak() -> float:
    """Return the most memory that this process has held, in MiB.

    On Linux, a child process inherits the figure of `getrusage` from its parent. So the figure of this process alone is
    read from /proc where that exists.
    """
    try:
        with open("/proc/self/status") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 2**10
    except OSError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (2**20 if sys.platform == "darwin" else 2**10)


def train_command() -> None:
    """Run `digitlab train` on all of MNIST."""
    from app.cli.main import main

    main(["train", "--layers", "784", "128", "64", "10", "--optimizer", "adam", "--epochs", "3", "--json"])


def nothing() -> None:
    """Do nothing, to measure the memory of an idle process."""


def train_torch(adam: str, threads: str) -> None:
    """The same with PyTorch."""
    from tests.bench.epoch import torch_seconds

    torch_seconds("dense", adam, threads)


def train_sklearn() -> None:
    """The same with scikit-learn."""
    from tests.bench.epoch import sklearn_seconds

    sklearn_seconds("dense")


if __name__ == "__main__":
    of = {"nothing": nothing, "command": train_command, "torch": train_torch, "sklearn": train_sklearn}
    of[sys.argv[1]](*sys.argv[2:])  # type: ignore[operator]
    print(json.dumps({"MiB": peak()}))
