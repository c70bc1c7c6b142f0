"""A window without a screen that is used in rounds: its memory at rest, its errors, and what it leaves behind.

The window runs in a process of its own, `python -m tests.endurance.window_rounds USER SEED FOLDER`. The same seed gives
the same choices, but the threads of the program give another timing each time.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import gc
import json
import os
import subprocess
import sys
import threading
import traceback
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, ClassVar
from unittest import mock

import numpy as np
import psutil

from tests.endurance.leftovers import processes_of, resources_of_this_process
from tests.endurance.report import Limits, Report, free_memory

WARM_UP, MIN_SAMPLES = 0.4, 20
"""The part of the samples of memory that are ignored, and how many must be left to judge the slope."""

MAX_NAMED_CLASSES = 12
"""How many classes are named of whose objects there are more and more."""

SMALL_BLOCK_BYTES = 64
"""Mean size of a block of Python's allocator for small objects, about."""

SHOWN_SAMPLES = 20
"""After how many samples of memory one is printed."""

TRAIL = 400
"""How many of the last steps are kept with a failure."""


@dataclass(frozen=True)
class Sample:
    """What a moment at rest needs: memory in MiB, see `_memory_at_rest`; files: open ones; objects: {class: number}."""

    step: int
    allocated: float
    resident: float
    files: int
    objects: dict[str, int]

    @property
    def in_words(self) -> str:
        """All of it in one line."""
        memory = f"{self.allocated:.0f} MiB allocated, {self.resident:.0f} resident"
        return f"{self.step:,} steps: {memory}, {sum(self.objects.values()):,} objects"


def watch(user: str, limits: Limits, seed: int, report: Report, *, unit: int, max_slope: float) -> None:
    """Let a user, monkey or worker, use the window in rounds until the limits, which count its steps.

    max_slope: the largest growth of memory after the warm-up, in MiB for `unit` steps.
    """
    with TemporaryDirectory(prefix="digitlab-window-") as folder:
        command = [sys.executable, "-X", "faulthandler", "-m", "tests.endurance.window_rounds", user, str(seed), folder]
        environment = {**os.environ, "DIGITLAB_HOME": f"{folder}/home", "QT_QPA_PLATFORM": "offscreen"}
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert process.stdin is not None
        assert process.stdout is not None
        samples: list[Sample] = []
        done = 0
        process.stdin.write("go on\n" if limits.allow(0) else "end\n")
        process.stdin.flush()
        known: set[str] = set()
        for line in process.stdout:
            found = json.loads(line)
            if "problem" in found:
                if found["problem"] in known:
                    continue
                known.add(found["problem"])
                report.fail(f"step {found['step']}: {found['problem']}", trail__txt="\n".join(found["trail"]))
            elif "left" in found:
                if found["left"]:
                    report.fail(f"left after the window was closed: {found['left']}")
            else:
                done = found["step"]
                samples.append(Sample(**found))
                if len(samples) % SHOWN_SAMPLES == 0:
                    report.figure(samples[-1].in_words)
                process.stdin.write("go on\n" if limits.allow(done) else "end\n")
                process.stdin.flush()
        _, errors = process.communicate()
        if process.returncode or errors.strip():
            trail = Path(folder, "trail.txt")
            files = {"trail__txt": trail.read_text() if trail.exists() else "", "stderr__txt": errors}
            report.fail(f"ended with status {process.returncode} after {done} steps: {errors[-3000:]}", **files)
        left = processes_of(folder)
        if left:
            report.fail(f"processes left: {left}")
    report.figure(f"{done:,} steps")
    if len(samples) >= 2:
        _report_memory(samples, report, unit, max_slope)


def _report_memory(samples: list[Sample], report: Report, unit: int, max_slope: float) -> None:
    kept = samples[int(WARM_UP * len(samples)) :]
    steps = [each.step for each in kept]
    for name, unit_name in (("allocated", "MiB"), ("resident", "MiB"), ("files", "open files")):
        values = [getattr(each, name) for each in kept]
        slope = unit * float(np.polyfit(steps, values, 1)[0])
        course = (
            f"{getattr(samples[0], name):.0f} at first, {values[0]:.0f} after the warm-up, {values[-1]:.0f} at the end"
        )
        report.figure(f"{name}: {course}; slope {slope:+.2f} {unit_name} for {unit:,} steps, of {len(kept)} samples")
        if name == "allocated" and len(kept) >= MIN_SAMPLES and slope > max_slope:
            every = [round(each.allocated) for each in samples]
            report.fail(f"allocated memory grows by {slope:.2f} MiB for {unit:,} steps: {every}")
    report.figure(f"objects that became more after the warm-up: {_grown([each.objects for each in kept])}")


def _grown(counts: list[dict[str, int]]) -> str:
    """The classes with the most new objects: the median of the last third of the counts, and that of the first."""
    third = max(1, len(counts) // 3)
    first, last = (
        {name: median(each.get(name, 0) for each in part) for name in counts[-1]}
        for part in (counts[:third], counts[-third:])
    )
    grown = sorted(((last[name] - first[name], name) for name in last), reverse=True)[:MAX_NAMED_CLASSES]
    return ", ".join(f"{name} {first[name]:,.0f} to {last[name]:,.0f}" for more, name in grown if more > 0) or "none"


# --------------------------------------------------------------- in the process


def work(name: str, seed: int, folder: Path) -> None:
    """Open the window, and let a user do rounds of steps as long as standard input says so."""
    from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from app.background.guarded_overrides import guard_overrides

    guard_overrides("app")  # before the classes are created, as the program does
    from app.session.session import Session
    from app.window.main_window import MainWindow
    from app.window.preferences import WindowPreferences
    from tests.endurance.random_events import Monkey, prepare_files
    from tests.endurance.usual_work import Worker
    from tests.nncore.example_data import small_mnist

    os.chdir(folder)
    files = prepare_files(folder / "files")
    trail: deque[str] = deque(maxlen=TRAIL)
    count = 0
    before: Counter[str] = Counter()

    def tell(**found: Any) -> None:
        print(json.dumps(found), flush=True)

    def on_exception(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, problem, trace))
        tell(step=count, problem=text, trail=list(trail))

    def on_message(kind: QtMsgType, context: object, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and "This plugin does not support" not in text:
            tell(step=count, problem=f"Qt: {text}", trail=list(trail))

    application = QApplication(["digitlab"])
    sys.excepthook = on_exception
    threading.excepthook = lambda found: on_exception(found.exc_type, found.exc_value or found.exc_type(), None)
    qInstallMessageHandler(on_message)
    window = MainWindow(Session(), WindowPreferences())
    window.resize(1280, 690)
    window.show()
    window.session.use_data(small_mnist())
    window.session.open_bundled_model()
    kind = {"monkey": Monkey, "worker": Worker}[name]
    user = kind(window, np.random.default_rng(seed), files)
    with open(folder / "trail.txt", "w", encoding="utf-8") as log:

        def note(text: str) -> None:
            nonlocal count
            count += 1
            trail.append(f"{count} {text}")
            print(count, text, file=log, flush=True)

        while sys.stdin.readline() == "go on\n":
            user.round(note)
            user.wait_until_idle()
            now = resources_of_this_process()
            before = before or now
            memory, resident = _memory_at_rest()
            tell(step=count, allocated=memory, resident=resident, files=now["open files"], objects=_objects())
    user.wait_until_idle()
    is_closed = user.close()
    del user, window
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application.processEvents()
    gc.collect()
    left = [] if is_closed else ["the window does not close"]
    after = resources_of_this_process()
    left += [f"{each}: {before[each]} before, {now} after" for each, now in after.items() if now > before[each]]
    tell(left=left)
    qInstallMessageHandler(None)


def _objects() -> Counter[str]:
    """How many objects of each class there are: those that Python's collector knows, and the widgets of Qt."""
    from PySide6.QtWidgets import QApplication

    widgets = (f"widget {type(widget).__name__}" for widget in QApplication.allWidgets())
    return Counter(type(each).__qualname__ for each in gc.get_objects()) + Counter(widgets)


class _Mallinfo2(ctypes.Structure):
    """The statistics of glibc's memory; `uordblks` and `hblkhd` are the bytes in use, in heaps and in mapped blocks."""

    _fields_: ClassVar = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def _memory_at_rest() -> tuple[float, float]:
    """The memory that this process has allocated and not freed, and its resident memory, both in MiB.

    The resident memory is larger, because freed blocks between others in use cannot be returned to the system.
    """
    gc.collect()
    libc = ctypes.CDLL(ctypes.util.find_library("c"))
    libc.malloc_trim(0)
    libc.mallinfo2.restype = _Mallinfo2
    found = libc.mallinfo2()
    small = SMALL_BLOCK_BYTES * sys.getallocatedblocks()  # Python's own blocks are not among those of glibc
    return (found.uordblks + found.hblkhd + small) / 2**20, psutil.Process().memory_info().rss / 2**20


if __name__ == "__main__":
    with mock.patch.object(psutil, "virtual_memory", free_memory):  # not `return_value`: a mock keeps all its calls
        work(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
