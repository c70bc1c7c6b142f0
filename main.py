"""Opens the door: hands the arguments to app.cli."""

from __future__ import annotations

import sys


def run() -> int:
    """Do what the arguments ask for; gives the exit status."""
    try:
        from app.cli import main
    except ModuleNotFoundError as problem:
        from app.surroundings import missing_package

        print(f"digitlab: {missing_package(problem)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return main()


if __name__ == "__main__":
    sys.exit(run())
