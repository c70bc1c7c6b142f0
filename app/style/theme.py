"""Every colour and size of the window. No widget names a colour of its own.

Two palettes of our own on Qt's Fusion style, because not every platform has a dark mode that it tells Qt about. A
widget asks `colours_of(self)` when it paints; Qt sends it a PaletteChange (or StyleChange) when the theme changes.

Widgets say what they are by dynamic properties, set before they are shown, and the stylesheet does the rest:
`primary` (the one filled button of a page), `title`, `quiet` (small print), `trouble` (an error: a label beside its
field, or the field itself), `group` (the header of a group of settings), `card` (a frame that is a raised surface),
`value` (a figure that stands out), `plain` (a tool button with the look of a push button).
`button.setProperty("primary", True)`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.resources import files

from PySide6.QtCore import QDir, QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from app.style.colours import (
    ANSWER_SCALE,
    DARK,
    GAP,
    GROUP_GAP,
    LIGHT,
    PAGE_MARGIN,
    SMALL_SCALE,
    SMALLEST_BODY,
    TITLE_SCALE,
    Colours,
)
from app.style.stylesheet import stylesheet

__all__ = [
    "ANSWER_SCALE",
    "DARK",
    "GAP",
    "GROUP_GAP",
    "LIGHT",
    "PAGE_MARGIN",
    "SMALL_SCALE",
    "TITLE_SCALE",
    "Colours",
    "ThemeChoice",
    "apply_theme",
    "body_font",
    "colours_of",
    "motion_milliseconds",
    "palette_of",
    "scaled",
]


class ThemeChoice(StrEnum):
    """What the menu offers."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def colours_of(widget: QWidget) -> Colours:
    """The palette that `widget` is shown in.

    The application's palette decides, not the widget's own: a stylesheet rule may have tinted that one.
    """
    ground = QApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if ground.lightness() < 128 else LIGHT


def motion_milliseconds(widget: QWidget, wanted: int) -> int:
    """`wanted`, or 0 where the platform asks for no motion."""
    hint = widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget)
    return wanted if hint > 0 else 0


def scaled(font: QFont, scale: float, weight: QFont.Weight | None = None) -> QFont:
    """A copy of `font`, `scale` times as large, in `weight` if one is given."""
    copy = QFont(font)
    copy.setPointSizeF(QFontInfo(font).pointSizeF() * scale)
    if weight is not None:
        copy.setWeight(weight)
    return copy


def apply_theme(app: QApplication, choice: ThemeChoice) -> None:
    """Dress the whole application as `choice` says; may be called again at any time.

    SYSTEM follows the platform's colour scheme from then on.
    """
    theme = app.findChild(_Theme)
    if theme is None:
        theme = _Theme(app)
    theme.choose(choice)


class _Theme(QObject):
    """What `apply_theme` remembers: the choice, and what the platform had before we dressed it."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = ThemeChoice.SYSTEM
        self._platform_is_dark = app.palette().color(QPalette.ColorRole.Window).lightness() < 128
        self._font: QFont | None = None
        app.setStyle("Fusion")
        _load_fonts()
        QDir.addSearchPath("controls", str(files("resources") / "icons" / "controls"))
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def choose(self, choice: ThemeChoice) -> None:
        """Dress the application, and tell the platform, whose title bars follow."""
        self._choice = choice
        hints = self._app.styleHints()
        if choice is ThemeChoice.SYSTEM:
            hints.unsetColorScheme()
            self._dress(hints.colorScheme())
        else:
            dark = choice is ThemeChoice.DARK
            scheme = Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light
            hints.setColorScheme(scheme)
            self._dress(scheme)

    @Slot(Qt.ColorScheme)
    def _follow(self, scheme: Qt.ColorScheme) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._dress(scheme)

    def _dress(self, scheme: Qt.ColorScheme) -> None:
        dark = self._platform_is_dark if scheme == Qt.ColorScheme.Unknown else scheme == Qt.ColorScheme.Dark
        colours = DARK if dark else LIGHT
        if self._app.font() != self._font:  # the platform's, or what somebody has set since
            self._font = body_font(self._app.font())
            self._app.setFont(self._font)
        body = self._font.pointSizeF()
        with _no_widget_collected():
            self._app.setPalette(palette_of(colours))
            self._app.setStyleSheet(stylesheet(colours, body, round(body * _pixels_a_point())))


@contextmanager
def _no_widget_collected() -> Iterator[None]:
    """Let Python collect its garbage before, and none meanwhile.

    Qt goes through all widgets and calls into Python for each: one collected then would be gone from under it.
    """
    gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load_fonts() -> None:
    folder = files("resources") / "fonts"
    for name in ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf"):
        QFontDatabase.addApplicationFontFromData((folder / name).read_bytes())


def _pixels_a_point() -> float:
    screen = QGuiApplication.primaryScreen()
    return (screen.logicalDotsPerInchY() if screen else 96.0) / 72.0


def body_font(platform: QFont) -> QFont:
    """Inter with tabular figures in the size of the platform's own font, but at least SMALLEST_BODY pixels."""
    font = QFont("Inter")
    font.setStyleHint(QFont.StyleHint.SansSerif)
    font.setPointSizeF(max(QFontInfo(platform).pointSizeF(), SMALLEST_BODY / _pixels_a_point()))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def palette_of(colours: Colours) -> QPalette:
    """The Qt palette for `colours`: what Fusion draws and the stylesheet does not name."""
    role, off = QPalette.ColorRole, QPalette.ColorGroup.Disabled
    palette = QPalette()
    for names, colour in (
        ((role.Window, role.AlternateBase), colours.page),
        ((role.Base,), colours.field),
        ((role.Button, role.Light, role.Midlight), colours.surface),
        ((role.Mid, role.Dark, role.Shadow), colours.edge),
        ((role.WindowText, role.Text, role.ButtonText, role.BrightText), colours.text),
        ((role.PlaceholderText,), colours.quiet_text),
        ((role.Highlight, role.Accent, role.Link, role.LinkVisited), colours.accent),
        ((role.HighlightedText,), colours.on_accent),
        ((role.ToolTipBase,), colours.tooltip),
        ((role.ToolTipText,), colours.tooltip_text),
    ):
        for name in names:
            palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText, role.HighlightedText):
        palette.setColor(off, name, QColor(colours.disabled_text))
    palette.setColor(off, role.Base, QColor(colours.page))
    palette.setColor(off, role.Highlight, QColor(colours.line))
    return palette


ON_LIGHT = (
    "#332288", "#C2556A", "#117733", "#882255", "#0072B2", "#946600", "#1F8A7A", "#C85200", "#AA4499", "#6B7078",
)  # fmt: skip
ON_DARK = (
    "#A99BF5", "#EE8899", "#5FCB7A", "#E667A3", "#56B4E9", "#DDCC77", "#66D9C6", "#F0803C", "#CC85DB", "#C8CCD4",
)  # fmt: skip


def digit_colours(widget: QWidget) -> tuple[str, ...]:
    """The ten colours on the surface that `widget` is shown on."""
    return ON_DARK if colours_of(widget) is DARK else ON_LIGHT
