"""A formula of a recipe's page as a tree: fractions, roots, brackets, sub- and superscripts.

The markup is that of `recipes.page`: text with <i>, <b>, <sub> and <sup>. For example, m/(√v + ε) becomes a fraction
with a root in its denominator. This module does not use Qt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

BRACKETS = {"(": ")", "[": "]"}


@dataclass
class Row:
    """Parts side by side."""

    parts: list[Node] = field(default_factory=list)


@dataclass
class Text:
    """A word, a number, a sign or a space, upright or italic."""

    text: str
    italic: bool = False
    bold: bool = False


@dataclass
class Group:
    """A pair of brackets and the parts between them."""

    left: str
    row: Row
    right: str


@dataclass
class Fraction:
    """A fraction: numerator `above`, denominator `below`."""

    above: Row
    below: Row


@dataclass
class Root:
    """A square root."""

    row: Row


@dataclass
class Scripted:
    """A part with a subscript, a superscript, or both."""

    base: Node
    sub: Row | None = None
    sup: Row | None = None


Node = Row | Text | Group | Fraction | Root | Scripted


def tree_of(markup: str) -> Row:
    """Parse `markup` into the tree of a formula."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return _grouped(reader.rows[0])


@dataclass
class _Script:
    """A subscript or superscript that is not yet attached to its part."""

    tag: str
    row: Row


class _Reader(HTMLParser):
    """Splits markup into words and scripts; brackets, roots and fractions are found afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[Text | _Script]] = [[]]
        self._italic = self._bold = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Start a style or a script."""
        self._italic += tag == "i"
        self._bold += tag == "b"
        if tag in ("sub", "sup"):
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        """End a style or a script."""
        self._italic -= tag == "i"
        self._bold -= tag == "b"
        if tag in ("sub", "sup"):
            row = _grouped(self.rows.pop())
            self.rows[-1].append(_Script(tag, row))

    def handle_data(self, data: str) -> None:
        """Split text into words, numbers, spaces and signs."""
        for word in re.findall(r"\d[\d.,]*\d|\d|[^\W\d_]+|\s+|.", data):
            self.rows[-1].append(Text(word, bool(self._italic), bool(self._bold)))


def _grouped(items: list[Text | _Script]) -> Row:
    rest = iter(items)
    row, _ = _row_until(rest, "")
    return row


def _row_until(rest: Iterator[Text | _Script], end: str) -> tuple[Row, str]:
    """The parts up to the bracket `end`, and that bracket; all parts and "" if the bracket is missing."""
    parts: list[Node] = []
    for item in rest:
        if isinstance(item, _Script):
            _attach(parts, item)
        elif item.text == end:
            return Row(_joined(parts)), end
        elif item.text in BRACKETS:
            inner, right = _row_until(rest, BRACKETS[item.text])
            parts.append(Group(item.text, inner, right))
        else:
            parts.append(item)
    return Row(_joined(parts)), ""


def _attach(parts: list[Node], script: _Script) -> None:
    base = parts.pop() if parts else Text("")
    if not isinstance(base, Scripted):
        base = Scripted(base)
    setattr(base, script.tag, script.row)
    parts.append(base)


def _joined(parts: list[Node]) -> list[Node]:
    """Combine each root sign with the part after it, then each slash with the parts on both sides."""
    rooted: list[Node] = []
    for part, following in _with_operand(parts, "√"):
        rooted.append(part if following is None else Root(_bare(following)))
    joined: list[Node] = []
    for part, following in _with_operand(rooted, "/"):
        if following is None or not joined:
            joined += [part] if following is None else [part, following]
        else:
            joined.append(Fraction(_bare(joined.pop()), _bare(following)))
    return joined


def _with_operand(parts: list[Node], sign: str) -> Iterator[tuple[Node, Node | None]]:
    """Yield each part with None, but `sign` with the part after it."""
    rest = iter(parts)
    for part in rest:
        following = next(rest, None) if isinstance(part, Text) and part.text == sign else None
        if isinstance(following, Text) and following.text.isspace():
            yield part, None
            yield following, None
        else:
            yield part, following


def _bare(part: Node) -> Row:
    """Remove the outer brackets, which a fraction bar or a root makes unnecessary."""
    if isinstance(part, Group):
        return part.row
    return part if isinstance(part, Row) else Row([part])
