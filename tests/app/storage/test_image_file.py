from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.storage import image_file
from app.storage.image_file import MAX_SIDE, decode_colour_image, read_grey_image
from nncore.errors import DataError


@pytest.fixture
def grey() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp", "gif"])
def test_grey_values_stay_unchanged(tmp_path: Path, grey: np.ndarray, suffix: str) -> None:
    Image.fromarray(grey).save(tmp_path / f"picture.{suffix}", lossless=True)
    np.testing.assert_array_equal(read_grey_image(tmp_path / f"picture.{suffix}"), grey)


def test_transparent_pixels_become_white(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    np.testing.assert_array_equal(read_grey_image(tmp_path / "picture.png"), [[0, 255], [255, 255]])


def test_a_photo_taken_sideways_is_turned_upright(tmp_path: Path) -> None:
    photo = Image.fromarray(np.full((20, 30), 200, np.uint8))
    exif = photo.getexif()
    exif[0x0112] = 6
    photo.save(tmp_path / "photo.jpg", exif=exif)
    assert read_grey_image(tmp_path / "photo.jpg").shape == (30, 20)


def test_too_many_pixels_are_refused(tmp_path: Path, grey: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(grey).save(tmp_path / "large.png")
    monkeypatch.setattr(image_file, "MAX_PIXELS", 599)
    with pytest.raises(DataError, match=r"large\.png: 30 x 20 pixels; expected at most 599"):
        read_grey_image(tmp_path / "large.png")


def test_a_file_that_is_not_an_image_gives_a_message(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(DataError, match=r"text\.png: this is neither a picture nor ink"):
        read_grey_image(tmp_path / "text.png")
    with pytest.raises(DataError, match=r"nowhere\.png: there is no such file"):
        read_grey_image(tmp_path / "nowhere.png")
    with pytest.raises(DataError, match=r"is not a file"):
        read_grey_image(tmp_path)


@pytest.mark.parametrize("kind", ["EPS", "PPM", "PDF", "TGA"])
def test_other_formats_are_not_opened(tmp_path: Path, grey: np.ndarray, kind: str) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(grey).save(path, kind)
    with pytest.raises(DataError, match=r"picture\.png: this is neither .*; expected PNG, JPEG, BMP, GIF, TIFF, WebP"):
        read_grey_image(path)


def test_a_decompression_bomb_gives_a_message(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.fromarray(np.zeros((1, 1), np.uint8)).save(path)
    content = bytearray(path.read_bytes())
    content[16:24] = (50_000).to_bytes(4, "big") * 2
    content[29:33] = crc32(content[12:29]).to_bytes(4, "big")
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"bomb\.png: too many pixels; expected at most 60,000,000 in all"):
        read_grey_image(path)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_large_picture_is_shrunk_by_averaging(tmp_path: Path, mode: str, suffix: str) -> None:
    if suffix == "jpg" and mode not in ("L", "RGB"):
        return
    page = np.full((1500, 3000), 255, np.uint8)
    page[600:900, 300:600] = 0
    page[::2, 2000:2600] = 0  # every second row: half grey on average
    large = Image.fromarray(page.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(page).convert(mode)
    large.save(tmp_path / f"large.{suffix}")
    small = read_grey_image(tmp_path / f"large.{suffix}")
    assert small.shape == (512, 1024)
    assert small[230:290, 115:190].max() <= 10
    assert small[20:150, 20:600].min() >= 245
    stripes = small[100:400, 700:870]
    assert 60 < stripes.min() <= stripes.max() < 195


def test_an_image_of_the_maximum_size_is_not_shrunk(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, MAX_SIDE), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    np.testing.assert_array_equal(read_grey_image(tmp_path / "wide.png"), pixels)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_a_16_bit_scan_keeps_its_grey_values(tmp_path: Path, grey: np.ndarray, suffix: str) -> None:
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / f"scan.{suffix}")
    np.testing.assert_array_equal(read_grey_image(tmp_path / f"scan.{suffix}"), grey)


def test_infinite_values_of_a_scan_with_fractions_count_as_zero(tmp_path: Path) -> None:
    values = np.array([[0.0, 200.0], [np.inf, -np.inf]], np.float32)
    Image.fromarray(values).save(tmp_path / "scan.tiff")
    np.testing.assert_array_equal(read_grey_image(tmp_path / "scan.tiff"), [[0, 255], [0, 0]])


@settings(max_examples=100)
@given(st.data(), st.sampled_from(["png", "jpeg", "gif", "bmp"]))
def test_a_damaged_picture_is_read_or_refused(tmp_path: Path, grey: np.ndarray, data: st.DataObject, kind: str) -> None:
    path = tmp_path / f"broken.{kind}"
    Image.fromarray(grey).save(path)
    content = bytearray(path.read_bytes())
    for _ in range(5):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        assert read_grey_image(path).ndim == 2
    except DataError as problem:
        assert path.name in str(problem)  # noqa: PT017


def test_ink_of_a_pale_colour_stands_out(tmp_path: Path) -> None:
    page = np.full((60, 80, 3), 255, np.uint8)
    page[20:40, 30:34] = (255, 240, 40)
    Image.fromarray(page).save(tmp_path / "yellow.png")
    grey = read_grey_image(tmp_path / "yellow.png")
    assert int(grey[0, 0]) - int(grey[30, 31]) > 100


@pytest.mark.parametrize("name", ["bomb.svg", "bomb.png"])
def test_an_svg_bomb_is_refused_without_parsing(tmp_path: Path, name: str) -> None:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    (tmp_path / name).write_text(
        f'<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg [<!ENTITY l0 "lol">{entities}]>\n<svg><text>&l9;</text></svg>'
    )
    with pytest.raises(DataError, match=r"this is a drawing \(SVG\)|neither a picture nor ink"):
        read_grey_image(tmp_path / name)


def test_the_first_frame_of_an_animation_is_read(tmp_path: Path, grey: np.ndarray) -> None:
    Image.fromarray(grey).save(tmp_path / "film.gif", save_all=True, append_images=[Image.fromarray(255 - grey)])
    np.testing.assert_array_equal(read_grey_image(tmp_path / "film.gif"), grey)


def test_a_cmyk_image_is_read(tmp_path: Path) -> None:
    page = Image.new("CMYK", (40, 40), (0, 0, 0, 0))
    page.paste((0, 0, 0, 255), (10, 10, 20, 30))
    page.save(tmp_path / "print.tiff")
    pixels = read_grey_image(tmp_path / "print.tiff")
    assert pixels[0, 0] > 250
    assert pixels[20, 15] < 10


def test_the_bytes_of_an_image_are_decoded_like_its_file(tmp_path: Path, grey: np.ndarray) -> None:
    Image.fromarray(grey).save(tmp_path / "picture.png")
    packed = (tmp_path / "picture.png").read_bytes()
    np.testing.assert_array_equal(decode_colour_image(packed, "it")[:, :, 0], grey)
    with pytest.raises(DataError, match=r"^it: this picture is damaged"):
        decode_colour_image(packed[:-400], "it")
