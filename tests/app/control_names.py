"""The names of all that a user can press, choose or fill in, and the names that texts for users mention."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QMenu, QTabBar, QWidget

from app.dialogs.help.guide_pages import guide_pages

TEXT_FOLDERS = "app", "nncore/experiments/recipes", "nncore/training/diagnosis"
"""The folders whose string constants a user reads."""

KEY = r"(?:Ctrl|Alt|Shift|Enter|Esc|Tab|Space|Delete|Home|End|F\d+|[A-Z])\b"
INSTRUCTION = re.compile(rf"\b(?:[Pp]ress|[Cc]lick) (?!{KEY})([A-Z][\w ]+)")
QUOTED = re.compile(r"(?:button|press|stays|until you press|menu:?) “([A-Z][^”{}:]*)")
QUOTED_SENTENCE = re.compile(r"(?:^|\. )“([A-Z][^”{}]*)”")
TAB_NAME = re.compile(r"\b([A-Z]\w+(?: hand)?) tab\b")
WITHIN_TAB = re.compile(r"in the ([A-Z]\w+(?: hand)?) tab and press “?([A-Z][\w ]*)")
MARKED_IN_GUIDE = re.compile(rf"\*{{1,2}}(?!{KEY}|The )([A-Z][^*\n]+)\*{{1,2}}")


def plain(text: str) -> str:
    """A name without its mnemonic, its dots, and what a colon adds."""
    return re.sub(
        r"\s*(…|\.\.\.)$", "", text.replace("&&", "\0").replace("&", "").replace("\0", "&").split(":")[0]
    ).strip()


def names_in(root: QWidget) -> set[str]:
    """The names of the buttons, tabs, menus and choices in a window or dialog, whether they are visible or not."""
    found: list[str] = [root.windowTitle()]
    for widget in (root, *root.findChildren(QWidget)):
        if isinstance(widget, QAbstractButton):
            found += [widget.text(), str(getattr(widget, "full_text", ""))]
        elif isinstance(widget, QComboBox):
            found += [widget.itemText(index) for index in range(widget.count())]
        elif isinstance(widget, QTabBar):
            found += [widget.tabText(index) for index in range(widget.count())]
    found += [action.text() for action in root.findChildren(QAction)]
    found += [menu.title() for menu in root.findChildren(QMenu)]
    return {plain(text) for text in found if text}


def labels_in(root: QWidget) -> set[str]:
    """The texts of the labels, and what screen readers call the widgets."""
    widgets = root.findChildren(QWidget)
    texts = [widget.text() for widget in widgets if isinstance(widget, QLabel)]
    return {plain(text) for text in (*texts, *(widget.accessibleName() for widget in widgets)) if text}


def texts_of_the_program(root: Path) -> Iterator[tuple[str, str]]:
    """(file, text) of each string constant of the folders, without docstrings."""
    for folder in TEXT_FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            docstrings = {
                id(node.value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.JoinedStr):
                    parts = [str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values]
                    yield str(path.relative_to(root)), "".join(parts)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                    yield str(path.relative_to(root)), node.value


def mentioned_in(text: str) -> Iterator[str]:
    """The names of controls that a text of the program mentions."""
    for pattern in (INSTRUCTION, QUOTED, QUOTED_SENTENCE):
        yield from (match[1] for match in pattern.finditer(text))


def is_named(mention: str, names: Iterable[str]) -> bool:
    """Whether the mention is, or begins with, the name of a control, in any case."""
    words = plain(mention).casefold().split()
    known = {name.casefold() for name in names}
    return any(" ".join(words[:count]) in known for count in range(len(words), 0, -1))


def mentioned_in_guide() -> Iterator[tuple[str, str]]:
    """(page, name) of each marked name of the guide."""
    for page in guide_pages():
        yield from ((page.name, match[1]) for match in MARKED_IN_GUIDE.finditer(page.text))
