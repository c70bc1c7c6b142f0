"""Start Digit Lab: call app.cli.main with the arguments."""

from __future__ import annotations

import multiprocessing
import sys

HELPER_ARGUMENT = "--training-helper"
"""The argument with which a packed program starts itself as the helper process of a training."""


def run() -> int:
    """Run the command that the arguments name; returns the exit status."""
    multiprocessing.freeze_support()  # in a packed program, the worker processes of a sweep start here too
    if sys.argv[1:] == [HELPER_ARGUMENT]:
        from nncore.training.parallel.helper_main import main as help_to_train

        help_to_train()
        return 0
    try:
        from app.cli.main import main
    except ModuleNotFoundError as problem:
        from app.cli.preflight import missing_package

        print(f"digitlab: {missing_package(problem)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # Ctrl+C during the import; `main` handles it later
        return 130
    return main()


if __name__ == "__main__":
    sys.exit(run())
