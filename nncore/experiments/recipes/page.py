"""The page that explains a recipe: for the window as HTML, for the terminal as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from textwrap import fill

SUBSCRIPTS = str.maketrans("0123456789+-=()aeijklnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₖₗₙₒₚᵣₛₜᵤᵥₓ")
SUPERSCRIPTS = str.maketrans("0123456789+-=()nTi", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵀⁱ")
MINUS = "−"


@dataclass(frozen=True)
class Page:
    """What to know of an experiment, each part a fragment of HTML with no other tags than <i>, <b>, <sub> and <sup>.

    In a formula a/b and √c stand for a fraction and a root, of what is in brackets where more belongs to them.

    goal: why to run it. formulas: one a line. look_at: what to watch, a sentence or two each. expected: what comes out.
    source: where it comes from, in words.
    """

    goal: str
    formulas: tuple[str, ...]
    look_at: tuple[str, ...]
    expected: str
    source: str

    def to_html(self, typeset: Callable[[str], str] = str) -> str:
        """All of it, with headings; colours and sizes are whoever shows it's to choose.

        typeset: makes HTML of a formula that looks better than the fragment in one line that it is.
        """
        formulas = "".join(f'<p class="formula">{typeset(formula)}</p>' for formula in self.formulas)
        look_at = "".join(f"<li>{each}</li>" for each in self.look_at)
        return (
            f"<p>{self.goal}</p>"
            f"<h3>The formulas</h3>{formulas}"
            f"<h3>What to look at</h3><ul>{look_at}</ul>"
            f"<h3>Expected</h3><p>{self.expected}</p>"
            f"<h3>Source</h3><p>{self.source}</p>"
        )

    def to_text(self, width: int = 100) -> str:
        """All of it for a terminal, in lines of at most `width` characters where words allow."""
        parts = [fill(plain(self.goal), width), "", *(f"    {plain(formula)}" for formula in self.formulas), ""]
        parts += ["Look at:", *(_item(plain(each), width) for each in self.look_at), ""]
        parts += [fill(f"Expected: {plain(self.expected)}", width), fill(f"Source: {plain(self.source)}", width)]
        return "\n".join(parts)


def plain(html: str) -> str:
    """A fragment as text: W<sub>1</sub> becomes W₁, or W_(ab) where Unicode has no such sign."""
    text = re.sub(r"<sub>(.*?)</sub>", lambda found: _raised(found[1], SUBSCRIPTS, "_"), html)
    text = re.sub(r"<sup>(.*?)</sup>", lambda found: _raised(found[1], SUPERSCRIPTS, "^"), text)
    return unescape(re.sub(r"<[^>]*>", "", text))


def _raised(html: str, signs: dict[int, int], mark: str) -> str:
    text = unescape(re.sub(r"<[^>]*>", "", html)).replace(MINUS, "-")
    if all(ord(sign) in signs for sign in text):
        return text.translate(signs)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _item(text: str, width: int) -> str:
    return fill(text, width, initial_indent="  • ", subsequent_indent="    ")
