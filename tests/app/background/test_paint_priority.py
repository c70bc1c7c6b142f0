"""The training waits while the window paints, for a limited time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from PySide6.QtCore import QEvent, QObject
from pytestqt.qtbot import QtBot

from app.background import paint_priority
from app.background.paint_priority import PaintPriority
from app.session.run_events import StepsDone
from app.session.run_plan import RunPlan
from app.session.session import Session
from app.session.training_thread import TrainingThread
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.app.waiting import at_rest
from tests.nncore.example_data import small_mnist


@pytest.fixture
def priority(monkeypatch: pytest.MonkeyPatch) -> PaintPriority:
    monkeypatch.setattr(paint_priority, "MAX_WAIT_SECONDS", 60.0)
    return PaintPriority()


def test_a_training_waits_until_the_priority_is_released(priority: PaintPriority) -> None:
    priority.wait_for_release()  # returns at once while the priority is not claimed
    with priority.claimed():
        waiting = Thread(target=priority.wait_for_release)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_priority_that_is_never_released_delays_a_training_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paint_priority, "MAX_WAIT_SECONDS", 0.1)
    priority = PaintPriority()
    priority.claim()
    priority.wait_for_release()
    monkeypatch.setattr(paint_priority, "MAX_WAIT_SECONDS", 60.0)
    second = Thread(target=priority.wait_for_release)  # it counts as released after the first wait
    second.start()
    second.join(10)
    assert not second.is_alive()


@pytest.fixture
def training(priority: PaintPriority, tmp_path: Path, qtbot: QtBot) -> Iterator[TrainingThread]:
    plan = RunPlan(NetworkSpec.dense((784, 16, 10)), TrainingConfig(epochs=10**5, batch_size=32), 0.1)
    owner = QObject()
    thread = TrainingThread(plan, small_mnist(), tmp_path, owner, priority)
    thread.start()
    yield thread
    priority.release()
    thread.control.stop()
    assert thread.wait(240_000)


def test_a_training_takes_no_step_while_it_is_claimed(
    training: TrainingThread, priority: PaintPriority, qtbot: QtBot
) -> None:
    received: list[StepsDone] = []
    training.run_event.connect(lambda event: received.append(event) if isinstance(event, StepsDone) else None)

    def steps() -> int:
        return int(received[-1].steps[-1]) if received and len(received[-1].steps) else 0

    qtbot.waitUntil(lambda: steps() > 5)
    priority.claim()
    reached = at_rest(qtbot, steps)
    priority.release()
    qtbot.waitUntil(lambda: steps() > reached)


def test_the_window_claims_the_priority_only_while_it_paints(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    priority = window.session.paint_priority
    monkeypatch.setattr(priority, "claim", lambda: calls.append("claim"))
    monkeypatch.setattr(priority, "release", lambda: calls.append("release"))
    with qtbot.waitExposed(window):
        window.show()
    calls.clear()
    window.train_tab.curves.update()
    qtbot.waitUntil(lambda: bool(calls))
    assert calls == ["claim", "release"] * (len(calls) // 2)
    calls.clear()
    window.event(QEvent(QEvent.Type.User))
    assert calls == []
    window.close()
