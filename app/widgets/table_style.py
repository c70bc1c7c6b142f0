"""The space beside the texts of a table's cells."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.style.theme import GAP, colours_of

TEXT_MARGIN = 3
"""Pixels that Qt adds at both sides of a cell's text, but not of a title's."""


def table_style(widget: QWidget, padding: int = GAP) -> str:
    """A style sheet for a table, for the current theme of `widget`; padding: pixels beside the texts of its cells."""
    return f"""
QTableView {{ background: {colours_of(widget).surface}; }}
QTableView::item {{ padding: 0 {padding}px; }}
QHeaderView::section {{ padding: 6px {padding + TEXT_MARGIN}px 4px {padding + TEXT_MARGIN}px; }}
"""
