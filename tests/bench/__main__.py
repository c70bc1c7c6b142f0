"""`python -m tests.bench [--rounds N] [NAME ...]`."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

from tests.bench import machine
from tests.bench.report import as_json, table

BENCHMARKS = (
    "epoch", "products", "accuracy", "latency", "memory", "scaling", "drawing", "handwriting", "pen", "inside",
    "calculation", "flip", "repaint", "notebooks", "start", "sweep", "window",
)  # fmt: skip
"""Modules of this package. They are imported when they run, because the workers of a sweep import this module too."""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measures speed and memory. Tables go to standard error as they are found, JSON to standard "
        "output, one object per benchmark: `python -m tests.bench > bench.json` shows the tables and stores the JSON.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"benchmarks to run: {', '.join(BENCHMARKS)} (all)")
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds (5)")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}; choose from {', '.join(BENCHMARKS)}")
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1; got {options.rounds}")
    facts = machine.facts()
    print(machine.sentence(facts), file=sys.stderr)
    print(json.dumps({"machine": facts, "rounds": options.rounds}), flush=True)
    for name in options.names or BENCHMARKS:
        sections = []
        for section in import_module(f"tests.bench.{name}").measure(options.rounds):
            print(f"\n{table(section)}", file=sys.stderr, flush=True)
            sections.append(as_json(section))
        print(json.dumps({"benchmark": name, "sections": sections}), flush=True)


if __name__ == "__main__":
    main()
