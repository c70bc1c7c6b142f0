"""Rules for copies of objects that write into their own arrays: a deep copy, or no copy.

A shallow copy of such an object would write into the arrays of its original. In a deep copy or a pickle, arrays that
were views of one another are separate arrays. Each class inherits from one of the two classes here.
"""

from __future__ import annotations

from copy import deepcopy
from typing import ClassVar, NoReturn, Self


class DeepCopyable:
    """An object for which `copy.copy` makes a deep copy, so that a change of the copy never changes the original."""

    def __copy__(self) -> Self:
        """Return a deep copy."""
        return deepcopy(self)


class NotCopyable:
    """An object that cannot be copied or pickled: it raises a TypeError that says what to do instead."""

    copy_instead: ClassVar[str]
    """What to do instead of a copy, as a sentence."""

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Raise TypeError: `copy.copy`, `copy.deepcopy`, `pickle` and joblib all call this method to make a copy."""
        raise TypeError(f"{type(self).__name__} objects cannot be copied or pickled. {self.copy_instead}")
