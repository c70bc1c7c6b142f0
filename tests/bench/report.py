"""Results of a benchmark, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured quantity.

    runs: the value of each round, in `unit`; infinite if a run never reached its goal. compared: the figure that is
    divided by this one, round by round, for the ratio; None for no ratio. at_most: upper limit for the ratio, or for
    the median if there is no ratio.
    """

    name: str
    unit: str
    runs: tuple[float, ...]
    compared: Figure | None = None
    at_most: float | None = None

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return median(self.runs)

    @property
    def ratio(self) -> float | None:
        """The median over the rounds of `compared` divided by this; the machine affects both runs of a round alike."""
        if self.compared is None:
            return None
        pairs = zip(self.compared.runs, self.runs, strict=True)
        return median(_divided(above, below) for above, below in pairs)

    @property
    def as_wanted(self) -> bool | None:
        """Whether the figure is within `at_most`; None without a limit."""
        if self.at_most is None:
            return None
        return (self.median if self.ratio is None else self.ratio) <= self.at_most


@dataclass(frozen=True)
class Section:
    """Figures that belong together. notes: what a reader must know, such as what was left out."""

    title: str
    figures: Sequence[Figure]
    notes: Sequence[str] = ()


HEADINGS = ("", "median", "lowest", "highest", "unit", "ratio", "wanted")


def table(section: Section) -> str:
    """The section as text: one row per figure, with aligned columns."""
    rows = [HEADINGS, *(_cells(figure) for figure in section.figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [section.title]
    for row in rows:
        cells = [
            cell.ljust(width) if heading in ("", "unit", "wanted") else cell.rjust(width)
            for cell, width, heading in zip(row, widths, HEADINGS, strict=True)
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join([*lines, *(f"  {note}" for note in section.notes)])


def as_json(section: Section) -> dict[str, Any]:
    """Return the section as lists, strings and numbers; None stands for values that are missing or not finite."""
    return {
        "title": section.title,
        "figures": [
            {
                "name": figure.name,
                "unit": figure.unit,
                "median": _json_number(figure.median),
                "runs": [_json_number(run) for run in figure.runs],
                "compared": figure.compared.name if figure.compared else None,
                "ratio": _json_number(figure.ratio),
                "at_most": figure.at_most,
                "as_wanted": figure.as_wanted,
            }
            for figure in section.figures
        ],
        "notes": list(section.notes),
    }


def _cells(figure: Figure) -> tuple[str, ...]:
    wanted = "" if figure.at_most is None else f"at most {figure.at_most:g}: {'yes' if figure.as_wanted else 'NO'}"
    ratio = "" if figure.ratio is None else _text(figure.ratio)
    figures = (_text(figure.median), _text(min(figure.runs)), _text(max(figure.runs)))
    return (figure.name, *figures, figure.unit, ratio, wanted)


def _text(value: float) -> str:
    """Format with three or four significant digits."""
    if not isfinite(value):
        return "never"
    decimals = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3
    return f"{value:,.{decimals}f}"


def _divided(above: float, below: float) -> float:
    """Return `above` / `below`; infinite if `above` is infinite, even if `below` is infinite too."""
    return above / below if isfinite(above) and below else inf


def _json_number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
