"""Synthetic writers write every glyph near its control points, with a style that stays the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.handwriting.synthetic import NON_DIGIT_KINDS, digits, non_digits, scribbles
from nncore.handwriting.synthetic.digit_glyphs import DIGIT_GLYPHS, RARE_GLYPHS
from nncore.handwriting.synthetic.digits import random_glyph
from nncore.handwriting.synthetic.glyph import parse_glyph
from nncore.handwriting.synthetic.non_digits import QUARTER_TURNS
from nncore.handwriting.synthetic.symbol_glyphs import SYMBOL_GLYPHS
from nncore.handwriting.synthetic.writer_style import WriterStyle
from nncore.preprocessing.ink import Ink, rasterize


def points_of(ink: Ink) -> NDArray[np.float32]:
    return np.concatenate(ink.strokes)


def bits(ink: Ink) -> tuple[bytes, ...]:
    return tuple(stroke.tobytes() for stroke in ink.strokes)


def test_every_glyph_of_a_digit_is_written_near_its_control_points() -> None:
    rng = np.random.default_rng(1)
    for digit, glyphs in DIGIT_GLYPHS.items():
        assert len(glyphs) >= 9, digit
        for name, glyph in glyphs.items():
            ink = WriterStyle.random(rng).write(glyph, rng)
            assert len(ink.strokes) == len(glyph.lengths), (digit, name)
            assert rasterize(ink).max() == 255, (digit, name)
            assert np.ptp(glyph.control[:, 1]) == pytest.approx(1, abs=0.12), (digit, name)


def test_every_glyph_of_a_digit_is_chosen_and_rare_ones_less_often() -> None:
    rng = np.random.default_rng(2)
    for digit, glyphs in DIGIT_GLYPHS.items():
        chosen = [random_glyph(digit, rng) for _ in range(1500)]
        counts = {name: sum(glyph is one for one in chosen) for name, glyph in glyphs.items()}
        usual = np.mean([count for name, count in counts.items() if name not in RARE_GLYPHS])
        assert min(counts.values()) > 0, digit
        assert all(count < 0.7 * usual for name, count in counts.items() if name in RARE_GLYPHS), digit


def test_rare_glyphs_exist() -> None:
    assert set().union(*DIGIT_GLYPHS.values()) >= RARE_GLYPHS


def test_curves_pass_through_their_control_points_and_only_corners_are_sharp() -> None:
    glyph = parse_glyph("0,0 50,0! 50,100; 10,10 20,30 60,20")
    points = glyph.sharp @ glyph.control
    assert glyph.lengths == (13, 13)
    np.testing.assert_allclose(points[[0, 6, 12, 13, 19, 25]], glyph.control, atol=1e-12)
    np.testing.assert_allclose(points[:7, 1], 0, atol=1e-12)  # straight up to the corner,
    np.testing.assert_allclose(points[6:13, 0], 0.5, atol=1e-12)  # and straight from it on
    rounded = glyph.smooth @ glyph.control
    assert rounded[:7, 1].min() < -0.01
    np.testing.assert_array_equal(rounded[13:], points[13:])


def test_the_same_seed_gives_the_same_digits_and_drawings() -> None:
    first, second, other = (digits(40, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first.labels == second.labels
    assert first.writers == second.writers
    assert [bits(ink) for ink in first.inks] == [bits(ink) for ink in second.inks]
    assert not {bits(ink) for ink in first.inks} & {bits(ink) for ink in other.inks}
    drawings = [[bits(ink) for ink in non_digits(80, np.random.default_rng(seed))] for seed in (3, 3)]
    assert drawings[0] == drawings[1]


def test_a_second_call_gives_other_drawings() -> None:
    rng = np.random.default_rng(5)
    inks = [*digits(60, rng).inks, *digits(60, rng).inks, *non_digits(60, rng), *non_digits(60, rng)]
    assert len({bits(ink) for ink in inks if len(points_of(ink)) > 1}) == sum(len(points_of(ink)) > 1 for ink in inks)
    labels = [digits(60, rng).labels for _ in range(2)]
    assert labels[0] != labels[1]


def test_digits_are_equally_frequent_and_come_from_several_writers() -> None:
    samples = digits(205, np.random.default_rng(6))
    counts = np.bincount(np.array(samples.labels, np.intp), minlength=10)
    assert len(samples) == 205
    assert set(counts.tolist()) == {20, 21}
    assert 8 <= len(set(samples.writers)) <= 11
    assert len(samples.to_dataset().images) == 205


def test_the_digits_of_a_writer_are_similar() -> None:
    """Rounding depends on the writer's tablet: coordinates are always whole numbers, or never."""
    samples = digits(400, np.random.default_rng(7))
    whole: dict[str, set[bool]] = {}
    for ink, writer in zip(samples.inks, samples.writers, strict=True):
        points = points_of(ink)
        whole.setdefault(writer, set()).add(bool((points == np.rint(points)).all()))
    assert all(len(kinds) == 1 for kinds in whole.values())
    assert set().union(*whole.values()) == {True, False}


def test_size_position_slant_and_sampling_vary() -> None:
    samples = digits(1000, np.random.default_rng(8))
    points = [points_of(ink) for ink in samples.inks]
    heights = np.array([np.ptp(drawn[:, 1]) for drawn in points])
    middles = np.array([(drawn.min(axis=0) + drawn.max(axis=0)) / 2 for drawn in points])
    counts = np.array([len(drawn) for drawn in points])
    assert np.quantile(heights, 0.95) > 3 * np.quantile(heights, 0.05)
    assert (middles.std(axis=0) > 70).all()
    assert np.quantile(counts, 0.95) > 4 * np.quantile(counts, 0.05)


def test_the_slant_depends_on_the_writer() -> None:
    rng = np.random.default_rng(8)
    assert np.std([WriterStyle.random(rng).slant for _ in range(200)]) > 0.15

    def leans(slant: float) -> list[float]:
        """The mean slant of a bar (dx / dy) for several writers with this slant."""
        styles = [replace(WriterStyle.random(rng), slant=slant) for _ in range(30)]
        bars = [points_of(style.write(DIGIT_GLYPHS[1]["bar"], rng)) for style in styles]
        return [-float(np.polyfit(bar[:, 1], bar[:, 0], 1)[0]) for bar in bars]

    assert np.median(leans(0.4)) == pytest.approx(0.4, abs=0.1)
    assert np.median(leans(-0.4)) == pytest.approx(-0.4, abs=0.1)


def test_all_coordinates_lie_on_or_near_the_tablet() -> None:
    rng = np.random.default_rng(9)
    for ink in (*digits(300, rng).inks, *non_digits(300, rng)):
        assert points_of(ink).min() > -500  # Ink rejects numbers that are not finite
        assert points_of(ink).max() < 2500


def test_most_ones_are_narrower_than_sevens() -> None:
    samples = digits(1000, np.random.default_rng(10))
    widths: dict[int | None, list[float]] = {1: [], 7: []}
    for ink, label in zip(samples.inks, samples.labels, strict=True):
        if label in widths:
            points = points_of(ink)
            top = points[points[:, 1] < points[:, 1].min() + 0.15 * np.ptp(points[:, 1])]
            widths[label].append(float(np.ptp(top[:, 0]) / np.ptp(points[:, 1])))
    assert np.quantile(widths[1], 0.8) < np.quantile(widths[7], 0.3)


@pytest.mark.parametrize("kind", NON_DIGIT_KINDS)
def test_every_kind_gives_a_new_drawing_each_time(kind: str) -> None:
    rng = np.random.default_rng(11)
    inks = [NON_DIGIT_KINDS[kind](rng) for _ in range(30)]
    assert len({bits(ink) for ink in inks}) == 30
    assert all(rasterize(ink).max() > 0 for ink in inks)


@pytest.mark.parametrize("kind", SYMBOL_GLYPHS)
def test_every_symbol_of_a_kind_is_drawn(kind: str) -> None:
    rng = np.random.default_rng(12)
    for name, glyph in SYMBOL_GLYPHS[kind].items():
        assert np.ptp(glyph.control[:, 1]) > 0.3, name
        assert rasterize(WriterStyle.random(rng).write(glyph, rng)).max() == 255, name
    drawn = {len(NON_DIGIT_KINDS[kind](rng).strokes) for _ in range(400)}
    assert drawn == {len(glyph.lengths) for glyph in SYMBOL_GLYPHS[kind].values()}


def test_the_kinds_are_complete() -> None:
    assert set(SYMBOL_GLYPHS) <= set(NON_DIGIT_KINDS)
    assert {"zigzag", "spiral", "point", "dots", "line", "two digits", "crossed out", "turned digit"} <= set(
        NON_DIGIT_KINDS
    )
    assert len(NON_DIGIT_KINDS) >= 25


def test_all_kinds_are_among_the_drawings() -> None:
    drawings = non_digits(400, np.random.default_rng(13))
    assert len(drawings) == 400
    assert sum(len(points_of(ink)) == 1 for ink in drawings) >= 5  # points
    assert sum(len(ink.strokes) >= 6 for ink in drawings) >= 10  # hatching, dots, suns, fans
    assert sum(len(ink.strokes) == 1 for ink in drawings) >= 100


def test_letters_that_look_like_digits_are_left_out() -> None:
    letters = {name.split(",")[0] for kind in ("capital letter", "small letter") for name in SYMBOL_GLYPHS[kind]}
    assert not letters & set("BDGIJOQSYZbcgijloqsyz")


def test_a_spiral_has_at_least_two_full_turns() -> None:
    rng = np.random.default_rng(14)
    for _ in range(30):
        x, y = scribbles.spiral(rng)[0].T
        assert np.ptp(np.unwrap(np.arctan2(y, x))) > 4 * np.pi


def test_a_wandering_stroke_is_too_long_for_a_digit() -> None:
    rng = np.random.default_rng(14)
    for _ in range(50):
        stroke = scribbles.wandering(rng)[0]
        assert np.hypot(*np.diff(stroke, axis=0).T).sum() > 4 * np.ptp(stroke, axis=0).max()


def test_a_dot_is_tiny_but_not_a_line() -> None:
    rng = np.random.default_rng(14)
    for _ in range(50):
        size = np.ptp(points_of(NON_DIGIT_KINDS["dot"](rng)), axis=0)
        assert size.max() < 20
        assert size.min() > 0.2 * size.max()


def test_a_line_is_too_flat_for_a_one() -> None:
    rng = np.random.default_rng(15)
    for _ in range(100):
        width, height = np.ptp(points_of(NON_DIGIT_KINDS["line"](rng)), axis=0)
        assert height < 1.2 * width


def test_two_digits_are_wider_than_one() -> None:
    rng = np.random.default_rng(16)
    sizes = [np.ptp(points_of(NON_DIGIT_KINDS["two digits"](rng)), axis=0) for _ in range(100)]
    assert np.median([width / height for width, height in sizes]) > 1


def test_digits_that_stay_digits_are_not_rotated() -> None:
    assert not set(QUARTER_TURNS) & {0, 1, 2, 5, 6, 8, 9}


def test_a_count_of_zero_gives_nothing_and_a_negative_count_is_rejected() -> None:
    rng = np.random.default_rng(17)
    assert len(digits(0, rng)) == 0
    assert non_digits(0, rng) == ()
    for draw in (digits, non_digits):
        with pytest.raises(SettingError, match="The count must be 0 or more; got -1"):
            draw(-1, rng)
