"""The icons: SVG files of one stroke width, recoloured with the theme.

The files use `currentColor` for the theme's colour; only `app`, the window's icon, has its own colours.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

import resources
from app.style.theme import colours_of


def icon(name: str, colour: QWidget | QColor | str) -> QIcon:
    """The icon `name` (a file in resources/icons, without .svg), sharp at any screen scale.

    colour: a colour, or the widget that shows the icon, for the theme's text colour and its disabled colour. Raises
    FileNotFoundError if there is no such icon.
    """
    if isinstance(colour, QWidget):
        colours = colours_of(colour)
        primary = bool(colour.property("primary"))
        enabled, disabled = QColor(colours.on_accent if primary else colours.text), QColor(colours.disabled_text)
    else:
        enabled = QColor(colour)
        disabled = QColor(enabled)
        disabled.setAlphaF(enabled.alphaF() * 0.4)
    return QIcon(_icon(name, enabled.rgba(), disabled.rgba()))


@cache
def _icon(name: str, enabled: int, disabled: int) -> QIcon:
    """The icon `name` in two colours (0xAARRGGBB); many buttons show the same one."""
    drawing = (files(resources) / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QIcon(_DrawingEngine(drawing, enabled, disabled))


class _DrawingEngine(QIconEngine):
    """Renders a drawing in the sizes that are shown, when they are first shown."""

    def __init__(self, drawing: str, enabled: int, disabled: int) -> None:
        super().__init__()
        self._drawing = drawing
        self._enabled = enabled
        self._disabled = disabled
        self._rendered: dict[tuple[int, int, int, float], QPixmap] = {}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint the icon into a rectangle, in pixels of the painter."""
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, painter.device().devicePixelRatioF()))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon in a size in pixels."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """The icon in a size in pixels of a widget; scale: how many pixels of the screen make one of them."""
        rgba = self._disabled if mode == QIcon.Mode.Disabled else self._enabled
        key = (rgba, size.width(), size.height(), scale)
        if key not in self._rendered:
            self._rendered[key] = _rendered(self._drawing, QColor.fromRgba(rgba), size * scale)
            self._rendered[key].setDevicePixelRatio(scale)
        return QPixmap(self._rendered[key])

    def clone(self) -> QIconEngine:
        """A copy, for an icon that is changed."""
        copy = _DrawingEngine(self._drawing, self._enabled, self._disabled)
        _COPIES.append(copy)
        return copy


_COPIES: list[QIconEngine] = []
"""The copies belong to Qt, which does not tell Python so: without a reference here, Python would delete them too."""


def icon_size(widget: QWidget) -> QSize:
    """The size of an icon beside the text of `widget`: as high as a line."""
    side = 2 * round(widget.fontMetrics().height() / 2)
    return QSize(side, side)


def follow_font(button: QAbstractButton) -> None:
    """Keep the icon of a button, which may be that of an action, as large as its text."""
    button.installEventFilter(_IconSizeUpdater(button))


class _IconSizeUpdater(QObject):
    """Sets the size of the icon of its parent when the font changes."""

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(button)
        self._button = button
        button.setIconSize(icon_size(button))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch the font; never filters an event out."""
        if event.type() == QEvent.Type.FontChange:
            self._button.setIconSize(icon_size(self._button))
        return False


def set_icon(target: QAbstractButton | QAction, name: str) -> None:
    """Set the icon `name` of a button, or of an action whose parent is a widget, and recolour it with the theme."""
    updater = target.findChild(_IconUpdater)
    if updater is None:
        updater = _IconUpdater(target)
    updater.show(name)


class _IconUpdater(QObject):
    """Renders the icon of its parent again when the theme changes."""

    def __init__(self, target: QAbstractButton | QAction) -> None:
        super().__init__(target)
        widget = target if isinstance(target, QWidget) else target.parent()
        if not isinstance(widget, QWidget):
            raise TypeError("The parent of an action must be a widget, which provides the theme of its icon.")
        self._target, self._widget = target, widget
        self._name, self._colours = "", colours_of(widget)
        widget.installEventFilter(self)

    def show(self, name: str) -> None:
        """Show the icon `name`."""
        self._name, self._colours = name, colours_of(self._widget)
        self._target.setIcon(icon(name, self._widget))
        if isinstance(self._target, QAbstractButton):
            self._target.setIconSize(icon_size(self._target))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch the widget's theme; never filters an event out."""
        themed = event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        if event.type() == QEvent.Type.FontChange and isinstance(self._target, QAbstractButton):
            self._target.setIconSize(icon_size(self._target))
        if themed and colours_of(self._widget) is not self._colours:
            self.show(self._name)
        return False


def _rendered(drawing: str, ink: QColor, size: QSize) -> QPixmap:
    """The SVG text `drawing` in the middle of a transparent picture."""
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    side = min(size.width(), size.height())
    with QPainter(pixmap) as painter:
        painter.setOpacity(ink.alphaF())
        renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", ink.name()).encode()))
        renderer.render(painter, QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side))
    return pixmap
