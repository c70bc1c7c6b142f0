"""Synthetic handwriting: generated digits, and drawings that are not digits, as pen strokes.

Read first: `digits.py`.
"""

from nncore.handwriting.synthetic.digits import digits
from nncore.handwriting.synthetic.non_digits import NON_DIGIT_KINDS, non_digits

__all__ = ["NON_DIGIT_KINDS", "digits", "non_digits"]
