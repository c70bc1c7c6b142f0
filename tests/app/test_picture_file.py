from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app import picture_file
from app.picture_file import read_picture
from nncore.errors import DataError


@pytest.fixture
def grey() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp"])
def test_grey_values_come_through_unchanged(tmp_path: Path, grey: np.ndarray, suffix: str) -> None:
    Image.fromarray(grey).save(tmp_path / f"picture.{suffix}", lossless=True)
    np.testing.assert_array_equal(read_picture(tmp_path / f"picture.{suffix}"), grey)


def test_what_is_transparent_is_white_paper(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "picture.png"), [[0, 255], [255, 255]])


def test_a_photo_taken_sideways_is_turned_upright(tmp_path: Path) -> None:
    photo = Image.fromarray(np.full((20, 30), 200, np.uint8))
    exif = photo.getexif()
    exif[0x0112] = 6
    photo.save(tmp_path / "photo.jpg", exif=exif)
    assert read_picture(tmp_path / "photo.jpg").shape == (30, 20)


def test_too_many_pixels_are_refused(tmp_path: Path, grey: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(grey).save(tmp_path / "large.png")
    monkeypatch.setattr(picture_file, "MAX_PIXELS", 599)
    with pytest.raises(DataError, match=r"large\.png: 30 x 20 pixels; expected at most 599"):
        read_picture(tmp_path / "large.png")


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(DataError, match=r"text\.png: this is neither a picture nor ink"):
        read_picture(tmp_path / "text.png")
    with pytest.raises(DataError, match=r"nowhere\.png: could not be read \(No such file"):
        read_picture(tmp_path / "nowhere.png")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data(), st.sampled_from(["png", "jpeg", "gif", "bmp"]))
def test_a_broken_picture_is_read_or_refused(tmp_path: Path, grey: np.ndarray, data: st.DataObject, kind: str) -> None:
    path = tmp_path / f"broken.{kind}"
    Image.fromarray(grey).save(path)
    content = bytearray(path.read_bytes())
    for _ in range(5):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        assert read_picture(path).ndim == 2
    except DataError as problem:
        assert path.name in str(problem)  # noqa: PT017
