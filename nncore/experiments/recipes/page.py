"""The page that explains a recipe: as HTML for the window and as text for the terminal."""

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
    """The explanation of an experiment; each part is HTML with no tags other than <i>, <b>, <sub> and <sup>.

    In a formula, a/b is a fraction and √c is a root; longer operands are in brackets.

    goal: why to run the experiment. formulas: one per line. look_at: what to observe, one or two sentences each.
    expected: the expected result. source: where the experiment comes from.
    """

    goal: str
    formulas: tuple[str, ...]
    look_at: tuple[str, ...]
    expected: str
    source: str

    def to_html(self, typeset: Callable[[str], str] = str) -> str:
        """Return the whole page with headings, without colours and sizes.

        typeset: converts a formula to HTML that looks better than the formula in one line.
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
        """Return the whole page as text, in lines of at most `width` characters unless a word is longer."""
        parts = [fill(as_text(self.goal), width), "", *(f"    {as_text(formula)}" for formula in self.formulas), ""]
        parts += ["Look at:", *(_item(as_text(each), width) for each in self.look_at), ""]
        parts += [fill(f"Expected: {as_text(self.expected)}", width), fill(f"Source: {as_text(self.source)}", width)]
        return "\n".join(parts)


def as_text(html: str) -> str:
    """Convert HTML to text: W<sub>1</sub> becomes W₁, or W_(ab) if Unicode has no such character."""
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
