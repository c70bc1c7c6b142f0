"""Formulas in LaTeX between dollar signs as Unicode text, for the terminal and for screen readers."""

from __future__ import annotations

import re

SUBSCRIPTS = str.maketrans("0123456789+−=()aeijklnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₖₗₙₒₚᵣₛₜᵤᵥₓ")
SUPERSCRIPTS = str.maketrans("0123456789+−=()nTi", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵀⁱ")
GREEK = {
    "beta": "β",
    "gamma": "γ",
    "varepsilon": "ε",
    "eta": "η",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "sigma": "σ",
    "sum": "Σ",
}
SIGNS = {
    "odot": "⊙",
    "partial ": "∂",
    "partial": "∂",
    "leftarrow": "←",
    "le": "≤",
    "sim": "~",
    "cdot": "·",
    "ldots": "…",
    "|": "‖",
    "top": "T",
    ",": " ",
}
LATEX_COMMANDS = {**GREEK, **SIGNS, "left": "", "right": ""}
"""The Unicode text of LaTeX commands; the text of other commands, such as log, is their name."""


def formula_as_text(line: str) -> str:
    r"""Convert the formulas of a line to Unicode: $W_1^\top$ becomes W₁ᵀ, and $\frac{a}{b + c}$ becomes a/(b + c).

    A fraction or a root may contain a root, words and scripts, but not a fraction.
    """
    parts = line.split("$")
    parts[1::2] = map(_formula_text, parts[1::2])
    return "".join(parts)


def _formula_text(latex: str) -> str:
    text = re.sub(r"\\text\{(.*?)\}", r"\1", latex)  # \text{label}: label
    # \eta: η, and \leftarrow: ←
    text = re.sub(r"\\(?!frac|sqrt)(partial |[A-Za-z]+|.)", lambda found: LATEX_COMMANDS.get(found[1], found[1]), text)
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
