"""The calculation of one number in words, for a heading and for a screen reader."""

from __future__ import annotations

import numpy as np

from nncore.evaluation.inspection import Inspection
from nncore.model.layers import Activation
from nncore.model.layers.terms import Position, Terms
from nncore.reporting.number_text import counted_text, number_in_words

SPOKEN_TERMS = 3
"""Number of the largest products that a sentence names."""


def calculation_in_words(inspection: Inspection, layer: int, position: Position, terms: Terms) -> str:
    """How `layer`, from 1, computes the number at `position`, in one or two sentences without symbols.

    terms: those that `inspection.terms` gives for it.
    """
    computed, value = inspection.layer(layer), number_in_words(terms.value)
    if terms.chosen is not None:
        winner = _source_in_words(inspection, layer, terms, terms.chosen)
        return f"{value} is the largest of the {counted_text(len(terms.inputs), 'number')} in the window: {winner}."
    if terms.weights is not None:
        return _sum_in_words(inspection, layer, terms)
    if terms.steps:
        return f"{value} comes out of {computed.label} in {counted_text(len(terms.steps), 'step')}."
    source = _source_in_words(inspection, layer, terms, 0)
    x = number_in_words(float(terms.inputs[0]))
    if isinstance(computed.spec, Activation):
        return f"{computed.label} turns {x} into {value}."
    if terms.value == terms.inputs[0]:
        return f"{value} is passed on unchanged from {source}."
    factors = " and ".join(f"the {name} {number_in_words(each)}" for name, each in terms.constants.items())
    return f"{value} is {x} times {factors}." if factors else f"{value} is computed from {x}."


def _sum_in_words(inspection: Inspection, layer: int, terms: Terms) -> str:
    bias = terms.constants.get("b")
    plus = "" if bias is None else f" and the bias {number_in_words(bias)}"
    sentence = f"{number_in_words(terms.value)} is the sum of {counted_text(len(terms.inputs), 'product')}{plus}."
    largest = [index for index in terms.order[:SPOKEN_TERMS].tolist() if terms.products[index] != 0]
    if not largest:
        return f"{sentence} All products are 0." if len(terms.inputs) else sentence
    named = "; ".join(
        f"{number_in_words(float(terms.products[index]))} from {_source_in_words(inspection, layer, terms, index)}"
        for index in largest
    )
    return f"{sentence} The largest: {named}."


def _source_in_words(inspection: Inspection, layer: int, terms: Terms, index: int) -> str:
    return inspection.place_in_words(layer - 1, tuple(terms.sources[index].tolist()))


def pixel_note(value: float) -> str:
    """What a number of an input image is, 0 to 1: its fraction of the 255 steps from paper to ink."""
    return f"{number_in_words(value)} on a scale from 0 for paper to 1 for ink: {round(255 * value)} of 255."


def problem_of(terms: Terms) -> str:
    """Why a number is not finite, in one sentence; "" for a finite calculation."""
    bad = {
        "weights": 0 if terms.weights is None else int((~np.isfinite(terms.weights)).sum()),
        "numbers from the previous layer": int((~np.isfinite(terms.inputs)).sum()),
    }
    reasons = [f"{count:,} of the {len(terms.inputs):,} {name}" for name, count in bad.items() if count]
    reasons += [f"the constant {name}" for name, value in terms.constants.items() if not np.isfinite(value)]
    if reasons:
        return f"Not finite numbers: {', '.join(reasons)}. The model is damaged, or its training has diverged."
    if not np.isfinite(terms.value):
        return "The result is too large for this kind of number, or the calculation has no result."
    return ""
