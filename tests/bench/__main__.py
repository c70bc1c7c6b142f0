"""`python -m tests.bench [--rounds N] [--json] [NAME ...]`."""

from __future__ import annotations

import argparse
import json

from tests.bench import drawing, memory, window

BENCHMARKS = {"window": window.measure, "drawing": drawing.measure, "memory": memory.measure}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(BENCHMARKS)} (all)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (5)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    for name in options.names or BENCHMARKS:
        figures = BENCHMARKS[name](options.rounds)
        if options.json:
            print(json.dumps({"benchmark": name, **figures}), flush=True)
        else:
            print(f"\n{name}")
            for figure, value in figures.items():
                print(f"  {figure:58} {value:>12,.3f}", flush=True)


if __name__ == "__main__":
    main()
