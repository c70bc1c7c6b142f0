"""Pictures in every supported format give their grey values; too large and damaged ones are rejected."""

from __future__ import annotations

import io
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.storage import image_file
from app.storage.image_file import BYTES_PER_PIXEL, MAX_SIDE, decode_colour_image, read_grey_image
from nncore.errors import DataError
from nncore.preprocessing.bitmap import digit_images
from nncore.system.reading_budget import (
    MAX_PICTURE_BYTES,
    MAX_PICTURE_FILE_BYTES,
    ReadingCancelled,
    watched_reading,
)


@pytest.fixture
def grey() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp", "gif"])
def test_grey_values_stay_unchanged(tmp_path: Path, grey: NDArray[np.uint8], suffix: str) -> None:
    Image.fromarray(grey).save(tmp_path / f"picture.{suffix}", lossless=True)
    np.testing.assert_array_equal(read_grey_image(tmp_path / f"picture.{suffix}"), grey)


def test_transparent_pixels_become_white(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    np.testing.assert_array_equal(read_grey_image(tmp_path / "picture.png"), [[0, 255], [255, 255]])


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
@pytest.mark.parametrize(("ink", "paper"), [(255, 0), (200, 0), (60, 255), (0, 255)])
def test_ink_on_a_transparent_page_is_visible(tmp_path: Path, mode: str, ink: int, paper: int) -> None:
    pixels = np.full((100, 80, 4), ink, np.uint8)
    pixels[..., 3] = 0
    pixels[20:80, 36:44, 3] = 255
    Image.fromarray(pixels).convert(mode).save(tmp_path / "one.png")
    grey = read_grey_image(tmp_path / "one.png")
    assert (grey[0, 0], grey[50, 40]) == (paper, ink)
    (image,) = digit_images(grey)
    assert image[14, 14] > 200


@pytest.mark.parametrize("paper", [0, 255])
def test_transparent_corners_of_a_page_become_paper(tmp_path: Path, paper: int) -> None:
    pixels = np.full((60, 60, 4), paper, np.uint8)
    pixels[20:40, 28:32, :3] = 255 - paper
    pixels[..., 3] = 255
    pixels[:8, :8] = 0
    Image.fromarray(pixels).save(tmp_path / "window.png")
    assert (read_grey_image(tmp_path / "window.png")[:8] == paper).all()


def test_a_page_without_visible_pixels_is_blank(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (9, 9, 9, 0)).save(tmp_path / "nothing.png")
    assert np.ptp(read_grey_image(tmp_path / "nothing.png")) == 0


@pytest.mark.parametrize("size", [(20, 30), (1500, 3000)])
@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "webp"])
def test_a_photo_taken_sideways_is_turned_upright(tmp_path: Path, suffix: str, size: tuple[int, int]) -> None:
    pixels = np.full(size, 255, np.uint8)
    pixels[: size[0] // 2, : size[1] // 2] = 0  # the upper left part, which is the upper right one when upright
    photo = Image.fromarray(pixels)
    exif = photo.getexif()
    exif[0x0112] = 6
    photo.save(tmp_path / f"photo.{suffix}", exif=exif)
    grey = read_grey_image(tmp_path / f"photo.{suffix}")
    height, width = grey.shape
    assert height > width
    assert grey[2, width - 3] < 50
    assert grey[2, 2] > 200
    assert grey[height - 3, width - 3] > 200


def test_too_many_pixels_are_rejected(tmp_path: Path, grey: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_other_formats_are_not_opened(tmp_path: Path, grey: NDArray[np.uint8], kind: str) -> None:
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


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGB", "RGBA", "I;16"])
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
def test_a_16_bit_scan_keeps_its_grey_values(tmp_path: Path, grey: NDArray[np.uint8], suffix: str) -> None:
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / f"scan.{suffix}")
    np.testing.assert_array_equal(read_grey_image(tmp_path / f"scan.{suffix}"), grey)


def test_a_16_bit_scan_of_a_whole_page_is_read(tmp_path: Path) -> None:
    page = np.full((200, 4200), 60_000, np.uint16)
    page[40:160, 1000:1400] = 1000
    Image.fromarray(page).save(tmp_path / "scan.png")
    grey = read_grey_image(tmp_path / "scan.png")
    assert grey.shape == (49, 1024)
    assert grey[25, 290] < 10
    assert grey[25, 100] > 230


@pytest.mark.parametrize(("kind", "mode", "side"), [("WEBP", "RGB", 5001), ("JPEG", "CMYK", 6668)])
def test_a_picture_that_takes_too_much_memory_to_decode_is_rejected_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, mode: str, side: int
) -> None:
    path, at_most = tmp_path / "large", MAX_PICTURE_BYTES // BYTES_PER_PIXEL[kind, mode]
    Image.new(mode, (side, side)).save(path, kind)
    monkeypatch.setattr(Image.Image, "load", None)
    with pytest.raises(DataError, match=rf"large: {side:,} x {side:,} pixels; expected at most {at_most:,} in all"):
        read_grey_image(path)


def test_a_palette_is_not_converted_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("P", (2000, 3000)).save(tmp_path / "page.png")
    converted: list[int] = []
    convert = Image.Image.convert

    def counted(image: Image.Image, mode: str) -> Image.Image:
        converted.append(image.width * image.height)
        return convert(image, mode)

    monkeypatch.setattr(Image.Image, "convert", counted)
    assert read_grey_image(tmp_path / "page.png").shape == (1024, 683)
    assert max(converted) <= 1024 * 683


def test_a_large_file_is_rejected_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "endless.png").open("wb") as file:
        file.truncate(MAX_PICTURE_FILE_BYTES + 1)  # a sparse file takes no space
    with pytest.raises(DataError, match=r"endless\.png: the file has 256,000,001 bytes; expected at most 256,000,000"):
        read_grey_image(tmp_path / "endless.png")


def test_infinite_values_of_a_scan_with_fractions_count_as_zero(tmp_path: Path) -> None:
    values = np.array([[0.0, 200.0], [np.inf, -np.inf]], np.float32)
    Image.fromarray(values).save(tmp_path / "scan.tiff")
    np.testing.assert_array_equal(read_grey_image(tmp_path / "scan.tiff"), [[0, 255], [0, 0]])


@settings(max_examples=100)
@given(st.data(), st.sampled_from(["png", "jpeg", "gif", "bmp"]))
def test_a_damaged_picture_is_read_or_rejected(
    tmp_path: Path, grey: NDArray[np.uint8], data: st.DataObject, kind: str
) -> None:
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
def test_an_svg_bomb_is_rejected_without_parsing(tmp_path: Path, name: str) -> None:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    (tmp_path / name).write_text(
        f'<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg [<!ENTITY l0 "lol">{entities}]>\n<svg><text>&l9;</text></svg>'
    )
    with pytest.raises(DataError, match=r"this is a drawing \(SVG\)|neither a picture nor ink"):
        read_grey_image(tmp_path / name)


def test_the_first_frame_of_an_animation_is_read(tmp_path: Path, grey: NDArray[np.uint8]) -> None:
    Image.fromarray(grey).save(tmp_path / "film.gif", save_all=True, append_images=[Image.fromarray(255 - grey)])
    np.testing.assert_array_equal(read_grey_image(tmp_path / "film.gif"), grey)


def test_a_cmyk_image_is_read(tmp_path: Path) -> None:
    page = Image.new("CMYK", (40, 40), (0, 0, 0, 0))
    page.paste((0, 0, 0, 255), (10, 10, 20, 30))
    page.save(tmp_path / "print.tiff")
    pixels = read_grey_image(tmp_path / "print.tiff")
    assert pixels[0, 0] > 250
    assert pixels[20, 15] < 10


def test_the_bytes_of_an_image_are_decoded_like_its_file(tmp_path: Path, grey: NDArray[np.uint8]) -> None:
    Image.fromarray(grey).save(tmp_path / "picture.png")
    packed = (tmp_path / "picture.png").read_bytes()
    np.testing.assert_array_equal(decode_colour_image(packed, "it")[:, :, 0], grey)
    with pytest.raises(DataError, match=r"^it: this picture is damaged"):
        decode_colour_image(packed[:-400], "it")


def test_a_large_picture_can_be_cancelled_while_it_is_shrunk() -> None:
    packed = io.BytesIO()
    Image.new("L", (2 * MAX_SIDE, 2 * MAX_SIDE)).save(packed, "PNG")
    fractions: list[float] = []
    with (
        pytest.raises(ReadingCancelled),
        watched_reading(progress=fractions.append, cancelled=lambda: len(fractions) > 2),
    ):
        decode_colour_image(packed.getvalue(), "a")
    assert 0 < fractions[-1] < 0.2
