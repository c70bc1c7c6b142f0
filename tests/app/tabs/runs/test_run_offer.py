"""After a crash, the next window offers to continue the interrupted run."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.storage.paths import run_log_path, runs_folder
from app.storage.run_process import process_description
from app.storage.run_store import RunStore
from app.tabs.runs.run_offer import RunOffer
from nncore.experiments.run_log.log import RunLog
from tests.app.tabs.runs.conftest import FINISHED, INTERRUPTED, RUNNING

ENDED_PROCESS = process_description().replace(" ", " 1", 1)
"""A process that has ended: the number of this process, but another start time."""


@pytest.fixture
def offer(qtbot: QtBot, user_files: Path) -> RunOffer:
    offer = RunOffer(RunStore(run_log_path(), pytest.fail))
    qtbot.addWidget(offer)
    return offer


@pytest.fixture
def killed(log_path: Path) -> None:
    with RunLog(log_path) as log:
        log.continue_run(INTERRUPTED, ENDED_PROCESS, 2, 4)


def test_without_a_log_nothing_is_offered_and_no_file_is_created(offer: RunOffer) -> None:
    offer.check_log()
    assert offer.isHidden()
    assert not runs_folder().exists()


def test_finished_and_running_runs_are_not_offered(offer: RunOffer, log_path: Path) -> None:
    offer.check_log()
    assert offer.isHidden()


def test_an_interrupted_run_is_offered_and_continues(offer: RunOffer, killed: None, qtbot: QtBot) -> None:
    offer.check_log()
    assert not offer.isHidden()
    assert "beta" in offer.label.full_text
    assert "2 epochs were saved" in offer.label.full_text
    requests: list[tuple[Any, Path]] = []
    offer.continue_requested.connect(lambda run, checkpoint: requests.append((run, checkpoint)))
    qtbot.mouseClick(offer.continue_button, Qt.MouseButton.LeftButton)
    assert [(run.id, path.name) for run, path in requests] == [(INTERRUPTED, "beta.checkpoint")]
    assert offer.isHidden()


def test_a_dismissed_offer_does_not_return(offer: RunOffer, killed: None, qtbot: QtBot) -> None:
    offer.check_log()
    qtbot.mouseClick(offer.close_button, Qt.MouseButton.LeftButton)
    assert offer.isHidden()
    offer.check_log()
    assert offer.isHidden()
    with RunLog(run_log_path()) as log:
        assert log.run(INTERRUPTED).state == "running"
        assert log.run(INTERRUPTED).checkpoint_name


def test_a_run_without_its_checkpoint_is_not_offered(offer: RunOffer, killed: None) -> None:
    (runs_folder() / "beta.checkpoint").unlink()
    offer.check_log()
    assert offer.isHidden()


def test_an_unusable_log_gives_a_message(offer: RunOffer, killed: None, qtbot: QtBot) -> None:
    other = sqlite3.connect(run_log_path(), isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    with qtbot.waitSignal(offer.error_message) as signal:
        offer.check_log()
    assert signal.args is not None
    assert "another program" in signal.args[0]
    assert offer.isHidden()
    other.close()


def test_the_log_lists_only_interrupted_runs(log_path: Path) -> None:
    with RunLog(log_path) as log:
        unfinished = [run.id for run in log.unfinished()]
    assert RUNNING in unfinished
    assert FINISHED not in unfinished
