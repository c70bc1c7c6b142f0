"""The two palettes and the sizes of the whole window; widgets import them from `app.style.theme`."""

from __future__ import annotations

from dataclasses import dataclass

GAP, GROUP_GAP, PAGE_MARGIN = 8, 16, 24
"""Pixels between related widgets, between groups, and around a page."""

TITLE_SCALE, SMALL_SCALE, ANSWER_SCALE = 1.5, 0.875, 6.0
"""Sizes of a page title, of small text and of the answer on the Draw tab, as multiples of the body text."""

SMALLEST_BODY = 13.0
"""Smallest body text in logical pixels; some platforms use 9 points."""


@dataclass(frozen=True)
class Colours:
    """One palette. The series colours are Okabe and Ito's, which colour-blind people can distinguish.

    page: background of the window. surface: a card on it. field: an entry. hover: under the pointer. line: separators.
    edge: borders of controls. accent: primary button and focus ring.
    """

    page: str
    surface: str
    field: str
    line: str
    text: str
    quiet_text: str
    accent: str
    on_accent: str
    training: str
    validation: str
    winner: str
    trouble: str
    bar: str
    ink: str
    paper: str
    grid: str
    hover: str
    edge: str
    disabled_text: str
    accent_hover: str
    accent_pressed: str
    tooltip: str
    tooltip_text: str


LIGHT = Colours(
    page="#F4F5F7", surface="#FFFFFF", field="#FFFFFF", line="#DDE0E5", text="#1B1F27", quiet_text="#5A6270",
    accent="#0072B2", on_accent="#FFFFFF", training="#0072B2", validation="#E69F00", winner="#009E73",
    trouble="#B84A00", bar="#AEB8C6", ink="#1B1F27", paper="#FFFFFF", grid="#E6E8EC", hover="#E8EBEF",
    edge="#B6BDC8", disabled_text="#858D9A", accent_hover="#00639B", accent_pressed="#005485",
    tooltip="#1B1F27", tooltip_text="#F4F5F7",
)  # fmt: skip

DARK = Colours(
    page="#16181D", surface="#1F2229", field="#262A33", line="#31353F", text="#E8EAEE", quiet_text="#A0A7B4",
    accent="#56B4E9", on_accent="#0B1116", training="#56B4E9", validation="#E69F00", winner="#22B88E",
    trouble="#F0803C", bar="#566074", ink="#F2F3F5", paper="#101216", grid="#2B2F38", hover="#2B2F38",
    edge="#4A5160", disabled_text="#757D8B", accent_hover="#74C3F0", accent_pressed="#8FD0F5",
    tooltip="#E8EAEE", tooltip_text="#16181D",
)  # fmt: skip
