"""The training waits while the window paints, and never for long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import perf_counter

import pytest
from PySide6.QtCore import QEvent, QObject
from pytestqt.qtbot import QtBot

from app.session import paint_priority as right_of_way
from app.session.paint_priority import RightOfWay
from app.session.run_plan import RunPlan
from app.session.session import Session
from app.session.training_thread import TrainingThread
from app.window.main_window import MainWindow
from app.window.settings import Settings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.app.waiting import at_rest
from tests.nncore.example_data import small_mnist


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> RightOfWay:
    monkeypatch.setattr(right_of_way, "LONGEST_WAIT", 60.0)
    return RightOfWay()


def test_who_honours_it_waits_until_it_is_given_back(way: RightOfWay) -> None:
    way.honour()  # at once, while nobody has taken it
    with way.taken():
        waiting = Thread(target=way.honour)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
    waiting.join(10)
    assert not waiting.is_alive()


def test_what_is_never_given_back_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "LONGEST_WAIT", 0.1)
    way = RightOfWay()
    way.take()
    way.honour()
    began = perf_counter()
    for _ in range(600):
        way.honour()  # it counts as given back from then on
    assert perf_counter() - began < 0.1 * 600


@pytest.fixture
def training(way: RightOfWay, tmp_path: Path, qtbot: QtBot) -> Iterator[TrainingThread]:
    plan = RunPlan(NetworkSpec.dense((784, 16, 10)), TrainingConfig(epochs=10**5, batch_size=32), 0.1)
    owner = QObject()
    thread = TrainingThread(plan, small_mnist(), tmp_path, owner, way)
    thread.start()
    yield thread
    way.give_back()
    thread.control.stop()
    assert thread.wait(60_000)


def test_a_training_takes_no_step_meanwhile(training: TrainingThread, way: RightOfWay, qtbot: QtBot) -> None:
    def steps() -> int:
        return training._training.steps

    qtbot.waitUntil(lambda: hasattr(training, "_training") and steps() > 5)
    way.take()
    reached = at_rest(qtbot, steps)
    way.give_back()
    qtbot.waitUntil(lambda: steps() > reached)


def test_the_window_has_it_while_it_paints_and_not_longer(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    window = MainWindow(Session(), Settings())
    qtbot.addWidget(window)
    way = window.session.right_of_way
    monkeypatch.setattr(way, "take", lambda: told.append("taken"))
    monkeypatch.setattr(way, "give_back", lambda: told.append("given back"))
    with qtbot.waitExposed(window):
        window.show()
    told.clear()
    window.train_tab.curves.update()
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["taken", "given back"] * (len(told) // 2)
    told.clear()
    window.event(QEvent(QEvent.Type.User))
    assert told == []
    window.close()
