"""Synthetic handwriting: generated digits, and drawings that are not digits, as pen strokes.

Read first: `digits.py`.
"""

from nncore.handwriting.synthetic.digits import digits
from nncore.handwriting.synthetic.non_digits import non_digit_kinds, non_digits

__all__ = ["digits", "non_digit_kinds", "non_digits"]
