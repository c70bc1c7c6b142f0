from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.session.fine_tuning import Adaptation, HeldOut
from app.session.handwriting_teacher import OwnHand, library_path
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
def hand(base: Network) -> Iterator[OwnHand]:
    hand = OwnHand()
    hand.load()
    hand.set_base(base)
    yield hand
    assert hand.close()


def taught(hand: OwnHand, qtbot: QtBot, digit: int = 7, move: float = 0.0) -> Adaptation:
    with qtbot.waitSignal(hand.adapted) as told:
        hand.teach(ink(move), digit, read=2)
    return adaptation(told.args)


def adaptation(args: object) -> Adaptation:
    assert isinstance(args, list)
    found = args[0]
    assert isinstance(found, Adaptation)
    return found


def bits(found: Adaptation) -> bytes:
    return found.network.parameters.values.tobytes()


def test_what_is_taught_is_kept_at_once_and_learnt(hand: OwnHand, base: Network, qtbot: QtBot) -> None:
    before = base.parameters.values.copy()
    with qtbot.waitSignal(hand.adapted) as told:
        hand.teach(ink(), 7, read=2)
        assert library_path().exists()
        assert hand.is_busy
    found = adaptation(told.args)
    assert (found.examples, found.own_after.right, hand.has_learnt, hand.is_busy) == (1, 1, True, False)
    np.testing.assert_array_equal(base.parameters.values, before)
    assert (hand.library.examples[0].digit, hand.library.examples[0].read) == (7, 2)


def test_undo_brings_the_bits_before_back(hand: OwnHand, base: Network, qtbot: QtBot) -> None:
    first = taught(hand, qtbot)
    second = taught(hand, qtbot, digit=3, move=0.5)
    assert bits(first) != bits(second)
    with qtbot.waitSignal(hand.adapted) as told:
        hand.undo()
    assert bits(adaptation(told.args)) == bits(first)
    with qtbot.waitSignal(hand.adapted) as told:
        hand.undo()
    assert adaptation(told.args).network is base
    assert (hand.count, hand.can_undo, hand.has_learnt) == (0, False, False)


def test_forgetting_brings_the_base_back_and_can_be_undone(hand: OwnHand, base: Network, qtbot: QtBot) -> None:
    taught(hand, qtbot)
    second = taught(hand, qtbot, digit=3, move=0.5)
    with qtbot.waitSignal(hand.adapted) as told:
        hand.forget()
    assert adaptation(told.args).network is base
    assert not library_path().exists()
    assert (hand.count, hand.undo_brings_back, hand.can_undo) == (0, 2, True)
    with qtbot.waitSignal(hand.adapted) as told:
        hand.undo()
    assert bits(adaptation(told.args)) == bits(second)
    assert hand.undo_brings_back == 0


def test_a_library_that_is_there_is_learnt_again_to_the_same_bits(hand: OwnHand, base: Network, qtbot: QtBot) -> None:
    found = taught(hand, qtbot)
    later = OwnHand()
    later.load()
    with qtbot.waitSignal(later.adapted) as told:
        later.set_base(base)
    assert bits(adaptation(told.args)) == bits(found)
    assert later.close()


def test_a_base_may_be_set_without_teaching_it(hand: OwnHand, base: Network, qtbot: QtBot) -> None:
    taught(hand, qtbot)
    with qtbot.assertNotEmitted(hand.adapted, wait=100):
        hand.set_base(base.copy(), learn=False)
        assert not hand.is_busy
    assert not hand.has_learnt


def test_of_several_requests_the_newest_counts_and_all_are_kept(hand: OwnHand, qtbot: QtBot) -> None:
    told: list[int] = []
    hand.adapted.connect(lambda found: told.append(found.examples))
    for move in (0.0, 0.3, 0.6):
        hand.teach(ink(move), 7)
    qtbot.waitUntil(lambda: bool(told) and not hand.is_busy)
    assert told == [3]
    assert hand.count == 3


def test_what_was_learnt_too_late_is_not_told(hand: OwnHand, qtbot: QtBot) -> None:
    hand.teach(ink(), 7)
    for task in hand.findChildren(QThread):
        assert task.wait(60_000)  # it has learnt, and its word is on the way
    with qtbot.assertNotEmitted(hand.adapted, wait=100):
        hand.forget()
    assert not hand.has_learnt


def test_drawings_held_out_are_judged_afterwards(hand: OwnHand, qtbot: QtBot) -> None:
    taught(hand, qtbot)
    with qtbot.waitSignal(hand.judged) as told:
        hand.teach(ink(0.1), 7)
    assert isinstance(told.args, list)
    judged = told.args[0]
    assert isinstance(judged, HeldOut)
    assert (judged.after.right, judged.after.count) == (2, 2)


def test_learning_leaves_the_windows_thread_free(hand: OwnHand, qtbot: QtBot) -> None:
    threads: list[bool] = []
    hand.adapted.connect(lambda _: threads.append(threading.current_thread() is threading.main_thread()))
    taught(hand, qtbot)
    assert threads == [True]  # what is told is told on the window's thread
    hand.teach(ink(0.2), 7)
    assert any(task.isRunning() for task in hand.findChildren(QThread))


def test_a_blank_drawing_is_not_taught(hand: OwnHand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(hand.failed) as told:
        hand.teach(Ink(()), 7)
    assert told.args == ["Nothing is drawn yet, so there is nothing to learn."]
    assert hand.count == 0


def test_a_network_that_reads_no_digits_is_said_and_the_drawing_kept(hand: OwnHand, qtbot: QtBot) -> None:
    hand.set_base(Network(NetworkSpec.dense((784, 3))))
    with qtbot.waitSignal(hand.failed) as told:
        hand.teach(ink(), 7)
    assert told.args is not None
    assert "tells 3 classes apart" in told.args[0]
    assert (hand.count, hand.is_busy) == (1, False)


def test_without_a_network_the_drawing_is_kept(qtbot: QtBot) -> None:
    hand = OwnHand()
    hand.load()
    hand.teach(ink(), 7)
    assert (hand.count, hand.is_busy) == (1, False)
    assert hand.close()


def test_a_damaged_library_is_said(user_files: Path, qtbot: QtBot) -> None:
    library_path().parent.mkdir(parents=True)
    library_path().write_text("no ink", encoding="utf-8")
    hand = OwnHand()
    with qtbot.waitSignal(hand.failed) as told:
        hand.load()
    assert told.args is not None
    assert "my hand.damaged-1.unipen" in told.args[0]


def test_a_drawing_that_cannot_be_kept_is_not_taught(hand: OwnHand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(hand.failed) as told:
        hand.teach(Ink((np.array([[3e7, 0.0]], np.float32),)), 7)
    assert told.args is not None
    assert "reaches to 3e+07" in told.args[0]
    assert (hand.count, hand.is_busy) == (0, False)


def test_closing_ends_what_is_being_learnt(base: Network, qtbot: QtBot) -> None:
    hand = OwnHand()
    hand.set_base(base)
    hand.teach(ink(), 7)
    with qtbot.assertNotEmitted(hand.adapted):
        assert hand.close()
    assert not any(task.isRunning() for task in hand.findChildren(QThread))


def test_what_teaching_needs_can_be_prepared(hand: OwnHand, qtbot: QtBot) -> None:
    hand.prepare()
    found = taught(hand, qtbot)
    assert found.examples == 1
