"""A second start hands its files to the open window, and opens a window of its own if there is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.window.process.open_requests import OpenRequests

START = """
import sys
from pathlib import Path
from app.window.process.open_requests import OpenRequests
requests = OpenRequests(Path(sys.argv[1]))
print(requests.hand_over([Path(name) for name in sys.argv[2:]], 60), flush=True)
"""

PATHS = ["/a folder/model ü.digitnet", "/tmp/data.csv"]


@pytest.fixture
def first(tmp_path: Path, qapp: object) -> Iterator[OpenRequests]:
    requests = OpenRequests(tmp_path)
    requests.listen()
    yield requests
    requests.close()


def start(folder: Path, *paths: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", START, str(folder), *paths], stdout=subprocess.PIPE, text=True)


def test_the_open_window_gets_the_files_of_a_second_start(qtbot: QtBot, tmp_path: Path, first: OpenRequests) -> None:
    with qtbot.waitSignal(first.received, timeout=240_000) as received:
        process = start(tmp_path, *PATHS)
    assert process.communicate()[0] == "True\n"
    assert received.args == [[Path(path) for path in PATHS]]
    assert list((tmp_path / "open").iterdir()) == []


def test_without_a_window_the_second_start_opens_its_own(tmp_path: Path) -> None:
    assert not OpenRequests(tmp_path).hand_over([Path("/x.csv")])
    assert not (tmp_path / "open").exists()


def test_a_window_that_does_not_answer_is_not_waited_for_for_ever(tmp_path: Path, first: OpenRequests) -> None:
    first._watcher = None
    assert not OpenRequests(tmp_path).hand_over([Path("/x.csv")], 0.05)
    assert list((tmp_path / "open").iterdir()) == []


def test_a_killed_window_holds_no_lock(tmp_path: Path) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom app.window.process.open_requests import OpenRequests\n"
        "from PySide6.QtCore import QCoreApplication\napplication = QCoreApplication([])\n"
        "requests = OpenRequests(Path(sys.argv[1]))\nrequests.listen()\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert (tmp_path / "window.lock").exists()
    assert not OpenRequests(tmp_path).hand_over([Path("/x.csv")])


@pytest.mark.parametrize("content", [b"", b"{", b"7", b"[1, null]", b"[" * 100_000, b"\xff"])
def test_a_file_that_is_no_request_is_ignored(tmp_path: Path, first: OpenRequests, content: bytes) -> None:
    received: list[object] = []
    first.received.connect(received.append)
    (tmp_path / "open" / "other.json").write_bytes(content)
    first.take_requests()
    assert received == []
    assert list((tmp_path / "open").iterdir()) == []


def test_a_request_that_cannot_be_deleted_is_opened_once(
    qtbot: QtBot, tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "left.json").write_text('["/left.npz"]')
    monkeypatch.setattr(Path, "unlink", refuse)
    requests, received = OpenRequests(tmp_path), list[list[Path]]()
    requests.received.connect(received.append)
    requests.listen()
    for name in ("first", "second"):
        with qtbot.waitSignal(requests.received):
            (folder / f"{name}.part").write_text(f'["/{name}.npz"]')
            (folder / f"{name}.part").rename(folder / f"{name}.json")
    requests.take_requests()
    assert received == [[Path("/first.npz")], [Path("/second.npz")]]
    requests.close()


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path, qapp: object) -> None:
    (tmp_path / "file").touch()
    requests = OpenRequests(tmp_path / "file" / "folder")
    requests.listen()
    assert not requests.hand_over([Path("/x.csv")])
    requests.close()
