"""The Qt style sheet: how controls look. Colours and sizes come from `colours`; only `theme` calls this.

Borders are one pixel wide, and two when focused; the padding is then one pixel smaller, so that nothing moves.
"""

from __future__ import annotations

from app.style.colours import DARK, GAP, SMALL_SCALE, TITLE_SCALE, Colours


def stylesheet(colours: Colours, body: float, em: int) -> str:
    """The stylesheet for one palette; the body text is `body` points, which is `em` pixels, high."""
    parts = (_text, _buttons, _tool_buttons, _fields, _arrows, _choices, _containers, _tabs, _menus, _meters)
    return "\n".join(part(colours, body, em) for part in parts)


def _text(c: Colours, body: float, em: int) -> str:
    return f"""
QLabel {{ background: transparent; }}
QLabel:disabled {{ color: {c.disabled_text}; }}
*[title="true"] {{ font-size: {body * TITLE_SCALE:.2f}pt; font-weight: 600; }}
*[quiet="true"] {{ font-size: {body * SMALL_SCALE:.2f}pt; color: {c.quiet_text}; }}
*[value="true"] {{ font-size: {body * TITLE_SCALE:.2f}pt; font-weight: 500; }}
QLabel[trouble="true"] {{ color: {c.trouble}; font-weight: 500; }}
QLabel[group="true"] {{ font-weight: 600; }}
QToolTip {{ background: {c.tooltip}; color: {c.tooltip_text}; border: 1px solid {c.tooltip}; padding: 4px 6px; }}
"""


def _buttons(c: Colours, body: float, em: int) -> str:
    return f"""
QPushButton {{
    background: {c.surface}; color: {c.text}; border: 1px solid {c.edge}; border-radius: 6px;
    padding: 5px 13px; font-weight: 500;
}}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:pressed, QPushButton:checked {{ background: {c.line}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 4px 12px; }}
QPushButton:disabled {{ background: {c.page}; color: {c.disabled_text}; border-color: {c.line}; }}
QPushButton[primary="true"] {{
    background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; font-weight: 600;
}}
QPushButton[primary="true"]:hover {{ background: {c.accent_hover}; border-color: {c.accent_hover}; }}
QPushButton[primary="true"]:pressed {{ background: {c.accent_pressed}; border-color: {c.accent_pressed}; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[primary="true"]:disabled {{
    background: {c.line}; color: {c.disabled_text}; border-color: {c.line};
}}
"""


def _tool_buttons(c: Colours, body: float, em: int) -> str:
    return f"""
QToolButton {{
    background: transparent; color: {c.text}; border: 1px solid transparent; border-radius: 6px;
    padding: 5px {GAP}px; font-weight: 500;
}}
QToolButton:hover {{ background: {c.hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {c.line}; }}
QToolButton:focus {{ border: 2px solid {c.accent}; padding: 4px {GAP - 1}px; }}
QToolButton:disabled {{ color: {c.disabled_text}; background: transparent; }}
QToolButton[plain="true"] {{ background: {c.surface}; border-color: {c.edge}; }}
QToolButton[plain="true"]:hover {{ background: {c.hover}; }}
QToolButton[plain="true"]:pressed {{ background: {c.line}; }}
QToolButton[plain="true"]:focus {{ border: 2px solid {c.accent}; }}
QToolButton[plain="true"]:disabled {{ background: {c.page}; border-color: {c.line}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton[group="true"] {{ font-weight: 600; padding: 3px 5px; text-align: left; }}
QToolButton[group="true"]:checked {{ background: transparent; }}
QToolButton[group="true"]:hover {{ background: {c.hover}; }}
QToolButton[group="true"]:focus {{ padding: 2px 4px; }}
"""


def _fields(c: Colours, body: float, em: int) -> str:
    fields = ("QLineEdit", "QComboBox")

    def rule(suffix: str, style: str) -> str:
        return ", ".join(field + suffix for field in fields) + f" {{ {style} }}"

    return "\n".join(
        (
            rule(
                "",
                f"background: {c.field}; color: {c.text}; border: 1px solid {c.edge}; border-radius: 6px;"
                f" padding: 4px 7px; selection-background-color: {c.accent};"
                f" selection-color: {c.on_accent};",
            ),
            rule(":hover", f"border-color: {c.quiet_text};"),
            rule(":focus", f"border: 2px solid {c.accent}; padding: 3px 6px;"),
            rule('[trouble="true"]', f"border: 2px solid {c.trouble}; padding: 3px 6px;"),
            rule(":disabled", f"background: {c.page}; color: {c.disabled_text}; border-color: {c.line};"),
        )
    )


def _arrows(c: Colours, body: float, em: int) -> str:
    return f"""
QComboBox {{ padding-right: 26px; combobox-popup: 0; }}
QComboBox:focus {{ padding-right: 25px; }}
QComboBox::drop-down {{ border: none; width: 26px; subcontrol-origin: border; subcontrol-position: center right; }}
QComboBox::down-arrow {{ image: url(controls:chevron-down.svg); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{
    background: {c.surface}; color: {c.text}; border: 1px solid {c.edge}; padding: 4px; outline: none;
    selection-background-color: {c.hover}; selection-color: {c.text};
}}
QComboBox QAbstractItemView::item {{ min-height: {em * 2}px; padding: 0 6px; }}
"""


def _choices(c: Colours, body: float, em: int) -> str:
    theme = "dark" if c == DARK else "light"
    return f"""
QCheckBox {{ background: transparent; spacing: {GAP}px; padding: 2px; border-radius: 4px; }}
QCheckBox:disabled {{ color: {c.disabled_text}; }}
QCheckBox::indicator {{
    width: {em}px; height: {em}px; border: 1px solid {c.edge}; border-radius: 4px; background: {c.field};
}}
QCheckBox::indicator:hover {{ border-color: {c.quiet_text}; }}
QCheckBox::indicator:focus {{ border: 1px solid {c.accent}; }}
QCheckBox:focus {{ border: 2px solid {c.accent}; padding: 0; }}
QCheckBox::indicator:checked {{
    background: {c.accent}; border-color: {c.accent}; image: url(controls:check-{theme}.svg);
}}
QCheckBox::indicator:disabled {{ background: {c.page}; border-color: {c.line}; }}
"""


def _containers(c: Colours, body: float, em: int) -> str:
    return f"""
QMainWindow, QDialog {{ background: {c.page}; }}
QFrame[card="true"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 10px; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: 10px; }}
QScrollBar:horizontal {{ height: 10px; }}
QScrollBar::handle {{ background: {c.edge}; border: 2px solid transparent; border-radius: 5px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.quiet_text}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _tabs(c: Colours, body: float, em: int) -> str:
    return f"""
QTabWidget::pane {{ border: none; border-top: 1px solid {c.line}; }}
QTabWidget::tab-bar {{ left: {GAP}px; }}
QTabBar {{ background: transparent; border: none; font-weight: 500; qproperty-drawBase: 0; }}
QTabBar::tab {{
    background: transparent; color: {c.quiet_text}; border: none; border-bottom: 2px solid transparent;
    padding: 10px 14px 9px 14px; margin: 0 2px;
}}
QTabBar::tab:hover {{ color: {c.text}; border-bottom-color: {c.edge}; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
QTabBar::tab:focus {{ color: {c.accent}; }}
QTabBar::tab:disabled {{ color: {c.disabled_text}; }}
"""


def _menus(c: Colours, body: float, em: int) -> str:
    return f"""
QMenu {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.edge}; padding: 5px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:selected {{ background: {c.hover}; }}
QMenu::item:disabled {{ color: {c.disabled_text}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 5px 8px; }}
"""


def _meters(c: Colours, body: float, em: int) -> str:
    return f"""
QProgressBar {{
    background: {c.line}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px;
    color: transparent; text-align: center;
}}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
"""
