from __future__ import annotations

from app.canvas.pointer import SILENT_SECONDS, Pointer, PointerInCharge


def test_one_pointer_draws_at_a_time() -> None:
    charge = PointerInCharge(lambda: 0.0)
    assert charge.may_begin(Pointer.FINGER)
    charge.begin(Pointer.PEN)
    assert charge.pointer is Pointer.PEN
    assert charge.hear(Pointer.PEN)
    assert not charge.hear(Pointer.MOUSE)
    assert not charge.may_begin(Pointer.MOUSE)
    charge.end()
    assert charge.pointer is None
    assert charge.may_begin(Pointer.MOUSE)


def test_silence_gives_the_place_away_and_movement_keeps_it() -> None:
    now = [0.0]
    charge = PointerInCharge(lambda: now[0])
    charge.begin(Pointer.PEN)
    now[0] += SILENT_SECONDS * 0.9
    charge.hear(Pointer.PEN)
    now[0] += SILENT_SECONDS * 0.9
    charge.hear(Pointer.MOUSE)  # the other's movement says nothing of the pen
    assert not charge.may_begin(Pointer.MOUSE)
    now[0] += SILENT_SECONDS * 0.2
    assert charge.may_begin(Pointer.MOUSE)


def test_a_press_of_the_one_in_charge_means_that_its_release_was_lost() -> None:
    charge = PointerInCharge(lambda: 0.0)
    charge.begin(Pointer.PEN)
    assert charge.may_begin(Pointer.PEN)
