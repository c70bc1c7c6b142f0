"""The font of the app, Inter, and its sizes."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QGuiApplication

import resources

MIN_BODY_PIXELS = 13.0
"""Minimum height of the body text in logical pixels; some platforms use 9 points."""

TEXT_SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""The sizes of the text that the user can choose, as multiples of the platform's size."""

PROJECTOR_SCALE = 1.4
"""The size of the text in projector mode, as a multiple of the size that the user has chosen."""

MAX_PROJECTOR_PIXELS = 2 * MIN_BODY_PIXELS
"""Projector mode makes no text larger than this; a larger one stays as it is. The window fits 1366 x 768 with it."""


def load_fonts() -> None:
    """Make the bundled fonts known to Qt."""
    folder = files(resources) / "fonts"
    for name in ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf"):
        QFontDatabase.addApplicationFontFromData((folder / name).read_bytes())


def pixels_per_point() -> float:
    """Logical pixels per point on the main screen."""
    screen = QGuiApplication.primaryScreen()
    return (screen.logicalDotsPerInchY() if screen else 96.0) / 72.0


def body_font(platform: QFont, text_scale: float = 1.0, *, projector: bool = False) -> QFont:
    """Inter with tabular figures, for the body text.

    platform: its size, but at least MIN_BODY_PIXELS pixels, is multiplied by `text_scale`. projector: larger still.
    """
    font = QFont("Inter")
    font.setStyleHint(QFont.StyleHint.SansSerif)
    points = max(QFontInfo(platform).pointSizeF(), MIN_BODY_PIXELS / pixels_per_point()) * text_scale
    if projector:
        points = max(points, min(PROJECTOR_SCALE * points, MAX_PROJECTOR_PIXELS / pixels_per_point()))
    font.setPointSizeF(points)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def next_text_scale(scale: float, direction: int) -> float:
    """The next of TEXT_SCALES above (`direction` 1) or below (-1) `scale`; the last one stays."""
    if direction > 0:
        return next((step for step in TEXT_SCALES if step > scale), TEXT_SCALES[-1])
    return next((step for step in reversed(TEXT_SCALES) if step < scale), TEXT_SCALES[0])
