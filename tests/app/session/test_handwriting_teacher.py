"""Taught drawings are learned and kept; undo and forgetting restore the bits of the base."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.session.fine_tuning import Adaptation, HeldOut
from app.session.handwriting_teacher import HandwritingTeacher
from app.storage.paths import own_ink_path
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import Ink

STROKE = ((0.2, 0.2), (0.8, 0.2), (0.5, 0.8))


def ink(move: float = 0.0) -> Ink:
    return Ink((np.array([(x, y * (1 + move)) for x, y in STROKE], np.float32),))


@pytest.fixture
def base() -> Network:
    network = Network(NetworkSpec.dense((784, 16, 10)))
    network.initialize(np.random.default_rng(0))
    return network


@pytest.fixture
def teacher(base: Network) -> Iterator[HandwritingTeacher]:
    teacher = HandwritingTeacher()
    teacher.load()
    teacher.set_base(base)
    yield teacher
    assert teacher.close()


def taught(teacher: HandwritingTeacher, qtbot: QtBot, digit: int = 7, move: float = 0.0) -> Adaptation:
    with qtbot.waitSignal(teacher.adapted) as signal:
        teacher.teach(ink(move), digit, read=2)
    return adaptation(signal.args)


def adaptation(args: object) -> Adaptation:
    assert isinstance(args, list)
    found = args[0]
    assert isinstance(found, Adaptation)
    return found


def bits(found: Adaptation) -> bytes:
    return found.network.parameters.values.tobytes()


def test_a_taught_drawing_is_saved_and_learned(teacher: HandwritingTeacher, base: Network, qtbot: QtBot) -> None:
    before = base.parameters.values.copy()
    with qtbot.waitSignal(teacher.adapted) as signal:
        teacher.teach(ink(), 7, read=2)
        assert own_ink_path().exists()
        assert teacher.is_busy
    found = adaptation(signal.args)
    assert (found.examples, found.own_after.correct, teacher.has_learned, teacher.is_busy) == (1, 1, True, False)
    np.testing.assert_array_equal(base.parameters.values, before)
    assert (teacher.library.examples[0].digit, teacher.library.examples[0].read) == (7, 2)


def test_undo_restores_the_previous_bits(teacher: HandwritingTeacher, base: Network, qtbot: QtBot) -> None:
    first = taught(teacher, qtbot)
    second = taught(teacher, qtbot, digit=3, move=0.5)
    assert bits(first) != bits(second)
    with qtbot.waitSignal(teacher.adapted) as signal:
        teacher.undo()
    assert bits(adaptation(signal.args)) == bits(first)
    with qtbot.waitSignal(teacher.adapted) as signal:
        teacher.undo()
    assert adaptation(signal.args).network is base
    assert (teacher.count, teacher.can_undo, teacher.has_learned) == (0, False, False)


def test_forgetting_restores_the_base_and_can_be_undone(
    teacher: HandwritingTeacher, base: Network, qtbot: QtBot
) -> None:
    taught(teacher, qtbot)
    second = taught(teacher, qtbot, digit=3, move=0.5)
    with qtbot.waitSignal(teacher.adapted) as signal:
        teacher.forget()
    assert adaptation(signal.args).network is base
    assert not own_ink_path().exists()
    assert (teacher.count, teacher.restorable_count, teacher.can_undo) == (0, 2, True)
    with qtbot.waitSignal(teacher.adapted) as signal:
        teacher.undo()
    assert bits(adaptation(signal.args)) == bits(second)
    assert teacher.restorable_count == 0


def test_saved_examples_are_learned_again_to_the_same_bits(
    teacher: HandwritingTeacher, base: Network, qtbot: QtBot
) -> None:
    found = taught(teacher, qtbot)
    later = HandwritingTeacher()
    later.load()
    with qtbot.waitSignal(later.adapted) as signal:
        later.set_base(base)
    assert bits(adaptation(signal.args)) == bits(found)
    assert later.close()


def test_set_base_can_leave_the_base_unadapted(teacher: HandwritingTeacher, base: Network, qtbot: QtBot) -> None:
    taught(teacher, qtbot)
    with qtbot.assertNotEmitted(teacher.adapted, wait=100):
        teacher.set_base(base.copy(), learn=False)
        assert not teacher.is_busy
    assert not teacher.has_learned


def test_only_the_newest_request_is_adapted(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    counts: list[int] = []
    teacher.adapted.connect(lambda adaptation: counts.append(adaptation.examples))
    for move in (0.0, 0.3, 0.6):
        teacher.teach(ink(move), 7)
    qtbot.waitUntil(lambda: bool(counts) and not teacher.is_busy)
    assert counts == [3]
    assert teacher.count == 3


def test_an_outdated_adaptation_is_not_emitted(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    teacher.teach(ink(), 7)
    for task in teacher.findChildren(QThread):
        assert task.wait(240_000)  # it has finished; its signal is still queued
    with qtbot.assertNotEmitted(teacher.adapted, wait=100):
        teacher.forget()
    assert not teacher.has_learned


def test_cross_validation_follows_the_adaptation(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    taught(teacher, qtbot)
    with qtbot.waitSignal(teacher.cross_validated) as signal:
        teacher.teach(ink(0.1), 7)
    assert isinstance(signal.args, list)
    judged = signal.args[0]
    assert isinstance(judged, HeldOut)
    assert (judged.after.correct, judged.after.total) == (2, 2)


def test_learning_leaves_the_windows_thread_free(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    threads: list[bool] = []
    teacher.adapted.connect(lambda _: threads.append(threading.current_thread() is threading.main_thread()))
    taught(teacher, qtbot)
    assert threads == [True]  # the signal arrives on the window's thread
    teacher.teach(ink(0.2), 7)
    assert teacher.is_busy  # `teach` did not wait
    qtbot.waitUntil(lambda: any(thread.isRunning() for thread in teacher.findChildren(QThread)))


def test_a_blank_drawing_is_not_learned(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    with qtbot.waitSignal(teacher.failed) as signal:
        teacher.teach(Ink(()), 7)
    assert signal.args == ["Nothing is drawn yet, so there is nothing to learn."]
    assert teacher.count == 0


def test_a_network_without_digits_gives_a_message(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    teacher.set_base(Network(NetworkSpec.dense((784, 3))))
    with qtbot.waitSignal(teacher.failed) as signal:
        teacher.teach(ink(), 7)
    assert signal.args is not None
    assert "has 3 classes" in signal.args[0]
    assert (teacher.count, teacher.is_busy) == (1, False)


def test_without_a_network_the_drawing_is_saved(qtbot: QtBot) -> None:
    teacher = HandwritingTeacher()
    teacher.load()
    teacher.teach(ink(), 7)
    assert (teacher.count, teacher.is_busy) == (1, False)
    assert teacher.close()


def test_a_damaged_library_gives_a_message(user_files: Path, qtbot: QtBot) -> None:
    own_ink_path().parent.mkdir(parents=True)
    own_ink_path().write_text("no ink", encoding="utf-8")
    teacher = HandwritingTeacher()
    with qtbot.waitSignal(teacher.failed) as signal:
        teacher.load()
    assert signal.args is not None
    assert "my hand.damaged-1.unipen" in signal.args[0]


def test_a_drawing_that_cannot_be_saved_is_not_learned(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    with qtbot.waitSignal(teacher.failed) as signal:
        teacher.teach(Ink((np.array([[3e7, 0.0]], np.float32),)), 7)
    assert signal.args is not None
    assert "reaches to 30000000" in signal.args[0]
    assert (teacher.count, teacher.is_busy) == (0, False)


def test_closing_stops_the_adaptation(base: Network, qtbot: QtBot) -> None:
    teacher = HandwritingTeacher()
    teacher.set_base(base)
    teacher.teach(ink(), 7)
    with qtbot.assertNotEmitted(teacher.adapted):
        assert teacher.close()
    assert not any(task.isRunning() for task in teacher.findChildren(QThread))


def test_the_replay_data_can_be_loaded_in_advance(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    teacher.load_replay_data()
    found = taught(teacher, qtbot)
    assert found.examples == 1


def test_the_same_drawing_is_taught_once(teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    taught(teacher, qtbot)
    with qtbot.waitSignal(teacher.failed) as failed:
        teacher.teach(ink(), 7, read=2)
    assert failed.args == ["This drawing is already taught as 7. Draw another one."]
    assert (teacher.count, teacher.is_busy, teacher.has_learned) == (1, False, True)
    taught(teacher, qtbot, digit=3)
    assert teacher.count == 2
