"""What a program may leave behind: threads, processes, shared memory, open files."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

import psutil


def resources_of_this_process() -> dict[str, int]:
    """How many threads, child processes, open files and blocks of shared memory this process has."""
    process = psutil.Process()
    maps = Path("/proc/self/maps").read_text()
    return {
        "Python threads": sum(not thread.daemon for thread in threading.enumerate()),
        "threads": process.num_threads(),
        "processes": len(process.children(recursive=True)),
        "open files": process.num_fds(),
        "shared memory": sum("/memfd:digitlab" in line for line in maps.splitlines()),
    }


def processes_of(home: Path | str) -> list[str]:
    """The running processes with something below `home` as their user folder, and not this one."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            place = process.environ().get("DIGITLAB_HOME", "")
            is_running = process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid()
            if place.startswith(str(home)) and is_running:
                found.append(f"{process.pid}: {' '.join(process.cmdline())}")
    return found


def shared_memory() -> set[str]:
    """The named blocks of shared memory of this machine."""
    return set(os.listdir("/dev/shm"))
