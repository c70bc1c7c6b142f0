"""Handwriting without people: made-up digits, and what is no digit, as strokes of a pen."""

from __future__ import annotations

from nncore.handwriting.digits import digits
from nncore.handwriting.non_digits import non_digit_kinds, non_digits

__all__ = ["digits", "non_digit_kinds", "non_digits"]
