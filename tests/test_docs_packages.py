"""The diagram of the packages shows the imports in the files and is readable."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from docs.package_diagram import (
    MARKDOWN_FILE,
    SVG_FILE,
    drawing,
    found_imports,
    lanes,
    package_order,
    shortest_arrows,
    table,
)

WRITE_ANEW = "The drawing is out of date: run `python -m docs.package_diagram` and commit what it writes."


def test_the_drawing_is_up_to_date() -> None:
    assert SVG_FILE.read_text(encoding="utf-8") == drawing(), WRITE_ANEW


def test_the_table_is_up_to_date() -> None:
    assert MARKDOWN_FILE.read_text(encoding="utf-8") == table(), WRITE_ANEW


def test_every_import_follows_from_the_arrows() -> None:
    order = package_order()
    imports = found_imports(order)
    arrows = shortest_arrows(order, imports)
    reached: dict[str, set[str]] = {}
    for name in order:
        nearest = {end for start, end in arrows if start == name}
        reached[name] = nearest.union(*(reached[other] for other in nearest))
    assert all(imports[name] <= reached[name] for name in order)
    assert len(arrows) < sum(map(len, imports.values()))


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    imports: dict[str, set[str]] = {"a": set(), "b": {"a"}, "c": {"a", "b"}, "d": {"a"}}
    assert shortest_arrows(["a", "b", "c", "d"], imports) == [("b", "a"), ("c", "b"), ("d", "a")]


def test_arrows_to_different_packages_that_overlap_have_lanes_of_their_own() -> None:
    rows = {name: row for row, name in enumerate("abcdef")}
    assert lanes([("a", "c"), ("b", "d"), ("e", "f"), ("a", "d")], rows) == {"c": 0, "d": 1, "f": 0}


def test_the_drawing_is_well_formed_and_loads_nothing_from_elsewhere() -> None:
    text = drawing()
    tree = ElementTree.fromstring(text)
    names = {element.text for element in tree.iter("{http://www.w3.org/2000/svg}text")}
    assert set(package_order()) <= names
    assert "href" not in text
    assert "url(" not in text


@pytest.mark.parametrize("axis", ["x", "y"])
def test_all_text_begins_within_the_image(axis: str) -> None:
    tree = ElementTree.fromstring(drawing())
    size = float(tree.attrib["width" if axis == "x" else "height"])
    places = [float(element.attrib[axis]) for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert min(places) > 0
    assert max(places) < size


def test_at_most_two_lines_of_text_are_beside_a_box() -> None:
    tree = ElementTree.fromstring(drawing())
    lines = [e for e in tree.iter("{http://www.w3.org/2000/svg}text") if e.get("class") == "note"][1:]
    assert len(lines) <= 2 * len(package_order())
    places = sorted(float(line.attrib["y"]) for line in lines)
    assert min(b - a for a, b in pairwise(places)) >= 16
