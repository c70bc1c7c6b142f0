"""The page that explains a recipe, and its text for the terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import fill

SUBSCRIPTS = str.maketrans("0123456789+−=()aeijklnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₖₗₙₒₚᵣₛₜᵤᵥₓ")
SUPERSCRIPTS = str.maketrans("0123456789+−=()nTi", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵀⁱ")
GREEK = {"beta": "β", "gamma": "γ", "varepsilon": "ε", "eta": "η", "lambda": "λ", "pi": "π", "sigma": "σ", "sum": "Σ"}
SIGNS = {"leftarrow": "←", "le": "≤", "sim": "~", "cdot": "·", "ldots": "…", "|": "‖", "top": "T", ",": " "}
LATEX_COMMANDS = {**GREEK, **SIGNS, "left": "", "right": ""}
"""The Unicode text of LaTeX commands; the text of other commands, such as log, is their name."""


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
        parts = [fill(self.goal, width), "", *(f"    {as_text(line)}" for line in self.formulas), ""]
        parts += ["Look at:", *(_item(each, width) for each in self.look_at), ""]
        parts += [fill(f"Expected: {self.expected}", width), fill(f"Source: {self.source}", width)]
        return "\n".join(parts)


def as_text(line: str) -> str:
    r"""Convert the formulas of a line to Unicode: $W_1^\top$ becomes W₁ᵀ, and $\frac{a}{b + c}$ becomes a/(b + c).

    A fraction or a root may contain a root, words and scripts, but not a fraction.
    """
    parts = line.split("$")
    parts[1::2] = map(_formula_text, parts[1::2])
    return "".join(parts)


def _formula_text(latex: str) -> str:
    text = re.sub(r"\\text\{(.*?)\}", r"\1", latex)  # \text{label}: label
    # \eta: η, and \leftarrow: ←
    text = re.sub(r"\\(?!frac|sqrt)([A-Za-z]+|.)", lambda found: LATEX_COMMANDS.get(found[1], found[1]), text)
    text = text.replace("{-}", "-").replace("-", "−").replace("'", "′")
    # W_1 or W_{10}: W₁ or W₁₀
    text = re.sub(r"([_^])(\{.*?\}|.)", lambda found: _script(found[1], found[2].strip("{}")), text)
    # \sqrt{v}: √v, and \frac{a}{b}: a/b
    text = re.sub(r"\\sqrt\{(.*?)\}", lambda found: f"√{_operand(found[1])}", text)
    return re.sub(r"\\frac\{(.*?)\}\{(.*?)\}", lambda found: f"{_operand(found[1])}/{_operand(found[2])}", text)


def _script(mark: str, text: str) -> str:
    signs = SUBSCRIPTS if mark == "_" else SUPERSCRIPTS
    if all(ord(sign) in signs for sign in text):
        return text.translate(signs)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _operand(text: str) -> str:
    return text if re.fullmatch(r"\w+|√\([^()]*\)", text) else f"({text})"


def _item(text: str, width: int) -> str:
    return fill(text, width, initial_indent="  • ", subsequent_indent="    ")
