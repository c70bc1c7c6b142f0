"""Each distortion changes images as its setting says, and none leaves every bit unchanged."""

from __future__ import annotations

import tracemalloc
from math import inf, nan

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.errors import SettingError
from nncore.preprocessing.augmentation import MAX_DISTORTION, Augmentation, Distorter
from tests.nncore.example_data import mnist, small_mnist

EVERYTHING = Augmentation(shift=1.5, rotation=12, scale=0.12, slant=0.15, elastic=1.0, thickness=1.0, noise=0.1)
SETTINGS = ["shift", "rotation", "scale", "slant", "elastic", "thickness", "noise"]


def digits(count: int = 50) -> NDArray[np.uint8]:
    return small_mnist().training.images[:count]


def distorted(augmentation: Augmentation, images: NDArray[np.uint8], seed: int = 0) -> NDArray[np.float32]:
    n, height, width = images.shape
    out = np.full((n, height * width), np.nan, np.float32)
    Distorter(augmentation, (height, width), n).apply(images, out, np.random.default_rng(seed))
    return out.reshape(images.shape)


def centre(images: NDArray[np.generic]) -> NDArray[np.float64]:
    """Centre of mass (n, 2) as row, column."""
    ink = images / images.sum(axis=(1, 2), keepdims=True)
    rows, columns = np.mgrid[: images.shape[1], : images.shape[2]]
    return np.stack([(ink * rows).sum(axis=(1, 2)), (ink * columns).sum(axis=(1, 2))], axis=1)


def spots(count: int, height: int = 28, width: int = 28, size: float = 3.0) -> NDArray[np.uint8]:
    """Return images of a round spot with soft edges in the middle."""
    rows, columns = np.mgrid[:height, :width]
    away = (rows - (height - 1) / 2) ** 2 + (columns - (width - 1) / 2) ** 2
    image = (255 * np.exp(-away / (2 * size**2))).astype(np.uint8)
    return np.repeat(image[None], count, axis=0)


@pytest.mark.parametrize("shape", [(28, 28), (5, 9)])
def test_without_distortions_images_stay_the_same_to_the_bit(shape: tuple[int, int]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (50, *shape), dtype=np.uint8)
    np.testing.assert_array_equal(distorted(Augmentation(), images), images * np.float32(1 / 255))
    np.testing.assert_allclose(distorted(Augmentation(), images), images / 255, rtol=2e-7)


def test_a_shift_moves_each_image_differently_and_within_the_limit() -> None:
    moved = centre(distorted(Augmentation(shift=2), digits())) - centre(digits())
    assert np.abs(moved).max() <= 2.01
    assert (np.abs(moved).max(axis=0) > 1.5).all()
    assert len(np.unique(moved.round(3), axis=0)) == 50


def test_shifts_are_uniform_and_independent_in_both_directions() -> None:
    moved = centre(distorted(Augmentation(shift=3), spots(2000))) - 13.5
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=0.15)
    np.testing.assert_allclose(moved.std(axis=0), 3 / np.sqrt(3), rtol=0.06)
    assert abs((moved[:, 0] * moved[:, 1]).mean()) < 0.3


def test_a_shift_by_whole_pixels_moves_pixels_exactly() -> None:
    class LargestShift:
        """Replaces the generator: the largest shift, down and to the right."""

        def random(self, out: NDArray[np.float32], dtype: type) -> None:
            out[:] = 0.5
            out[4:6] = 1.0

    images, out = digits(1), np.empty((1, 784), np.float32)
    Distorter(Augmentation(shift=3), (28, 28), 1).apply(images, out, LargestShift())  # type: ignore[arg-type]
    expected = np.zeros((28, 28))
    expected[3:, 3:] = images[0, :-3, :-3]
    np.testing.assert_allclose(out.reshape(28, 28), expected / 255, rtol=2e-7)


def test_a_rotation_keeps_the_amount_of_ink_and_its_centre() -> None:
    before, after = digits() / 255, distorted(Augmentation(rotation=15), digits())
    np.testing.assert_allclose(after.sum(axis=(1, 2)), before.sum(axis=(1, 2)), rtol=0.05)
    np.testing.assert_allclose(centre(after), centre(before), atol=0.6)
    assert np.abs(after - before).mean() > 0.01


@pytest.mark.parametrize("shape", [(28, 28), (28, 36)])
def test_a_rotation_turns_by_at_most_the_limit(shape: tuple[int, int]) -> None:
    """The angle is that of the main axis of the ink, computed from its second moments."""
    bar = np.zeros((200, *shape), np.uint8)
    bar[:, 12:16, 4:-4] = 255
    turned = distorted(Augmentation(rotation=40), bar).astype(np.float64)
    middle = centre(turned)[:, :, None, None]
    np.testing.assert_allclose(middle[:, :, 0, 0], centre(bar), atol=0.05)
    down, across = np.mgrid[: shape[0], : shape[1]][:, None] - middle.transpose(1, 0, 2, 3)
    spread = [(turned * product).sum(axis=(1, 2)) for product in (down * across, across**2 - down**2)]
    angles = np.rad2deg(np.arctan2(2 * spread[0], spread[1]) / 2)
    assert 38 < angles.max() < 41
    assert -41 < angles.min() < -38


def test_scale_changes_the_extent() -> None:
    square = np.zeros((200, 28, 28), np.uint8)
    square[:, 9:19, 9:19] = 255
    area = distorted(Augmentation(scale=0.2), square).sum(axis=(1, 2))
    assert 100 / 1.2**2 * 0.95 <= area.min() < 85
    assert 120 < area.max() <= 100 / 0.8**2 * 1.05


def test_slant_moves_top_and_bottom_apart() -> None:
    pole = np.zeros((200, 28, 28), np.uint8)
    pole[:, 4:24, 13:15] = 255
    images = distorted(Augmentation(slant=0.3), pole)
    columns = np.arange(28)
    slant = (images[:, 22] * columns).sum(axis=1) / images[:, 22].sum(axis=1)
    slant -= (images[:, 5] * columns).sum(axis=1) / images[:, 5].sum(axis=1)
    assert 4.5 < np.abs(slant).max() < 0.3 * 17 + 0.5
    assert slant.min() < -3
    assert slant.max() > 3


@pytest.mark.parametrize("middle", [(6, 6), (13.5, 13.5), (6, 20)])
def test_an_elastic_field_has_its_standard_deviation_everywhere(middle: tuple[float, float]) -> None:
    rows, columns = np.mgrid[:28, :28]
    spot = 255 * np.exp(-((rows - middle[0]) ** 2 + (columns - middle[1]) ** 2) / 2)
    moved = centre(distorted(Augmentation(elastic=0.8), np.repeat(spot[None].astype(np.uint8), 2000, axis=0)))
    np.testing.assert_allclose(moved.mean(axis=0), middle, atol=0.1)
    np.testing.assert_allclose(moved.std(axis=0), 0.8, rtol=0.15)


def test_an_elastic_field_bends_and_is_smooth() -> None:
    pole = np.zeros((300, 28, 28), np.uint8)
    pole[:, 2:26, 12:16] = 255
    images = distorted(Augmentation(elastic=1.0), pole)[:, 5:23]
    places = (images * np.arange(28)).sum(axis=2) / images.sum(axis=2)  # where the pole is in each row
    lines = np.polynomial.polynomial.polyfit(np.arange(18), places.T, 1)
    bend = places - np.polynomial.polynomial.polyval(np.arange(18), lines)
    assert bend.std() > 0.15  # more than any shift, turn or slant does
    assert np.abs(np.diff(places, axis=1)).max() < 1.2


def test_an_elastic_field_keeps_about_the_same_amount_of_ink() -> None:
    before, after = digits() / 255, distorted(Augmentation(elastic=1.0), digits())
    ratio = after.sum(axis=(1, 2)) / before.sum(axis=(1, 2))
    assert abs(ratio.mean() - 1) < 0.05
    assert ratio.std() < 0.2
    assert np.abs(after - before).mean() > 0.02


def test_thickness_makes_strokes_wider_or_narrower() -> None:
    pole = np.zeros((500, 28, 28), np.uint8)
    pole[:, :, 12:16] = 255
    width = distorted(Augmentation(thickness=1.5), pole).sum(axis=2)
    np.testing.assert_allclose(width, np.repeat(width[:, :1], 28, axis=1), atol=1e-4)  # no edge is left out
    assert 2.45 < width.min() < 2.6
    assert 5.4 < width.max() < 5.55
    assert width.mean() == pytest.approx(4, abs=0.15)


def test_noise_is_normal_with_its_standard_deviation_and_differs_between_images() -> None:
    grey = np.full((300, 28, 28), 128, np.uint8)
    noise = distorted(Augmentation(noise=0.1), grey).reshape(300, -1) - 128 / 255
    assert noise.mean() == pytest.approx(0, abs=1e-3)
    assert noise.std() == pytest.approx(0.1, rel=0.02)
    assert (np.abs(noise) > 0.2).mean() == pytest.approx(0.0455, abs=0.005)  # 2 standard deviations, if normal
    correlation = np.corrcoef(noise)
    np.fill_diagonal(correlation, 0)
    assert np.abs(correlation).max() < 0.25


def test_the_next_batch_gets_new_noise() -> None:
    distorter, rng = Distorter(Augmentation(noise=0.1), (28, 28), 20), np.random.default_rng(0)
    grey = np.full((20, 28, 28), 128, np.uint8)
    first, second = (distorter.apply(grey, np.empty((20, 784), np.float32), rng) for _ in range(2))
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.05


@pytest.mark.parametrize("augmentation", [EVERYTHING, Augmentation(**MAX_DISTORTION)])
def test_values_stay_between_0_and_1(augmentation: Augmentation) -> None:
    after = distorted(augmentation, digits(200))
    assert after.min() >= 0
    assert after.max() <= 1


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_same_seed_gives_the_same_images_and_another_seed_others(setting: str) -> None:
    augmentation = Augmentation(**{setting: 0.5})
    np.testing.assert_array_equal(distorted(augmentation, digits()), distorted(augmentation, digits()))
    assert not np.array_equal(distorted(augmentation, digits()), distorted(augmentation, digits(), seed=1))


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_image_is_distorted_differently(setting: str) -> None:
    same = np.repeat(digits(1), 100, axis=0)
    images = distorted(Augmentation(**{setting: 0.9}), same).reshape(100, -1)
    assert len(np.unique(images, axis=0)) > 75  # nearly the same thickness can give the same image


def test_the_result_does_not_depend_on_earlier_batches() -> None:
    distorter, out = Distorter(EVERYTHING, (28, 28), 100), np.empty((30, 784), np.float32)
    distorter.apply(digits(100), np.empty((100, 784), np.float32), np.random.default_rng(5))
    distorter.apply(digits(30), out, np.random.default_rng(0))
    np.testing.assert_array_equal(out.reshape(-1, 28, 28), distorted(EVERYTHING, digits(30)))


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 100])
def test_a_batch_may_be_smaller_than_the_workspace(count: int) -> None:
    out = np.full((count, 784), np.nan, np.float32)
    given = Distorter(Augmentation(rotation=5), (28, 28), 100).apply(digits(count), out, np.random.default_rng(0))
    assert given is out
    ink = out.sum(axis=1)
    np.testing.assert_allclose(ink, digits(count).reshape(count, 784).sum(axis=1) / 255, rtol=0.03)


def test_an_image_larger_than_a_block_is_distorted_too() -> None:
    images = spots(3, 300, 200, size=20)
    moved = centre(distorted(Augmentation(shift=20), images)) - [149.5, 99.5]
    assert np.abs(moved).max() <= 20.01
    assert len(np.unique(moved.round(2), axis=0)) == 3


def test_flattened_images_give_the_same_result() -> None:
    out = np.empty((50, 784), np.float32)
    Distorter(EVERYTHING, (28, 28), 50).apply(digits().reshape(50, 784), out, np.random.default_rng(0))
    np.testing.assert_array_equal(out.reshape(-1, 28, 28), distorted(EVERYTHING, digits()))


def test_float64_gets_the_same_distortions() -> None:
    out = np.empty((50, 784))
    Distorter(EVERYTHING, (28, 28), 50, np.float64).apply(digits(), out, np.random.default_rng(0))
    np.testing.assert_allclose(out.reshape(-1, 28, 28), distorted(EVERYTHING, digits()), atol=1e-6)


def test_the_given_images_are_not_changed() -> None:
    images = digits().copy()
    distorted(EVERYTHING, images)
    np.testing.assert_array_equal(images, digits())


def test_a_batch_allocates_nothing_that_grows_with_it() -> None:
    images, out = mnist().training.images[:1024].copy(), np.empty((1024, 784), np.float32)
    distorter, rng = Distorter(EVERYTHING, (28, 28), 1024), np.random.default_rng(0)
    distorter.apply(images, out, rng)
    tracemalloc.start()
    try:
        distorter.apply(images, out, rng)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024


@pytest.mark.parametrize("setting", SETTINGS)
def test_limits_out_of_range_are_rejected(setting: str) -> None:
    for value in (-0.1, nan, inf, MAX_DISTORTION[setting] * 1.01):
        with pytest.raises(SettingError, match=f"Augmentation {setting} must be from 0 to .*; got"):
            Augmentation(**{setting: value})
    Augmentation(**{setting: MAX_DISTORTION[setting]})
