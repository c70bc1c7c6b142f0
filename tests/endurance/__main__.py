"""`python -m tests.endurance NAME [--minutes N] [--count N] [--seed N]`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from importlib import import_module
from math import inf
from pathlib import Path

from tests.endurance.report import Limits, Report

TESTS = {
    "kill": "kill the program with SIGKILL at random moments, and open all that it had saved (count: 200 kills)",
    "fuzz": "read mutated files of every kind (count: 20,000 files)",
    "monkey": "send random events to the window (count: 100,000 events)",
    "soak": "train, evaluate, teach and open files again and again (count: 100 rounds)",
}
"""Each module of this package that has `run(limits, seed, report)`, with a help text that ends with DEFAULT_COUNTS."""

DEFAULT_COUNTS = {"kill": 200, "fuzz": 20_000, "monkey": 100_000, "soak": 100}


def main() -> int:
    """Run the test that the arguments name; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("name", choices=TESTS, help="; ".join(f"{name}: {text}" for name, text in TESTS.items()))
    parser.add_argument("--minutes", type=float, help="end after this time (after the count of the test)")
    parser.add_argument("--count", type=int, help="end after this many kills, files, events or rounds")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same test (0)")
    options = parser.parse_args()
    count = options.count or (inf if options.minutes else DEFAULT_COUNTS[options.name])
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    kept = Path(tempfile.mkdtemp(prefix=f"digitlab-{options.name}-"))
    report = Report(options.name, options.seed, kept)
    import_module(f"tests.endurance.{options.name}").run(Limits(count, options.minutes), options.seed, report)
    report.close()
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
