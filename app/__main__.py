"""`python -m app` in the repository is `python main.py`. The installed package is started by `python -m digitlab`."""

from __future__ import annotations

import sys

from main import run

if __name__ == "__main__":
    sys.exit(run())
