"""Results, captions and confidences of a test are written in words."""

from __future__ import annotations

from app.tabs.my_hand.formatting import caption, date_in_words, headline, interval_in_words, probabilities_in_words
from nncore.handwriting.personal_test.result import HandwritingTestResult
from tests.nncore.handwriting.personal_test.samples import DATE, read_drawing, result


def test_the_result_has_an_accuracy_and_an_interval() -> None:
    of_twenty = HandwritingTestResult(tuple(read_drawing(3, 3 if n < 18 else 5) for n in range(20)), DATE, "m")
    assert headline(of_twenty) == "18 of 20 read correctly: 90 %"
    assert interval_in_words(of_twenty) == (
        "Measured on 20 drawings, so the true accuracy is probably 70 to 97 % (95 % interval)."
    )
    assert "Measured on 1 drawing," in interval_in_words(HandwritingTestResult(of_twenty.drawings[:1], DATE, "m"))
    assert date_in_words("2026-01-03T09:05:00") == "3 Jan 2026, 9:05"


def test_a_caption_has_the_requested_digit_and_the_answer() -> None:
    assert [caption(drawing) for drawing in result().drawings] == [
        "requested 7, read 7", "requested 4, read 4, unsure", "requested 7, read 2", "requested 0, read no digit",
    ]  # fmt: skip


def test_how_sure_names_the_two_best_answers_and_the_requested_digit() -> None:
    drawing = read_drawing(8, 2)
    drawing.probabilities[:] = [0, 0.05, 0.7, 0.2, 0, 0, 0, 0, 0.05, 0]
    assert probabilities_in_words(drawing) == "It was read as a 2: 70 % for 2, 20 % for 3, 5 % for 8."
    assert probabilities_in_words(result().drawings[3]).startswith("It was not accepted as a digit: ")
    assert "an 8" in probabilities_in_words(read_drawing(1, 8))
