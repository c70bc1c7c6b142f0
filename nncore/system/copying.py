"""How objects that write into their own arrays are copied: completely, or not at all.

A shallow copy of such an object would write into the arrays of its original. A deep copy or a pickle keeps arrays
apart that were views of one another. Each class says which of the two rules here it follows.
"""

from __future__ import annotations

from copy import deepcopy
from typing import ClassVar, NoReturn, Self


class CopiedDeeply:
    """An object whose `copy.copy` is its `copy.deepcopy`: original and copy share nothing that either writes to."""

    def __copy__(self) -> Self:
        """A copy that shares nothing with this object."""
        return deepcopy(self)


class NotCopied:
    """An object that `copy` and `pickle` refuse with a TypeError that says what to do instead."""

    copy_instead: ClassVar[str]
    """What to do instead of a copy, as a sentence."""

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse: `copy.copy`, `copy.deepcopy`, `pickle` and joblib all ask this method how to make a copy."""
        raise TypeError(f"{type(self).__name__} objects cannot be copied or pickled. {self.copy_instead}")
