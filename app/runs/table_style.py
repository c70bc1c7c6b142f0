"""How the tables of the Runs tab look: quiet titles, room between the columns, a choice that can still be read."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.theme import GAP, SMALL_SCALE, colours_of

TEXT_MARGIN = 3
"""Pixels that Qt leaves at either side of a cell's text within its padding, but not of a title's."""


def table_style(widget: QWidget) -> str:
    """A style sheet for a table, in the theme and font that `widget` has now."""
    c, body = colours_of(widget), widget.font().pointSizeF()
    return f"""
QTableView {{ background: {c.surface}; selection-background-color: {c.line}; selection-color: {c.text}; }}
QTableView::item {{ padding: 0 {GAP}px; }}
QHeaderView {{ background: {c.surface}; border: none; }}
QHeaderView::section {{
    background: {c.surface}; color: {c.quiet_text}; border: none; border-bottom: 1px solid {c.line};
    padding: {GAP // 2}px {GAP + TEXT_MARGIN}px; font-size: {body * SMALL_SCALE:.2f}pt; font-weight: 500;
}}
QHeaderView::section:vertical {{ border-bottom: none; }}
QAbstractScrollArea::corner {{ background: {c.surface}; border: none; }}
QTableCornerButton::section {{ background: {c.surface}; border: none; }}
"""
