"""The pages are built without a warning, load nothing from elsewhere, and their links lead to pages that exist."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import pytest

LOADED = re.compile(
    r"""<(?:img|script|link|iframe|source)\b[^>]*?(?:src|href)=["']([^"']+)|@import|url\((?!["']?data:)"""
)
HREF = re.compile(r"""<a\b[^>]*?href=["']([^"'#]+)""")


@pytest.mark.skipif(find_spec("pdoc") is None, reason="the package pdoc is not installed")
@pytest.mark.timeout(600)
def test_the_pages_are_complete_and_need_no_network(tmp_path: Path) -> None:
    from docs.build import build

    pages = {path.relative_to(tmp_path).as_posix(): path.read_text(encoding="utf-8") for path in build(tmp_path)}
    for name in (
        "index.html",
        "tutorial.html",
        "how_to/index.html",
        "nncore.html",
        "app/tabs.html",
        "app/cli/main.html",
        "nncore/model/layers/dense.html",
    ):
        assert name in pages
    assert 'href="model/network.html#Network"' in pages["nncore/model.html"]
    assert 'href="layers/dense.html"' in pages["nncore/model/layers.html"]
    assert not any("&lt;p&gt;" in text for text in pages.values())
    fetched = {found for text in pages.values() for found in LOADED.findall(text)}
    assert {target for target in fetched if not target.startswith("data:")} <= {"packages.svg"}
    lost = {
        f"{name}: {target}"
        for name, text in pages.items()
        for target in HREF.findall(text)
        if "://" not in target and not (tmp_path / name).parent.joinpath(unquote(target)).exists()
    }
    assert lost == set()
