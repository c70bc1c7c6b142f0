"""Change the theme of the application alone, for tests."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication

from app.style.theme import ThemeChoice, appearance, apply_appearance


def apply_theme(app: QApplication, choice: ThemeChoice) -> None:
    """Apply a theme; the text size and the projector mode stay."""
    apply_appearance(app, replace(appearance(app), theme=choice))
