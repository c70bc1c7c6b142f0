"""The lines of Python of a function, as they stand in the installed program, with their file and line number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from inspect import getsourcelines
from textwrap import dedent
from typing import Any


@dataclass(frozen=True)
class SourceLines:
    """A function's source. file: such as "nncore/model/network.py". line: the first one, from 1. text: dedented."""

    file: str
    line: int
    text: str

    @classmethod
    @cache
    def from_function(cls, function: Callable[..., Any]) -> SourceLines:
        """Find the source of a function or method; raises OSError if the program has no source files."""
        lines, first = getsourcelines(function)
        return cls(f"{function.__module__.replace('.', '/')}.py", first, dedent("".join(lines)))

    @property
    def place(self) -> str:
        """File and first line: "nncore/model/network.py, line 117"."""
        return f"{self.file}, line {self.line}"


def joined_source(parts: tuple[SourceLines, ...]) -> str:
    """The lines of several functions, each under a comment with its place."""
    return "\n".join(f"# {part.place}\n{part.text}" for part in parts)
