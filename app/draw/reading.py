"""Reading a drawing, for those who still import it from here."""

from nncore.recognition import read_digit as read
from nncore.recognition import why_unreadable

__all__ = ["read", "why_unreadable"]
