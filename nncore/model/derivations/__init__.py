"""Derivations of the gradients, step by step, each with a NumPy function that computes its result.

Tests compare every result with the gradient that the layers and losses compute. Read first: `derivation.py`.
"""

from nncore.model.derivations.derivation import SYMBOLS, Derivation, DerivationStep
from nncore.model.derivations.layer_derivations import LAYER_DERIVATIONS
from nncore.model.derivations.network_derivations import NETWORK_DERIVATIONS

DERIVATIONS = {each.name: each for each in (*LAYER_DERIVATIONS, *NETWORK_DERIVATIONS)}
"""All derivations, by their names, in the order in which they are best read."""

__all__ = ["DERIVATIONS", "SYMBOLS", "Derivation", "DerivationStep"]
