"""Draw the packages and the imports that are allowed between them: docs/packages.svg and docs/packages.md.

The order of the packages is the table `tool.digitlab` in pyproject.toml; the arrows are the imports found in the files.
`python -m docs.package_diagram` writes both files; tests/test_docs_packages.py fails while they are out of date.
"""

from __future__ import annotations

import ast
import textwrap
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
SVG_FILE = ROOT / "docs" / "packages.svg"
MARKDOWN_FILE = ROOT / "docs" / "packages.md"

WIDTH, MARGIN, TITLE = 900, 16, 64
ROW, BOX_HEIGHT, BOX_WIDTH = 48, 34, 196
LANE = 14
WRAP = 66
GAP_BETWEEN_TOPS = 20

STYLE = """
  text { font-family: "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; fill: #1f2328; }
  .title { font-size: 17px; font-weight: 600; }
  .name { font-size: 14px; font-weight: 600; }
  .note { font-size: 12px; fill: #57606a; }
  .page { fill: #ffffff; }
  .nncore { fill: #ddf4ff; stroke: #54aeff; }
  .app { fill: #fff1e5; stroke: #e08a43; }
  .arrow { fill: none; stroke: #6e7781; stroke-width: 1.4; }
  .head { fill: #6e7781; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9198a1; }
    .page { fill: #0d1117; }
    .nncore { fill: #0c2d4f; stroke: #388bfd; }
    .app { fill: #46280f; stroke: #d18642; }
    .arrow { stroke: #9198a1; }
    .head { fill: #9198a1; }
  }
"""


@dataclass(frozen=True)
class Package:
    """A package at the top of nncore or app. purpose: the first sentence of its docstring. first: the file to read."""

    name: str
    purpose: str
    first: str

    @property
    def folder(self) -> str:
        """Its folder (or file) in the repository."""
        return f"{self.name.replace('.', '/')}/" if source(self.name).name == "__init__.py" else self.first

    @property
    def top(self) -> str:
        """`nncore` or `app`."""
        return self.name.partition(".")[0]


def package_order() -> list[str]:
    """The packages, lowest first: each may import itself and those before it."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        order: list[str] = tomllib.load(file)["tool"]["digitlab"]["package-order"]
    return order


def source(name: str) -> Path:
    """The file that says what the package is for."""
    place = ROOT.joinpath(*name.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def python_files(name: str) -> list[Path]:
    """All files of a package, or the one file of a module."""
    file = source(name)
    return sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]


def described(name: str) -> Package:
    """What the docstring of a package says."""
    file = source(name)
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    first = text.rpartition("Read first: `")[2].partition("`")[0] if "Read first: `" in text else file.name
    return Package(name, text.splitlines()[0], (file.parent / first).relative_to(ROOT).as_posix())


@cache
def imported_modules(path: Path) -> frozenset[str]:
    """Full names of all modules and names that a file imports, including those within functions."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    named = {
        f"{node.module}.{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return frozenset(named) | {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}


def found_imports(order: list[str]) -> dict[str, set[str]]:
    """For each package the other packages that its files import."""
    found: dict[str, set[str]] = {}
    for name in order:
        modules = {f"{module}." for path in python_files(name) for module in imported_modules(path)}
        others = [other for other in order if other != name]
        found[name] = {other for other in others if any(module.startswith(f"{other}.") for module in modules)}
    return found


def shortest_arrows(order: list[str], imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The imports that do not follow from others: with a -> b and b -> c, an arrow a -> c tells nothing new."""
    reached: dict[str, set[str]] = {}
    for name in order:
        reached[name] = set().union(*({other} | reached[other] for other in imports[name])) if imports[name] else set()
    return [
        (name, other)
        for name in order
        for other in order
        if other in imports[name] and not any(other in reached[between] for between in imports[name])
    ]


def lanes(arrows: Iterable[tuple[str, str]], rows: dict[str, int]) -> dict[str, int]:
    """A vertical lane for each target of arrows: 0 is next to the boxes. Lanes that overlap get different numbers.

    All arrows to one package share its lane. Short lanes are placed first, so they stay near the boxes.
    """
    spans: dict[str, tuple[int, int]] = {}
    for start, end in arrows:
        top, bottom = sorted((rows[start], rows[end]))
        earlier = spans.get(end, (top, bottom))
        spans[end] = (min(top, earlier[0]), max(bottom, earlier[1]))
    lane_of: dict[str, int] = {}
    for name, (top, bottom) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1])):
        taken = {lane_of[other] for other in lane_of if spans[other][0] <= bottom and top <= spans[other][1]}
        lane_of[name] = min(set(range(len(taken) + 1)) - taken)
    return lane_of


def drawing() -> str:
    """The packages from top to bottom as SVG text, with the arrows at the left and the purposes at the right."""
    order = package_order()
    top_down = order[::-1]
    rows = {name: row for row, name in enumerate(top_down)}
    arrows = shortest_arrows(order, found_imports(order))
    next_row = [(start, end) for start, end in arrows if rows[end] - rows[start] == 1]
    far = [arrow for arrow in arrows if arrow not in next_row]
    lane_of = lanes(far, rows)
    box_x = MARGIN + LANE * (max(lane_of.values(), default=0) + 2)

    def middle(name: str) -> int:
        gap = GAP_BETWEEN_TOPS if name.startswith("nncore.") else 0
        return TITLE + gap + rows[name] * ROW + BOX_HEIGHT // 2

    parts = [
        f'<text class="title" x="{MARGIN}" y="28">Packages of Digit Lab</text>',
        f'<text class="note" x="{MARGIN}" y="47">A package imports only packages below it. '
        "An arrow means “imports”; arrows that follow from others are left out.</text>",
    ]
    for start, end in far:
        x = box_x - LANE * (lane_of[end] + 1)
        y_from, y_to = middle(start) + 5, middle(end) - 5
        parts.append(f'<path class="arrow" d="M{box_x} {y_from}H{x + 5}Q{x} {y_from} {x} {y_from + 5}V{y_to - 5}'
                     f'Q{x} {y_to} {x + 5} {y_to}H{box_x - 6}"/>')  # fmt: skip
        parts.append(f'<path class="head" d="M{box_x} {y_to}l-8 -4v8z"/>')
    for start, end in next_row:
        x, y_from, y_to = box_x + BOX_WIDTH // 2, middle(start) + BOX_HEIGHT // 2, middle(end) - BOX_HEIGHT // 2
        parts.append(f'<path class="arrow" d="M{x} {y_from}V{y_to - 6}"/>')
        parts.append(f'<path class="head" d="M{x} {y_to}l-4 -8h8z"/>')
    for name in top_down:
        package, y = described(name), middle(name)
        parts.append(f'<rect class="{package.top}" x="{box_x}" y="{y - BOX_HEIGHT // 2}" width="{BOX_WIDTH}" '
                     f'height="{BOX_HEIGHT}" rx="6"/>')  # fmt: skip
        parts.append(f'<text class="name" x="{box_x + 12}" y="{y + 5}">{name}</text>')
        lines = textwrap.wrap(package.purpose.replace("`", ""), WRAP)
        for index, line in enumerate(lines):
            y_line = y + 4 - 8 * (len(lines) - 1) + 16 * index
            parts.append(f'<text class="note" x="{box_x + BOX_WIDTH + 16}" y="{y_line}">{escape(line)}</text>')
    height = middle(order[0]) + BOX_HEIGHT // 2 + MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Packages of Digit Lab and their imports">',
            f"<style>{STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{height}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def table() -> str:
    """The same as text: one row for each package, top to bottom, with all that it imports."""
    order = package_order()
    imports = found_imports(order)
    lines = [
        "# Packages",
        "",
        "Written by `python -m docs.package_diagram`: do not edit. The order is `package-order` in `pyproject.toml`;",
        "`tests/test_architecture.py` fails when a package imports one that is not below it.",
        "",
        "![The packages in their order, with arrows for the imports](packages.svg)",
        "",
        "| package | what it is for | read first | imports |",
        "|---|---|---|---|",
    ]
    for name in order[::-1]:
        package = described(name)
        others = ", ".join(other for other in order[::-1] if other in imports[name]) or "nothing"
        lines.append(f"| `{package.folder}` | {package.purpose} | `{package.first}` | {others} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    SVG_FILE.write_text(drawing(), encoding="utf-8")
    MARKDOWN_FILE.write_text(table(), encoding="utf-8")
