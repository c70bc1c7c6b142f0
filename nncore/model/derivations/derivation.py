"""What a derivation consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import fill

from nncore.model.layers.parameters import Array
from nncore.reporting.formula_text import formula_as_text


@dataclass(frozen=True)
class Symbol:
    """A letter in the formulas that stands for an array of a training step.

    Attributes:
        latex: the letter, in LaTeX.
        meaning: what the array holds.
    """

    latex: str
    meaning: str


SYMBOLS = {
    "X": Symbol("X", "the input of the layer, one example in each row"),
    "W": Symbol("W", "the weights of the layer"),
    "b": Symbol("b", "the biases of the layer"),
    "Y": Symbol("Y", "the output of the layer"),
    "dY": Symbol("dY", "the gradient of the loss with respect to the output"),
    "dX": Symbol("dX", "the gradient of the loss with respect to the input"),
    "dW": Symbol("dW", "the gradient of the loss with respect to the weights"),
    "db": Symbol("db", "the gradient of the loss with respect to the biases"),
    "slope": Symbol("f'(X)", "the derivative of the activation at each input"),
    "gamma": Symbol(r"\gamma", "the scale of each feature"),
    "beta": Symbol(r"\beta", "the shift of each feature"),
    "dgamma": Symbol(r"d\gamma", "the gradient of the loss with respect to the scales"),
    "dbeta": Symbol(r"d\beta", "the gradient of the loss with respect to the shifts"),
    "epsilon": Symbol(r"\varepsilon", "a small number that prevents a division by zero"),
    "stride": Symbol("s", "the stride: how many pixels the window moves, down and across"),
    "padding": Symbol("p", "the padding: lines and columns of zeros around the image"),
    "Z": Symbol("Z", "the logits: the output of the last layer"),
    "P": Symbol("P", "the answers: probabilities, or the output of a sigmoid"),
    "T": Symbol("T", "the targets"),
    "dZ": Symbol("dZ", "the gradient of the loss with respect to the logits"),
}
"""The symbols of all derivations. The keys are the names of the arrays that `Derivation.results` takes and returns."""


@dataclass(frozen=True)
class DerivationStep:
    """One step of a derivation.

    Attributes:
        line: what the step states: words, and formulas in LaTeX between dollar signs.
        reason: why it is true, in one or two sentences.
        details: lines that show the step at length; empty if the reason is all there is to say.
        symbols: keys of SYMBOLS whose shapes and numbers help here.
    """

    line: str
    reason: str
    details: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """How a gradient follows from the formula of the forward pass.

    Attributes:
        name: its key in DERIVATIONS and on the command line.
        title: its name in the window.
        goal: what is derived, in a sentence.
        steps: from the formula to the gradient.
        inputs: keys of SYMBOLS: the arrays that `compute` takes, in this order.
        outputs: keys of SYMBOLS: the gradients that `compute` returns.
        compute: the last formulas as NumPy code. It takes arrays of the shapes that a training step has.
        kinds: the kinds of layers (`LayerSpec.kind`) that it explains; empty if it is about the loss or the network.
        losses: pairs (loss, output) of LOSSES and OUTPUTS that it explains.
    """

    name: str
    title: str
    goal: str
    steps: tuple[DerivationStep, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    compute: Callable[..., tuple[Array, ...]]
    kinds: frozenset[str] = frozenset()
    losses: frozenset[tuple[str, str]] = frozenset()

    def results(self, numbers: Mapping[str, Array]) -> dict[str, Array]:
        """Return the gradients that the derived formulas give, by the keys of `outputs`.

        numbers: the arrays of a training step, at least those named in `inputs`. Raises KeyError if one is missing.
        """
        return dict(zip(self.outputs, self.compute(*(numbers[name] for name in self.inputs)), strict=True))

    @property
    def latex(self) -> set[str]:
        """All its formulas in LaTeX, without dollar signs."""
        lines = [line for step in self.steps for line in (step.line, step.reason, *step.details)]
        used = {name for step in self.steps for name in step.symbols} | {*self.inputs, *self.outputs}
        return {formula for line in lines for formula in line.split("$")[1::2]} | {SYMBOLS[name].latex for name in used}

    def to_text(self, width: int = 100) -> str:
        """Return it as text, in lines of at most `width` characters unless a formula is longer."""
        parts = [self.title, fill(self.goal, width)]
        for number, step in enumerate(self.steps, 1):
            parts += ["", f"{number}. {formula_as_text(step.line)}"]
            parts += [_indented(step.reason, width, 3)]
            parts += [_indented(line, width, 5) for line in step.details]
        return "\n".join(parts)


def _indented(line: str, width: int, indent: int) -> str:
    return fill(formula_as_text(line), width, initial_indent=" " * indent, subsequent_indent=" " * indent)
