"""The start of the packed program and of the source to the first paint, which both write in their log.

The wall time begins before the process; the processor time is that of the whole process.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).parents[2]
PACKED, SOURCE = "packed program", "source"
PROGRAMS = {
    PACKED: [str(REPOSITORY / "dist" / "DigitLab" / "digitlab")],
    SOURCE: [sys.executable, str(REPOSITORY / "main.py")],
}

LINE = re.compile(r"First paint after (\d+\.\d+) s of processor time, at (\d+\.\d+)")
LIMIT_SECONDS = 120.0


def is_built() -> bool:
    """Whether the packed program exists."""
    return Path(PROGRAMS[PACKED][0]).exists()


def start(command: list[str]) -> dict[str, float]:
    """Start a program with a home of its own, until its first paint."""
    with TemporaryDirectory() as home:
        log = Path(home) / "digitlab.log"
        began = time.time()
        with Popen(command, env=os.environ | {"DIGITLAB_HOME": home}, stdout=DEVNULL, stderr=DEVNULL) as process:
            try:
                while not (found := LINE.search(log.read_text() if log.exists() else "")):
                    if process.poll() is not None or time.time() - began > LIMIT_SECONDS:
                        raise RuntimeError(f"{command[0]} did not paint its window.")
                    time.sleep(0.02)
            finally:
                process.kill()
    used, at = map(float, found.groups())
    return {"CPU s": used, "wall s": at - began}


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(json.dumps(start(PROGRAMS[sys.argv[1]])))
