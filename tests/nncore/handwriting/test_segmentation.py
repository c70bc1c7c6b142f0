"""Strokes of a number are grouped into digits, whatever their sizes and gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.evaluation.recognition import read_digit
from nncore.files.model_file import bundled_model_path, load_model
from nncore.handwriting.segmentation import MAX_STROKES, read_number, split_into_digits, stroke_groups
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import Ink, Preparation, rasterize
from tests.nncore.preprocessing.written_digits import DIGITS, Points, arc, ink_of

SHAPES: dict[str, list[Points]] = {
    **{str(digit): strokes for digit, strokes in DIGITS.items()},
    "crossed 7": [[(0, 0), (11, 0), (4, 20)], [(3, 10), (10, 9)]],
    "4 in two strokes": [[(5, 0), (0, 12), (12, 12)], [(9, 5), (8, 20)]],
    "4 whose stem stands aside": [[(2, 0), (0, 11), (9, 12)], [(9.6, 3), (9.4, 20)]],
    "5 with a flag": [[(2, 0), (1, 9), *arc(5, 14, 6, 6, -100, 150)], [(2, 0), (10, -0.5)]],
    "8 as two circles": [arc(5, 5, 4.5, 5, 90, 450), arc(5, 15, 5, 5, -90, 270)],
    "1 with a foot": [[(0, 5), (4, 0), (4, 20)], [(0, 20), (8, 20)]],
    "9 with its tail apart": [arc(5, 5, 5, 5, 0, 360), [(10, 4), (9, 20)]],
}
names = pytest.mark.parametrize("name", SHAPES)
shapes = st.sampled_from(list(SHAPES))


def side_by_side(names: Sequence[str], gap: float, heights: Sequence[float] = ()) -> tuple[Ink, list[tuple[int, ...]]]:
    """Digits with a gap of `gap` times 20 between them, and the strokes of each."""
    strokes, owners, x, done = [], [], 0.0, 0
    for number, name in enumerate(names):
        height = heights[number] if heights else 1.0
        ink = ink_of(SHAPES[name])
        low, high = ink.points.min(axis=0), ink.points.max(axis=0)
        move = np.array([x, 10 - height * (low[1] + high[1]) / 2])
        strokes += [(stroke - [low[0], 0]) * height + move for stroke in ink.strokes]
        owners.append(tuple(range(done, done + len(ink.strokes))))
        done += len(ink.strokes)
        x += float(high[0] - low[0]) * height + 20 * gap
    return ink_of(strokes), owners


@pytest.fixture(scope="module")
def network() -> Network:
    return load_model(bundled_model_path()).network()


def test_blank_ink_has_no_digits(network: Network) -> None:
    assert split_into_digits(Ink(())) == ()
    assert read_number(network, Ink(())).text == ""


@names
def test_one_digit_is_not_split(name: str, network: Network) -> None:
    ink = ink_of(SHAPES[name])
    for classifier in (None, network):
        (whole,) = split_into_digits(ink, classifier)
        assert [stroke.tolist() for stroke in whole.strokes] == [stroke.tolist() for stroke in ink.strokes]


@given(st.lists(shapes, min_size=2, max_size=5), st.floats(0.12, 2), st.floats(1e-3, 1e3))
def test_digits_with_gaps_between_them_are_separated(names: list[str], gap: float, scale: float) -> None:
    ink, owners = side_by_side(names, gap)
    assert list(stroke_groups(Ink(tuple(stroke * np.float32(scale) for stroke in ink.strokes)))) == owners


@given(st.lists(st.tuples(shapes, st.floats(0.65, 1)), min_size=2, max_size=4))
def test_digits_may_differ_in_size(digits: list[tuple[str, float]]) -> None:
    ink, owners = side_by_side([name for name, _ in digits], 0.3, [height for _, height in digits])
    assert list(stroke_groups(ink)) == owners


@pytest.mark.parametrize("gap", [-0.03, 0.0, 0.05, 0.1, 0.3, 0.8])
def test_ten_is_not_read_as_four(gap: float, network: Network) -> None:
    ink, owners = side_by_side(["1", "0"], gap)
    number = read_number(network, ink)
    assert number.text == "10"
    assert list(number.groups) == owners


@given(st.permutations(range(6)))
def test_the_order_of_strokes_does_not_matter(order: list[int]) -> None:
    ink, owners = side_by_side(["crossed 7", "4 in two strokes", "5 with a flag"], 0.2)
    mixed = Ink(tuple(ink.strokes[stroke] for stroke in order))
    assert [{order[stroke] for stroke in group} for group in stroke_groups(mixed)] == [set(group) for group in owners]


def test_each_digit_is_read_like_a_single_digit(network: Network) -> None:
    ink, owners = side_by_side(["3", "crossed 7", "0"], 0.3)
    number = read_number(network, ink)
    assert len(number.predictions) == len(number.inks) == 3
    for group, part, prediction in zip(owners, number.inks, number.predictions, strict=True):
        assert [s.tolist() for s in part.strokes] == [ink.strokes[stroke].tolist() for stroke in group]
        assert (prediction.probabilities == read_digit(network, rasterize(part)).probabilities).all()
    assert [number.digit_of_stroke(stroke) for stroke in range(4)] == [0, 1, 1, 2]
    with pytest.raises(IndexError):
        number.digit_of_stroke(4)


def test_digits_are_drawn_with_the_given_preparation(network: Network) -> None:
    ink, _ = side_by_side(["3", "0"], 0.3)
    small = Ink(tuple(stroke / np.float32(100) + np.float32(0.1) for stroke in ink.strokes))
    preparation = Preparation(fit=False)
    number = read_number(network, small, preparation)
    assert (number.predictions[0].image == rasterize(number.inks[0], preparation)).all()


def test_a_scribble_of_many_strokes_is_not_split() -> None:
    scribble = ink_of([[(x, 0.0), (x + 1.0, 9.0)] for x in range(MAX_STROKES + 1)])
    assert len(split_into_digits(scribble)) == 1


@given(st.lists(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=5), max_size=12))
def test_every_stroke_of_any_drawing_belongs_to_one_digit(strokes: list[list[tuple[float, float]]]) -> None:
    found = stroke_groups(ink_of(strokes))
    assert sorted(stroke for group in found for stroke in group) == list(range(len(strokes)))


def test_dots_at_one_position_are_one_digit() -> None:
    assert len(split_into_digits(ink_of([[(5, 5)], [(5, 5)], [(5, 5), (5, 5)]]))) == 1


def test_the_network_decides_doubtful_cases() -> None:
    """A network that is sure of one image only: both strokes together, or each separately."""
    doubtful = ink_of([[(5, 0), (0, 12), (12, 12)], [(12.4, 0), (12.3, 20)]])
    together = rasterize(doubtful).reshape(-1).astype(np.float32) / 255
    classifier = Network(NetworkSpec.dense((784, 10)))
    classifier.parameters.value("1.W")[:, 0] = together - together.mean()
    classifier.parameters.value("1.W")[:] *= 5
    assert len(split_into_digits(doubtful, classifier)) == 1
    apart = [rasterize(Ink((stroke,))).reshape(-1).astype(np.float32) / 255 for stroke in doubtful.strokes]
    for digit, picture in enumerate(apart):
        classifier.parameters.value("1.W")[:, digit] = 5 * (picture - together)
    assert len(split_into_digits(doubtful, classifier)) == 2


def test_the_network_is_asked_about_each_stroke_and_both_together_scaled_as_in_training(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful = ink_of([[(5, 0), (0, 12), (12, 12)], [(12.4, 0), (12.3, 20)]])
    asked = []

    def predict(self: Network, X: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(X)
        return np.full((len(X), 10), 0.1, np.float32)

    monkeypatch.setattr(Network, "predict", predict)
    split_into_digits(doubtful, network)
    parts = [Ink((doubtful.strokes[0],)), Ink((doubtful.strokes[1],)), doubtful]
    (X,) = asked
    np.testing.assert_allclose(X, np.stack([rasterize(part).reshape(-1) for part in parts]) / 255, rtol=1e-6)


def test_a_network_that_does_not_read_digits_is_not_asked() -> None:
    ink, _ = side_by_side(["1", "0"], 0.02)
    other = Network(NetworkSpec.dense((4, 3), input_shape=(4,)))
    assert stroke_groups(ink, other) == stroke_groups(ink)
    with pytest.raises(DataError, match="Open or train one for digits"):
        read_number(other, ink)
