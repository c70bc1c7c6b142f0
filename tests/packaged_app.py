"""Check that the built folder works on a computer without Python and without a network.

`python -m tests.packaged_app` copies dist/DigitLab to a read-only folder whose path has spaces and umlauts, and uses
the program there as a user would: it reads a digit, trains with a second process, makes a sweep of two runs, exports
ONNX, installs itself for one user, and opens its window: without a screen, without a home where it could keep anything,
and in a virtual X server, which needs Xvfb. As root on Linux it does so without any network, in name spaces of its own.
Prints one line for each check, and raises AssertionError at the first that fails.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
from PIL import Image

from nncore.data.dataset import load_mnist

FOLDER = Path(__file__).parents[1] / "dist" / "DigitLab"

INSIDE = "--inside"
"""The argument with which this command starts itself again, in the name spaces without a network."""

LIMIT = 180
"""Seconds after which something that should have happened counts as failed."""

SCREEN = (1366, 768)


def main() -> None:
    """Run all checks."""
    if sys.platform == "linux" and os.geteuid() == 0 and INSIDE not in sys.argv:
        command = ["unshare", "--net", "--mount", sys.executable, "-m", "tests.packaged_app", INSIDE]
        sys.exit(subprocess.run(command).returncode)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background of a shell inherits "ignored"
    with TemporaryDirectory(prefix="digitlab-packaged-") as name:
        work = Path(name)
        with read_only_copy(work) as folder:
            program = PackagedProgram(folder / "digitlab", work)
            for check in CHECKS:
                began = time.monotonic()
                check(program)
                print(f"{check.__name__}: passed in {time.monotonic() - began:.1f} s", flush=True)


@contextmanager
def read_only_copy(work: Path) -> Iterator[Path]:
    """The program in a folder to which nobody can write, not even root."""
    folder = work / "Übungs Programme" / "Digit Lab"
    shutil.copytree(FOLDER, folder, symlinks=True)
    if INSIDE not in sys.argv:
        yield folder
        return
    mount = ["mount", "--bind", str(folder), str(folder)]
    subprocess.run(mount, check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
    try:
        assert not is_writable(folder)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def is_writable(folder: Path) -> bool:
    """Whether a file can be written there."""
    try:
        (folder / "new").touch()
    except OSError:
        return False
    return True


class PackagedProgram:
    """The program, and an environment in which there is no Python: an empty PATH and a home of its own."""

    def __init__(self, path: Path, work: Path) -> None:
        self.path, self.work = path, work
        self.environment = {
            "PATH": str(work / "no programs"),
            "HOME": str(work / "home"),
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
        }

    def run(self, *arguments: str) -> str:
        """The output of the program with these arguments."""
        done = subprocess.run(
            [self.path, *arguments], cwd=self.work, env=self.environment, capture_output=True, text=True, timeout=LIMIT
        )
        assert done.returncode == 0, done
        assert done.stderr == "" or "--json" not in arguments, done
        return done.stdout

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start the program with these arguments and variables of the environment."""
        return subprocess.Popen([self.path, *arguments], cwd=self.work, env={**self.environment, **environment})


def reads_a_digit(program: PackagedProgram) -> None:
    """A picture file is read as the digit that it shows."""
    digits = load_mnist().test
    assert digits is not None
    place = int(np.flatnonzero(digits.labels == 7)[0])
    Image.fromarray(255 - digits.images[place]).resize((280, 280)).save(program.work / "sieben ü.png")
    assert json.loads(program.run("recognize", "--json", "sieben ü.png"))["digit"] == 7
    number = program.run("look", "sieben ü.png", "--layer", "1", "--unit", "1", "1", "1")
    assert "def predict(self, X: Array)" in number, number  # the source files of the layers are there
    output = program.run("look", "sieben ü.png", "--layer", "11", "--unit", "8")
    assert "def softmax(logits: Array)" in output, output


def trains_with_a_helper(program: PackagedProgram) -> None:
    """An epoch of training uses a second process, and the program ends no later than that process."""
    process = program.start("train", "--layers", "784", "300", "10", "--epochs", "1", "--out", "model.npz")
    wait_until(lambda: bool(children(process)) or process.poll() is not None)
    helpers = children(process)
    assert process.wait(LIMIT) == 0
    assert not psutil.cpu_count() or psutil.cpu_count() == 1 or helpers, "no second process"
    assert not any(helper.is_running() for helper in helpers)
    assert json.loads(program.run("evaluate", "--model", "model.npz", "--json"))["accuracy"] > 0.9


def sweeps(program: PackagedProgram) -> None:
    """A sweep of two runs makes both, each in a worker process."""
    command = ["sweep", "--learning-rate", "0.01", "0.001", "--epochs", "1", "--workers", "2"]
    output = program.run(*command)
    assert "0.01" in output, output
    assert "0.001" in output, output


def exports(program: PackagedProgram) -> None:
    """A model is exported as ONNX and read again."""
    program.run("export", "--model", "model.npz", "--out", "model.onnx")
    assert json.loads(program.run("evaluate", "--model", "model.onnx", "--json"))["accuracy"] > 0.9


def is_installed(program: PackagedProgram) -> None:
    """The installer adds the program to the menu and to the user's commands, and removes it again."""
    home, installer = program.work / "home", program.path.with_name("install.sh")
    environment = {**program.environment, "PATH": os.environ["PATH"]}
    subprocess.run(["sh", str(installer)], env=environment, check=True, stdout=subprocess.DEVNULL)
    entry, command = home / ".local/share/applications/digitlab.desktop", home / ".local" / "bin" / "digitlab"
    assert "/.local/opt/digitlab/digitlab" in entry.read_text(encoding="utf-8")
    version = subprocess.run([command, "--version"], env=program.environment, capture_output=True, text=True)
    assert version.stdout.startswith("Digit Lab "), version
    subprocess.run(["sh", str(installer), "--remove"], env=environment, check=True, stdout=subprocess.DEVNULL)
    assert not any(path.exists() or path.is_symlink() for path in (entry, command, home / ".local/opt/digitlab"))


def opens_a_window(program: PackagedProgram) -> None:
    """The window opens, stays open, and closes with Ctrl+C; nothing is reported as wrong."""
    log = program.work / "home" / ".local" / "share" / "DigitLab" / "digitlab.log"
    stays_open(program.start())
    assert "ERROR" not in log.read_text(encoding="utf-8")
    assert "CRITICAL" not in log.read_text(encoding="utf-8")


def opens_without_a_home(program: PackagedProgram) -> None:
    """The window opens also where nothing can be kept, as in a locked profile."""
    stays_open(program.start(HOME="/dev/null"))


def stays_open(process: subprocess.Popen[bytes]) -> None:
    """Wait until the window must be open, then close it with Ctrl+C."""
    time.sleep(6)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == 130


def opens_in_an_x_server(program: PackagedProgram) -> None:
    """In a virtual X server the window appears on the screen."""
    xvfb = shutil.which("Xvfb")
    assert xvfb, "Xvfb is not installed"
    (program.work / "screens").mkdir()
    width, height = SCREEN
    server = subprocess.Popen(
        [xvfb, "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-fbdir", "screens"],
        cwd=program.work,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        display = f":{server.stdout.readline().strip()}"
        process = program.start(QT_QPA_PLATFORM="xcb", DISPLAY=display)
        screen = program.work / "screens" / "Xvfb_screen0"
        wait_until(lambda: colours_on(screen) > 200 or process.poll() is not None)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 130
    finally:
        server.terminate()
        server.wait(LIMIT)


CHECKS = (
    reads_a_digit,
    trains_with_a_helper,
    sweeps,
    exports,
    is_installed,
    opens_a_window,
    opens_without_a_home,
    opens_in_an_x_server,
)


def colours_on(frame_buffer: Path) -> int:
    """How many different colours the screen of a virtual X server shows; a blank screen has one."""
    width, height = SCREEN
    picture = np.frombuffer(frame_buffer.read_bytes(), np.uint32)[-width * height :]
    return len(np.unique(picture))


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes that a process has started and that are still running."""
    try:
        return psutil.Process(process.pid).children()
    except psutil.NoSuchProcess:
        return []


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; AssertionError if it does not hold in time."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.05)


if __name__ == "__main__":
    main()
