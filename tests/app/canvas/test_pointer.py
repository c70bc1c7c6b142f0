"""One pointer at a time draws, and another has to wait until it rests."""

from __future__ import annotations

from app.canvas.pointer import RELEASE_TIMEOUT_SECONDS, ActivePointer, Pointer


def test_one_pointer_draws_at_a_time() -> None:
    active_pointer = ActivePointer(lambda: 0.0)
    assert active_pointer.may_press(Pointer.FINGER)
    active_pointer.begin(Pointer.PEN)
    assert active_pointer.pointer is Pointer.PEN
    assert active_pointer.record_move(Pointer.PEN)
    assert not active_pointer.record_move(Pointer.MOUSE)
    assert not active_pointer.may_press(Pointer.MOUSE)
    active_pointer.end()
    assert active_pointer.pointer is None
    assert active_pointer.may_press(Pointer.MOUSE)


def test_another_pointer_may_press_after_silence_only() -> None:
    now = [0.0]
    active_pointer = ActivePointer(lambda: now[0])
    active_pointer.begin(Pointer.PEN)
    now[0] += RELEASE_TIMEOUT_SECONDS * 0.9
    active_pointer.record_move(Pointer.PEN)
    now[0] += RELEASE_TIMEOUT_SECONDS * 0.9
    active_pointer.record_move(Pointer.MOUSE)  # a movement of the other pointer does not count
    assert not active_pointer.may_press(Pointer.MOUSE)
    now[0] += RELEASE_TIMEOUT_SECONDS * 0.2
    assert active_pointer.may_press(Pointer.MOUSE)


def test_the_active_pointer_may_press_again() -> None:
    active_pointer = ActivePointer(lambda: 0.0)
    active_pointer.begin(Pointer.PEN)
    assert active_pointer.may_press(Pointer.PEN)
