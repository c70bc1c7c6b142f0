"""The guide is complete: each page is listed, each link and picture exists, and each tab has a page."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image

import resources
from app.dialogs.help.guide_pages import GUIDE_PAGES, GuidePage, guide_pages
from app.window.tab_connections import TABS
from resources.build_guide_pictures import PICTURES

GUIDE = Path(str(files(resources))) / "guide"
MAX_BYTES = 1_500_000

pages = pytest.mark.parametrize("page", guide_pages(), ids=lambda page: page.name)


def test_every_file_is_listed() -> None:
    assert {path.stem for path in GUIDE.glob("*.md")} == set(GUIDE_PAGES)
    for theme in ("light", "dark"):
        assert {path.stem for path in (GUIDE / theme).iterdir()} == set(PICTURES)


@pages
def test_links_and_pictures_exist(page: GuidePage) -> None:
    assert re.match(r"# \w", page.text)
    pictures = re.findall(r"!\[.+?\]\(([^)]*)\)", page.text)
    links = re.findall(r"(?<!!)\[[^\]]+\]\(([^)]*)\)", page.text)
    assert [name for name in pictures if name.removesuffix(".png") not in PICTURES] == []
    assert [name for name in links if name.removesuffix(".md") not in GUIDE_PAGES or not name.endswith(".md")] == []


def test_every_picture_is_used_and_every_page_can_be_reached() -> None:
    text = "".join(page.text for page in guide_pages())
    assert [name for name in PICTURES if f"]({name}.png)" not in text] == []
    assert [name for name in GUIDE_PAGES[1:] if f"]({name}.md)" not in text] == []


def test_every_tab_has_a_page_with_its_title() -> None:
    titles = {page.name: page.title for page in guide_pages()}
    assert [row.title for row in TABS] == [titles.get(row.guide_page) for row in TABS]


def test_the_guide_is_small_and_both_themes_have_pictures_of_one_size() -> None:
    assert sum(path.stat().st_size for path in GUIDE.rglob("*") if path.is_file()) < MAX_BYTES
    for name in PICTURES:
        with Image.open(GUIDE / "light" / f"{name}.png") as light, Image.open(GUIDE / "dark" / f"{name}.png") as dark:
            assert light.size == dark.size
            assert light.convert("L").getpixel((2, 2)) > 200 > 100 > dark.convert("L").getpixel((2, 2))  # type: ignore[operator]
