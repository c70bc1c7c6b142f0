"""A round eraser removes what its discs reach, and cuts a line at their edges; short remains go, too."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.preprocessing.erasing import MIN_PIECE_LENGTH, discs_along, parts_outside


def test_discs_cover_a_path_without_gaps_from_its_first_to_its_last_point() -> None:
    path = np.array([(0.1, 0.1), (0.5, 0.1), (0.5, 0.3)])
    discs = discs_along(path, 0.05)
    np.testing.assert_array_equal(discs[0], path[0])
    np.testing.assert_array_equal(discs[-1], path[-1])
    assert np.linalg.norm(np.diff(discs, axis=0), axis=1).max() <= 0.025 + 1e-12


def test_a_line_is_cut_at_the_edges_of_a_disc() -> None:
    line = np.array([(0.1, 0.5), (0.9, 0.5)])
    left, right = parts_outside(line, np.array([(0.5, 0.5)]), 0.1)
    assert left.tolist() == [[0.1, 0.5], pytest.approx([0.4, 0.5])]
    assert right.tolist() == [pytest.approx([0.6, 0.5]), [0.9, 0.5]]
    (untouched,) = parts_outside(line, np.array([(0.5, 0.7)]), 0.1)
    assert untouched is line


def test_a_remainder_that_is_too_short_is_left_out() -> None:
    end = 0.6 + MIN_PIECE_LENGTH / 2
    (part,) = parts_outside(np.array([(0.1, 0.5), (end, 0.5)]), np.array([(0.5, 0.5)]), 0.1)
    assert part[-1] == pytest.approx([0.4, 0.5])
