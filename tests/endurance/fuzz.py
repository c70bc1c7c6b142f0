"""Every mutated file is read, or rejected with one sentence, in little time and memory.

A worker process makes and reads the files, within limits of the system: a file that takes too long or too much ends
the worker, and another one goes on after it.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import numpy as np
import psutil

from nncore.errors import DigitLabError
from nncore.system.reading_budget import allowed_seconds
from tests.endurance.kinds import Kind, kinds
from tests.endurance.mutations import changed
from tests.endurance.report import Limits, Report, free_memory

MAX_MEBIBYTES = 512
"""The largest memory that reading a file may take; for the time see `allowed_seconds`."""

HARD_SECONDS, HARD_BYTES = 20, 2 << 30
"""The limits that the system holds: processor time of one file, and memory beyond that of an idle worker."""


def run(limits: Limits, seed: int, report: Report, only: str = "") -> None:
    """Read mutated files until the limits; only: the name of a kind, "" for all."""
    done, results, slowest, largest = 0, Counter[tuple[str, str]](), (0.0, ""), (0.0, "")
    while limits.allow(done):
        for outcome in _outcomes(seed, done, limits, only):
            done = outcome["number"] + 1
            results[outcome["kind"], outcome["result"]] += 1
            label = f"{outcome['kind']} {outcome['number']}"
            slowest = max(slowest, (outcome["seconds"], label))
            largest = max(largest, (outcome["mebibytes"], label))
            if outcome["problem"]:
                kept = {outcome["kind"].replace(".", "__"): bytes.fromhex(outcome["content"])}
                report.fail(f"file {outcome['number']}, {outcome['kind']}: {outcome['problem']}", **kept)
    for kind in sorted({kind for kind, _ in results}):
        report.figure(f"{kind}: {results[kind, 'read']} read, {results[kind, 'rejected']} rejected")
    report.figure(f"slowest: {slowest[0]:.2f} s, {slowest[1]}")
    report.figure(f"largest: {largest[0]:.0f} MiB, {largest[1]}")
    report.figure(f"{done} files")


def _outcomes(seed: int, first: int, limits: Limits, only: str) -> Iterator[dict[str, Any]]:
    """What a new worker prints, one object for each file; ends with the worker."""
    with TemporaryDirectory(prefix="digitlab-fuzz-") as folder:
        command = [sys.executable, "-m", "tests.endurance.fuzz", str(seed), str(first), folder, only]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        assert worker.stderr is not None
        number = first
        try:
            for line in worker.stdout:
                outcome = json.loads(line)
                yield outcome
                number = outcome["number"] + 1
                if not limits.allow(number):
                    return
            status, last = worker.wait(), worker.stderr.read()[-2000:]
            content = Path(folder, "content")
            kind = Path(folder, "kind").read_text()
            yield {
                "number": number, "kind": kind, "result": "ended", "seconds": 0.0, "mebibytes": 0.0,
                "problem": f"the worker ended with status {status}: {last}", "content": content.read_bytes().hex(),
            }  # fmt: skip
        finally:
            worker.kill()
            worker.communicate()  # also closes its pipes


# --------------------------------------------------------------- in the worker


def work(seed: int, first: int, folder: Path, only: str) -> None:
    """Make and read file after file; prints an object for each. Only a signal ends it."""
    warnings.simplefilter("error")
    every = [kind for kind in kinds() if only in ("", kind.name)]
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + HARD_BYTES, size + HARD_BYTES))
    number = first
    while True:
        rng = np.random.default_rng([seed, number])
        kind = every[number % len(every)]
        content = changed(kind.samples[rng.integers(len(kind.samples))], rng)
        (folder / "kind").write_text(kind.name)
        (folder / "content").write_bytes(content)
        used = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + HARD_SECONDS, resource.RLIM_INFINITY))
        with mock.patch.object(psutil, "virtual_memory", free_memory):  # not what other programs leave free
            outcome = outcome_of(kind, content, folder / "files")
            if outcome["problem"]:  # once more: a machine that runs out of memory makes every program slow
                outcome = outcome_of(kind, content, folder / "files")
        print(json.dumps({"number": number, "kind": kind.name, **outcome}), flush=True)
        number += 1


def outcome_of(kind: Kind, content: bytes, folder: Path) -> dict[str, Any]:
    """Read the content as a file in `folder`; returns the result, the problem or "", and what it took."""
    folder.mkdir()
    path = folder / kind.name
    path.write_bytes(content)
    sentences: list[str] = []
    problem, began, before = "", time.process_time(), _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    try:
        sentences = list(kind.read(path))
    except DigitLabError as error:
        sentences = [str(error)]
    except Exception as error:
        problem = "".join(traceback.format_exception(error))
    seconds, mebibytes = time.process_time() - began, _memory("VmHWM") - before
    problem = problem or " ".join(filter(None, (_fault_of(sentence, path) for sentence in sentences)))
    if seconds > allowed_seconds(len(content)):
        problem += f" It took {seconds:.1f} s."
    if mebibytes > MAX_MEBIBYTES:
        problem += f" It took {mebibytes:.0f} MiB."
    shutil.rmtree(folder)
    return {
        "result": "rejected" if sentences else "read", "seconds": seconds, "mebibytes": mebibytes, "problem": problem,
        "content": content.hex() if problem else "",
    }  # fmt: skip


def _fault_of(sentence: str, path: Path) -> str:
    """What is wrong with a sentence for the user, or ""."""
    if len(sentence.splitlines()) != 1 or not all(sign.isprintable() for sign in sentence):
        return f"not one line: {sentence!r}"
    if path.name not in sentence and not sentence.startswith("Your drawings"):
        return f"does not name the file: {sentence!r}"
    if not sentence.endswith((".", "!")) or len(sentence) > 1000:
        return f"not a sentence: {sentence!r}"
    return ""


def _memory(name: str) -> float:
    """A figure of this process in MiB."""
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    work(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
