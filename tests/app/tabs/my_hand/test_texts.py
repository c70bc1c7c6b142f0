from __future__ import annotations

import numpy as np
import pytest

from app.tabs.my_hand.texts import caption, date_in_words, headline, how_sure, meaning
from app.widgets.explanation import what_mattered, where
from nncore.handwriting.personal_test.result import HandResult
from tests.nncore.handwriting.personal_test.samples import DATE, read_drawing, result


def spot(*places: tuple[int, int], height: float = 0.5) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    looked = np.zeros((28, 28), np.float32)
    for row, column in places:
        looked[row, column] = height
    return looked


def test_the_result_is_said_with_its_interval() -> None:
    of_twenty = HandResult(tuple(read_drawing(3, 3 if n < 18 else 5) for n in range(20)), DATE, "m")
    assert headline(of_twenty) == "18 of 20 read right: 90 %"
    assert meaning(of_twenty).startswith("Of many more like these, 70 to 97 % would be read right: 20 drawings leave")
    assert "1 drawing leaves" in meaning(HandResult(of_twenty.drawings[:1], DATE, "m"))
    assert date_in_words("2026-01-03T09:05:00") == "3 Jan 2026, 9:05"


def test_a_drawing_is_said_in_a_line() -> None:
    assert [caption(drawing) for drawing in result().drawings] == [
        "asked 7, read 7", "asked 4, read 4, unsure", "asked 7, read 2", "asked 0, read no digit",
    ]  # fmt: skip


def test_how_sure_names_the_two_best_and_what_was_asked_for() -> None:
    drawing = read_drawing(8, 2)
    drawing.probabilities[:] = [0, 0.05, 0.7, 0.2, 0, 0, 0, 0, 0.05, 0]
    assert how_sure(drawing) == "It was read as a 2: 70 % for 2, 20 % for 3, 5 % for 8."
    assert how_sure(result().drawings[3]).startswith("It was called no digit: ")
    assert "an 8" in how_sure(read_drawing(1, 8))


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([(5, 5)], "top left"),
        ([(13, 13)], "middle"),
        ([(22, 13)], "bottom"),
        ([(13, 22)], "right"),
        ([(5, 22), (22, 5)], "top right and the bottom left"),
    ],
)
def test_where_the_network_looked_is_said_in_words(places: list[tuple[int, int]], words: str) -> None:
    assert where(spot(*places)) == words


def test_what_mattered_is_said_or_that_nothing_did() -> None:
    assert "most of all the top left" in what_mattered(spot((5, 5)), "a 2")
    assert what_mattered(spot((5, 5), height=0.001), "an 8").startswith("No single part made it an 8")
    against = spot((5, 5), height=-0.5)
    assert what_mattered(against, "an 8").startswith("No single part made it an 8")
