"""The page that explains a recipe, and its text for the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill

from nncore.reporting.formula_text import formula_as_text


@dataclass(frozen=True)
class Page:
    """The explanation of an experiment, as plain text.

    Attributes:
        goal: why to run the experiment.
        formulas: lines of words, and of formulas in LaTeX between dollar signs.
        look_at: what to observe, one or two sentences each.
        expected: the expected result.
        source: where the experiment comes from.
    """

    goal: str
    formulas: tuple[str, ...]
    look_at: tuple[str, ...]
    expected: str
    source: str

    def to_text(self, width: int = 100) -> str:
        """Return the whole page as text, in lines of at most `width` characters unless a word is longer."""
        parts = [fill(self.goal, width), "", *(f"    {formula_as_text(line)}" for line in self.formulas), ""]
        parts += ["Look at:", *(_item(each, width) for each in self.look_at), ""]
        parts += [fill(f"Expected: {self.expected}", width), fill(f"Source: {self.source}", width)]
        return "\n".join(parts)


def _item(text: str, width: int) -> str:
    return fill(text, width, initial_indent="  • ", subsequent_indent="    ")
