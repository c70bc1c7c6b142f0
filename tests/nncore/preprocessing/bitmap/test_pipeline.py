"""Any picture becomes an image of 28 x 28, and one in MNIST's format stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.preprocessing.bitmap import whole_image
from nncore.preprocessing.ink import BOX_SIDE, CENTRE, SIDE
from tests.nncore.example_data import mnist

GreyImage = NDArray[np.uint8]


def mnist_image(number: int = 0) -> GreyImage:
    image: GreyImage = mnist().training.images[number]
    return image


def scanned_digit(paper: int = 200, ink: int = 30, times: int = 5) -> GreyImage:
    """Return a digit of MNIST, enlarged, on a sheet of paper, not in its middle."""
    digit = np.kron(mnist_image(), np.ones((times, times))) / 255
    sheet = np.pad(digit, ((10, 70), (90, 20)))
    return np.rint(paper + (ink - paper) * sheet).astype(np.uint8)


def correlation(one: GreyImage, other: GreyImage) -> float:
    """Correlation of two images, 1 if they are equal."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def centre_of_ink(image: GreyImage) -> tuple[float, float]:
    middles, grey = np.arange(SIDE) + 0.5, image.astype(float)
    return float(grey.sum(axis=0) @ middles / grey.sum()), float(grey.sum(axis=1) @ middles / grey.sum())


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=60)))
def test_any_image_gives_an_input_for_the_network_and_is_not_changed(grey: GreyImage) -> None:
    before = grey.copy()
    image = whole_image(grey)
    assert image.shape == (SIDE, SIDE)
    assert image.dtype == np.uint8
    assert (grey == before).all()


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=40)))
def test_the_result_has_full_ink_or_is_blank(grey: GreyImage) -> None:
    framed = np.pad(grey, 15)
    assert whole_image(framed).max() in (0, 255)


@pytest.mark.parametrize("number", range(5))
def test_an_image_in_mnist_format_stays_the_same(number: int) -> None:
    assert (whole_image(mnist_image(number)) == mnist_image(number)).all()


@pytest.mark.parametrize("number", range(5))
def test_the_negative_of_an_image_in_mnist_format_is_inverted(number: int) -> None:
    assert (whole_image(255 - mnist_image(number)) == mnist_image(number)).all()


def test_dark_ink_and_bright_ink_give_the_same_image() -> None:
    assert (whole_image(scanned_digit()) == whole_image(255 - scanned_digit())).all()


def test_an_enlarged_digit_away_from_the_middle_gives_the_original_again() -> None:
    assert correlation(whole_image(scanned_digit()), mnist_image()) > 0.8
    assert centre_of_ink(whole_image(scanned_digit())) == pytest.approx((CENTRE, CENTRE), abs=0.2)


@pytest.mark.parametrize(("paper", "ink"), [(250, 0), (180, 120), (60, 120)])
def test_the_image_does_not_depend_on_contrast(paper: int, ink: int) -> None:
    assert correlation(whole_image(scanned_digit(paper, ink)), whole_image(scanned_digit())) > 0.99
    assert whole_image(scanned_digit(paper, ink)).max() == 255


def test_the_grain_of_paper_is_not_taken_for_ink() -> None:
    grain = np.random.default_rng(0).integers(-8, 9, scanned_digit().shape)
    assert correlation(whole_image((scanned_digit() + grain).astype(np.uint8)), whole_image(scanned_digit())) > 0.95


def test_a_dark_speck_on_the_border_does_not_change_the_image() -> None:
    scan = scanned_digit(paper=60, ink=255)
    without = whole_image(scan)
    scan[0, 5] = 0
    assert (whole_image(scan) == without).all()


def test_lopsided_ink_stays_in_the_frame() -> None:
    flag = np.zeros((100, 100), np.uint8)
    flag[10:90, 10:30] = 255
    flag[48:52, 10:90] = 255
    image = whole_image(flag)
    assert centre_of_ink(image)[0] < CENTRE
    assert np.ptp(np.flatnonzero(image.any(axis=0))) + 1 in (BOX_SIDE, BOX_SIDE + 1)


def test_the_larger_side_spans_twenty_pixels() -> None:
    inked = whole_image(scanned_digit()) > 0
    sides = [np.ptp(np.flatnonzero(inked.any(axis=axis))) + 1 for axis in (0, 1)]
    assert max(sides) in (BOX_SIDE, BOX_SIDE + 1)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 255), st.integers(0, 10))
@example(SIDE, SIDE, 0, 10)
def test_an_empty_sheet_is_blank(height: int, width: int, paper: int, grain: int) -> None:
    sheet = np.full((height, width), min(paper, 245), np.uint8)
    sheet[height // 2, width // 2] += grain
    assert not whole_image(sheet).any()


@pytest.mark.parametrize("times", [1, 2, 100])
def test_small_and_huge_scans_give_similar_images(times: int) -> None:
    assert correlation(whole_image(scanned_digit(times=times)), whole_image(scanned_digit())) > (
        0.85 if times == 1 else 0.97
    )


@pytest.mark.parametrize("shape", [(1, 4000), (4000, 1)])
def test_a_line_one_pixel_thin_is_found(shape: tuple[int, int]) -> None:
    image = whole_image(np.pad(np.full(shape, 255, np.uint8), 50))
    assert image.max() == 255
    assert sorted(np.ptp(np.argwhere(image), axis=0) + 1) == pytest.approx([3, BOX_SIDE], abs=1)


@pytest.mark.parametrize(
    "bad",
    [np.zeros((28, 28, 3), np.uint8), np.zeros(784, np.uint8), np.zeros((0, 5), np.uint8), np.zeros((28, 28))],
)
def test_an_array_that_is_not_a_grey_image_is_rejected(bad: GreyImage) -> None:
    with pytest.raises(DataError, match="expected uint8, height and width at least 1"):
        whole_image(bad)
