"""The light and the dark theme: all colours and sizes of the window. Widgets define no colours of their own.

There are two palettes on Qt's Fusion style, because not every platform reports a dark mode to Qt. A widget calls
`colours_of(self)` when it paints; Qt sends it a PaletteChange (or StyleChange) when the theme changes.

The style sheet, resources/stylesheet.qss, selects widgets by dynamic properties, which are set before the widget is
shown, as in `button.setProperty("primary", True)`: `primary` (the one filled button of a page), `title`, `quiet` (small
text), `error` (an error message, or the field that it is about), `group` (the heading of a group), `card` (a frame with
a raised surface), `value` (an emphasized figure), `plain` (a tool button that looks like a push button).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.resources import files
from string import Template

from PySide6.QtCore import QCoreApplication, QDir, QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

import resources
from app.style.combo_boxes import keep_delegates
from app.style.fonts import body_font, load_fonts, pixels_per_point

GAP = 8
"""Pixels between related widgets."""

GROUP_GAP = 16
"""Pixels between groups of widgets."""

PAGE_MARGIN = 24
"""Pixels around a page."""

TITLE_SCALE = 1.5
"""Size of a page title as a multiple of the body text."""

SMALL_SCALE = 0.875
"""Size of small text as a multiple of the body text."""

ANSWER_SCALE = 6.0
"""Size of the answer on the Draw tab as a multiple of the body text."""

SCALES_TO_FIT = 0.9, 0.8, 0.7, 0.6
"""The sizes that large text may get where it would be cut, as multiples of its size."""

LEAST_LINE = 12.0
"""The height in pixels of a line of the smallest such text, about that of small text at 100 %."""

LINE_WIDTH = 1
"""Width of the lines of charts and strokes in pixels."""

PROJECTOR_LINE_WIDTH = 3
"""The same in projector mode."""


@dataclass(frozen=True)
class Colours:
    """One palette. The series colours are near Okabe and Ito's, which colour-blind people can distinguish.

    Attributes:
        page: background of the window.
        surface: a card on it.
        field: an entry.
        hover: under the pointer.
        line: separators.
        edge: borders of controls.
        text, quiet_text: of labels, and of explanations.
        disabled_text: of disabled controls.
        accent: primary button and focus ring, also under the pointer (accent_hover) and pressed (accent_pressed).
        on_accent: text on it.
        training, validation, batch: the curves of the training, of the validation, and of single batches.
        winner: the most probable digit.
        error: messages of errors.
        bar: the bars of the other digits.
        ink, paper: the strokes and the canvas.
        grid: lines of a chart, and what a bar has not filled.
        tooltip, tooltip_text: a tooltip.

    Texts have a contrast of at least 4.5 to 1 with their backgrounds; borders of controls, curves and bars 3 to 1
    (WCAG 2.1, level AA).
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
    batch: str
    validation: str
    winner: str
    error: str
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
    accent="#0072B2", on_accent="#FFFFFF", training="#0072B2", batch="#8893A1", validation="#B97500", winner="#00946C",
    error="#B84A00", bar="#7B8492", ink="#1B1F27", paper="#FFFFFF", grid="#E6E8EC", hover="#E8EBEF",
    edge="#78818F", disabled_text="#858D9A", accent_hover="#00639B", accent_pressed="#005485",
    tooltip="#1B1F27", tooltip_text="#F4F5F7",
)  # fmt: skip

DARK = Colours(
    page="#16181D", surface="#1F2229", field="#262A33", line="#31353F", text="#E8EAEE", quiet_text="#A0A7B4",
    accent="#56B4E9", on_accent="#0B1116", training="#56B4E9", batch="#707A88", validation="#E69F00", winner="#22B88E",
    error="#F0803C", bar="#747E90", ink="#F2F3F5", paper="#101216", grid="#2B2F38", hover="#2B2F38",
    edge="#707A8C", disabled_text="#757D8B", accent_hover="#74C3F0", accent_pressed="#8FD0F5",
    tooltip="#E8EAEE", tooltip_text="#16181D",
)  # fmt: skip


class ThemeChoice(StrEnum):
    """The choices of the menu."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Appearance:
    """What the user can choose: theme, size of the text (one of `fonts.TEXT_SCALES`), and projector mode.

    Projector mode has larger text and thicker lines, and shows fewer settings.
    """

    theme: ThemeChoice = ThemeChoice.SYSTEM
    text_scale: float = 1.0
    projector: bool = False


def colours_of(widget: QWidget) -> Colours:
    """The colours of the theme in which `widget` is shown.

    They depend on the application's palette, because a style sheet rule may have changed the widget's own.
    """
    ground = QApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if ground.lightness() < 128 else LIGHT


def motion_milliseconds(widget: QWidget, wanted: int) -> int:
    """The duration of an animation: `wanted`, or 0 if the platform asks for no animation."""
    hint = widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget)
    return wanted if hint > 0 else 0


def scaled(font: QFont, scale: float, weight: QFont.Weight | None = None) -> QFont:
    """A copy of `font`, `scale` times as large; weight: None for the weight of `font`."""
    copy = QFont(font)
    copy.setPointSizeF(QFontInfo(font).pointSizeF() * scale)
    if weight is not None:
        copy.setWeight(weight)
    return copy


def smaller_fonts(font: QFont) -> Iterator[QFont]:
    """`font`, and smaller ones for a text that it would cut; not smaller than small text is at 100 %."""
    yield font
    for scale in SCALES_TO_FIT:
        smaller = scaled(font, scale)
        if QFontMetricsF(smaller).height() < LEAST_LINE:
            return
        yield smaller


def apply_appearance(app: QApplication, chosen: Appearance) -> None:
    """Apply theme, text size and projector mode to the whole application; may be called again at any time.

    With the theme SYSTEM it follows the platform's colour scheme later, too.
    """
    theme = app.findChild(_Theme)
    if theme is None:
        theme = _Theme(app)
    theme.choose(chosen)


def appearance(app: QCoreApplication | None) -> Appearance:
    """The appearance applied last."""
    theme = app.findChild(_Theme) if app is not None else None
    return theme.chosen if theme is not None else Appearance()


def line_width() -> int:
    """The width of the lines of charts and strokes in pixels. A widget gets a StyleChange when it changes."""
    return PROJECTOR_LINE_WIDTH if appearance(QApplication.instance()).projector else LINE_WIDTH


class _Theme(QObject):
    """The state of `apply_appearance`: what was chosen, and the platform's palette and font before it."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self.chosen = Appearance()
        self._platform_is_dark = app.palette().color(QPalette.ColorRole.Window).lightness() < 128
        self._platform_font = self._font = QFont(app.font())
        app.setStyle("Fusion")
        load_fonts()
        QDir.addSearchPath("controls", str(files(resources) / "icons" / "controls"))
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def choose(self, chosen: Appearance) -> None:
        """Apply `chosen`, and tell the platform the theme, to which it adapts the title bars."""
        self.chosen = chosen
        hints = self._app.styleHints()
        if chosen.theme is ThemeChoice.SYSTEM:
            hints.unsetColorScheme()
            self._apply(hints.colorScheme())
        else:
            dark = chosen.theme is ThemeChoice.DARK
            scheme = Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light
            hints.setColorScheme(scheme)
            self._apply(scheme)

    @Slot(Qt.ColorScheme)
    def _follow(self, scheme: Qt.ColorScheme) -> None:
        if self.chosen.theme is ThemeChoice.SYSTEM:
            self._apply(scheme)

    def _apply(self, scheme: Qt.ColorScheme) -> None:
        dark = self._platform_is_dark if scheme == Qt.ColorScheme.Unknown else scheme == Qt.ColorScheme.Dark
        colours = DARK if dark else LIGHT
        if self._app.font() != self._font:  # set by the platform since
            self._platform_font = QFont(self._app.font())
        self._font = body_font(self._platform_font, self.chosen.text_scale, projector=self.chosen.projector)
        if self._app.font() != self._font:
            self._app.setFont(self._font)
        with _without_garbage_collection():
            self._app.setPalette(palette_of(colours))
            # Qt applies a sheet that replaces another to each widget once for each of its parents, but a first sheet
            # and the removal of one only once: a third of the time for this window.
            self._app.setStyleSheet("")
            self._app.setStyleSheet(_stylesheet(colours, self._font.pointSizeF()))
            keep_delegates()


@contextmanager
def without_style_sheet(app: QApplication) -> Iterator[None]:
    """Remove the style sheet, and apply it once at the end of the `with` block, in which a window is built.

    Otherwise Qt would apply it to a widget again whenever the widget gets a new parent.
    """
    sheet = app.styleSheet()
    app.setStyleSheet("")
    try:
        yield
    finally:
        with _without_garbage_collection():
            app.setStyleSheet(sheet)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Run the garbage collector, then disable it until the `with` block ends.

    Qt iterates over all widgets and calls Python for each; collecting a widget during this would crash the process.
    """
    if QApplication.topLevelWidgets():
        gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _stylesheet(colours: Colours, body: float) -> str:
    """The Qt style sheet for one palette; body: height of the body text in points."""
    em = round(body * pixels_per_point())
    return Template((files(resources) / "stylesheet.qss").read_text(encoding="utf-8")).substitute(
        asdict(colours),
        theme="dark" if colours == DARK else "light",
        dark=colours.on_accent if colours == DARK else colours.text,
        title_size=f"{body * TITLE_SCALE:.2f}pt",
        small_size=f"{body * SMALL_SCALE:.2f}pt",
        em=f"{em}px",
        row_height=f"{2 * em}px",
        arrow_width=f"{2 * em}px",
    )


def palette_of(colours: Colours) -> QPalette:
    """The Qt palette for `colours`, used by Fusion where the style sheet has no rule."""
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


# One colour for each digit, with enough contrast on the surface of the light and of the dark theme.
DIGIT_COLOURS_ON_LIGHT = (
    "#332288", "#C2556A", "#117733", "#882255", "#0072B2", "#946600", "#1F8A7A", "#C85200", "#AA4499", "#6B7078",
)  # fmt: skip
DIGIT_COLOURS_ON_DARK = (
    "#A99BF5", "#EE8899", "#5FCB7A", "#E667A3", "#56B4E9", "#DDCC77", "#66D9C6", "#F0803C", "#CC85DB", "#C8CCD4",
)  # fmt: skip


def digit_colours(widget: QWidget) -> tuple[str, ...]:
    """Ten colours, one per digit, that are visible on the surface of `widget`."""
    return DIGIT_COLOURS_ON_DARK if colours_of(widget) is DARK else DIGIT_COLOURS_ON_LIGHT
