"""Render the formulas of the recipes and derivations to pictures in `formulas.json`.

Run `python -m resources.build_formulas` after a formula has changed. The package ziamath renders LaTeX with the font
STIX Two Math. The app needs only the file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree.ElementTree import tostring

from nncore.experiments.recipes import RECIPES
from nncore.model.derivations import DERIVATIONS

TARGET = Path(__file__).with_name("formulas.json")

UNITS_PER_EM = 400
"""Fineness of the outlines: all their coordinates are whole multiples of this part of an em."""


def all_latex() -> set[str]:
    """Return every formula of the recipes and derivations in LaTeX, without dollar signs."""
    lines = [line for recipe in RECIPES.values() for line in recipe.page.formulas]
    of_recipes = {latex for line in lines for latex in line.split("$")[1::2]}
    return of_recipes.union(*(derivation.latex for derivation in DERIVATIONS.values()))


def render(latex: str) -> str:
    """Return a formula as SVG in `currentColor`; the unit of its viewBox is an em, the baseline is at y = 0."""
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False  # each sign as a path, because QSvgRenderer does not show references to symbols
    svg = Latex(latex, size=UNITS_PER_EM, margin=0).svgxml()
    for shape in svg:
        shape.attrib.pop("fill")
        if shape.tag == "path":
            shape.attrib["d"] = _compact(shape.attrib["d"])
    shapes = "".join(tostring(shape, encoding="unicode") for shape in svg)
    box = " ".join(f"{float(number) / UNITS_PER_EM:.4f}" for number in svg.attrib["viewBox"].split())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">'
        f'<g fill="currentColor" transform="scale({1 / UNITS_PER_EM})">{shapes}</g></svg>'
    )


def _compact(path: str) -> str:
    """Return a path of M, L, Q, C and Z with relative coordinates in whole units, which takes half the space."""
    parts, x, y = [], 0, 0
    for command, text in re.findall(r"([A-Z])([^A-Z]*)", path):
        numbers = [round(float(number)) for number in text.split()]
        if command == "M":
            parts.append(f"M{' '.join(map(str, numbers))}")
        elif command == "Z":
            parts.append("z")
        else:
            steps = [number - (x, y)[at % 2] for at, number in enumerate(numbers)]
            parts += [f"{command.lower()}{' '.join(map(str, steps))}"] if any(steps) else []
        x, y = numbers[-2:] or (x, y)
    return "".join(parts).replace(" -", "-")


def contents() -> str:
    """Return the contents of the file: a JSON object that maps each formula to its picture."""
    return json.dumps({latex: render(latex) for latex in sorted(all_latex())}, indent=0) + "\n"


def main() -> None:
    """Write the file."""
    TARGET.write_text(contents(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
