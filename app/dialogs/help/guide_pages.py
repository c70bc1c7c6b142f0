"""The pages of the guide: Markdown files in resources/guide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import resources

GUIDE_PAGES = (
    "first_steps", "train", "draw", "inside", "my_hand", "evaluate", "data", "runs", "models", "misread", "keyboard",
)  # fmt: skip
"""The names of the pages, in the order of the contents: the files without ".md"."""

FIRST_PAGE = GUIDE_PAGES[0]


@dataclass(frozen=True)
class GuidePage:
    """A page: its name, its title (the first line), and its Markdown."""

    name: str
    title: str
    text: str


@cache
def guide_pages() -> tuple[GuidePage, ...]:
    """All pages, in the order of the contents."""
    return tuple(_read(name) for name in GUIDE_PAGES)


def guide_picture(name: str, theme: str) -> bytes:
    """The PNG of a picture of the guide, such as "train.png"; theme: "light" or "dark"."""
    return (files(resources) / "guide" / theme / name).read_bytes()


def _read(name: str) -> GuidePage:
    text = (files(resources) / "guide" / f"{name}.md").read_text(encoding="utf-8")
    return GuidePage(name, text.partition("\n")[0].removeprefix("# "), text)
