"""Formulas in LaTeX become readable text."""

from __future__ import annotations

import pytest

from nncore.reporting.formula_text import formula_as_text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$W_{12}^\top > e^{-z}$, $x_{qy}$", "W₁₂ᵀ > e^(−z), x_(qy)"),
        (
            r"the cross-entropy $L = {-}\frac{1}{n} \sum \log p(\text{label})$",
            "the cross-entropy L = −1/n Σ log p(label)",
        ),
        (r"$\frac{P - T}{n}$ or $\left(\frac{1}{4}\right)^6$", "(P − T)/n or (1/4)⁶"),
        (r"$W - \eta\,\frac{m}{\sqrt{v} + \varepsilon}$", "W − η m/(√v + ε)"),
        (r"$\frac{X}{\sqrt{\text{variance} + \varepsilon}} + \beta$", "X/√(variance + ε) + β"),
        (r"$\frac{\partial L}{\partial\,Y_n} \odot \mu$", "(∂L)/(∂ Yₙ) ⊙ μ"),
        (r"$\sigma'(z) \ldots \lambda \|W\|^2$", "σ′(z) … λ ‖W‖²"),
    ],
)
def test_a_formula_is_shown_in_plain_text(latex: str, text: str) -> None:
    assert formula_as_text(latex) == text
