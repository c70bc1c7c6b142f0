"""Start Digit Lab: call app.cli.main with the arguments."""

from __future__ import annotations

import sys


def run() -> int:
    """Run the command that the arguments name; returns the exit status."""
    try:
        from app.cli.main import main
    except ModuleNotFoundError as problem:
        from app.cli.preflight import missing_package

        print(f"digitlab: {missing_package(problem)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return main()


if __name__ == "__main__":
    sys.exit(run())
