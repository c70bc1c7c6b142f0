"""A test asks for each digit twice in a random order, and keeps drawings with their prompts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from nncore.handwriting.personal_test.handwriting_test import SKIPPED, HandwritingTest, new_test
from tests.nncore.handwriting.personal_test.samples import ink


@pytest.mark.parametrize("seed", range(20))
def test_each_digit_is_requested_twice_but_never_twice_in_a_row(seed: int) -> None:
    prompts = new_test(seed).prompts
    assert sorted(prompts) == sorted([*range(10), *range(10)])
    assert all(one != other for one, other in pairwise(prompts))


def test_the_order_depends_on_the_seed() -> None:
    assert new_test(5).prompts == new_test(5).prompts
    assert new_test(5).prompts != new_test(6).prompts


def test_drawings_belong_to_the_prompts_in_order_and_skipped_ones_do_not_count() -> None:
    first, last = ink(1), ink(2)
    test = HandwritingTest((3, 8, 1))
    assert test.prompt == 3
    test = test.with_drawing(first).with_drawing(SKIPPED)
    assert (test.prompt, test.is_complete) == (1, False)
    test = replace(test, present=first).with_drawing(last)
    assert test.present.is_blank
    assert (test.prompt, test.is_complete) == (None, True)
    assert test.written == ((3, first), (1, last))


def test_the_last_drawing_can_be_removed() -> None:
    test = HandwritingTest((3, 8)).with_drawing(ink(1))
    assert test.without_last().prompt == 3
    assert test.without_last().present is test.drawings[0]
    assert HandwritingTest((3, 8)).without_last().drawings == ()
