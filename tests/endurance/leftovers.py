"""What a program may leave behind: threads, processes, shared memory, open files."""

from __future__ import annotations

import os
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil


def resources_of_this_process() -> Counter[str]:
    """How many threads, child processes, open files and blocks of shared memory this process has."""
    process = psutil.Process()
    names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    maps = Path("/proc/self/maps").read_text()
    return Counter({
        "Python threads": sum(not thread.daemon for thread in threading.enumerate()),
        **{f"threads {name}": names.count(name) for name in names},
        "processes": sum(not _is_resource_tracker(each) for each in process.children(recursive=True)),
        "open files": process.num_fds(),
        "shared memory": sum("/memfd:digitlab" in line for line in maps.splitlines()),
    })  # fmt: skip


def _is_resource_tracker(process: psutil.Process) -> bool:
    """Whether this is the process that Python starts with the first sweep, and that ends with its parent."""
    with suppress(psutil.Error):
        return "multiprocessing.resource_tracker" in " ".join(process.cmdline())
    return False


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


def unused_shared_memory(earlier: set[str]) -> set[str]:
    """The named blocks of shared memory that are new and that no running process uses."""
    unused = shared_memory() - earlier
    if unused:
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                unused -= {Path(each.path).name for each in process.memory_maps(grouped=False)}
    return unused
