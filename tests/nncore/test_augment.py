from __future__ import annotations

import numpy as np
import pytest

from nncore.augment import Augmentation
from nncore.errors import SettingError
from tests.nncore.data import small_mnist


def digits(count: int = 50) -> np.ndarray:
    return small_mnist().training.inputs(slice(0, count))


def distorted(augmentation: Augmentation, images: np.ndarray, seed: int = 0) -> np.ndarray:
    return augmentation.apply(images.copy(), (28, 28), np.random.default_rng(seed))


def centre(images: np.ndarray) -> np.ndarray:
    """Centre of ink (n, 2) as row, column."""
    rows, columns = np.mgrid[:28, :28].reshape(2, 1, -1)
    total = images.sum(axis=1)
    return np.stack([(images * rows).sum(axis=1) / total, (images * columns).sum(axis=1) / total], axis=1)


def test_no_distortion_changes_nothing() -> None:
    np.testing.assert_allclose(distorted(Augmentation(), digits()), digits(), atol=1e-6)


def test_a_shift_moves_each_image_its_own_way_within_the_limit() -> None:
    moved = centre(distorted(Augmentation(shift=2), digits())) - centre(digits())
    assert np.abs(moved).max() <= 2.01
    assert np.abs(moved).max() > 1.5
    assert len(np.unique(moved.round(3), axis=0)) == 50


def test_a_rotation_keeps_ink_and_centre() -> None:
    before, after = digits(), distorted(Augmentation(rotation=15), digits())
    np.testing.assert_allclose(after.sum(axis=1), before.sum(axis=1), rtol=0.05)
    np.testing.assert_allclose(centre(after), centre(before), atol=0.6)
    assert np.abs(after - before).mean() > 0.01


def test_rotation_turns_by_the_limit_at_most() -> None:
    bar = np.zeros((200, 28, 28), np.float32)
    bar[:, 13:15, 2:26] = 1
    turned = distorted(Augmentation(rotation=20), bar.reshape(200, -1)).reshape(200, 28, 28)
    rows = np.arange(28)[:, None] * np.ones(28)
    left = (turned[:, :, 4] * rows[:, 4]).sum(axis=1) / turned[:, :, 4].sum(axis=1)
    right = (turned[:, :, 23] * rows[:, 23]).sum(axis=1) / turned[:, :, 23].sum(axis=1)
    angles = np.rad2deg(np.arctan2(right - left, 19))
    assert 17 < np.abs(angles).max() < 21


def test_scale_changes_the_extent() -> None:
    square = np.zeros((200, 28, 28), np.float32)
    square[:, 9:19, 9:19] = 1
    area = distorted(Augmentation(scale=0.2), square.reshape(200, -1)).sum(axis=1)
    assert 100 / 1.2**2 * 0.95 <= area.min() < 85
    assert 120 < area.max() <= 100 / 0.8**2 * 1.05


def test_slant_moves_top_and_bottom_apart() -> None:
    pole = np.zeros((200, 28, 28), np.float32)
    pole[:, 4:24, 13:15] = 1
    images = distorted(Augmentation(slant=0.3), pole.reshape(200, -1)).reshape(200, 28, 28)
    columns = np.arange(28)
    lean = (images[:, 22] * columns).sum(axis=1) / images[:, 22].sum(axis=1)
    lean -= (images[:, 5] * columns).sum(axis=1) / images[:, 5].sum(axis=1)
    assert 4.5 < np.abs(lean).max() < 0.3 * 17 + 0.5


def test_values_stay_between_paper_and_ink() -> None:
    after = distorted(Augmentation(shift=10, rotation=180, scale=0.5, slant=0.5), digits())
    assert after.min() >= 0
    assert after.max() <= 1


def test_the_seed_decides() -> None:
    augmentation = Augmentation(shift=1, rotation=10, scale=0.1, slant=0.1)
    np.testing.assert_array_equal(distorted(augmentation, digits()), distorted(augmentation, digits()))
    assert not np.array_equal(distorted(augmentation, digits()), distorted(augmentation, digits(), seed=1))


@pytest.mark.parametrize(("field", "value"), [("shift", -1), ("rotation", float("nan")), ("scale", 1.0)])
def test_limits_out_of_range_are_refused(field: str, value: float) -> None:
    with pytest.raises(SettingError, match=f"Augmentation {field}"):
        Augmentation(**{field: value})
