"""A widget as a PNG or SVG picture. pyqtgraph is not imported here: it takes long, and most views do not need it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QBuffer, QIODevice, QPoint
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QGraphicsItem, QGraphicsView, QWidget

from app.style.theme import colours_of
from app.widgets.pictures.focus_border import FocusBorder

PIXELS_PER_POINT = 2
"""Pixels of a PNG picture for each pixel on the screen, so that it stays sharp on a slide."""


def rendered_image(widget: QWidget) -> QImage:
    """A picture of `widget` as it is shown, without its buttons, twice as large."""
    image = QImage(widget.size() * PIXELS_PER_POINT, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(PIXELS_PER_POINT)
    image.fill(QColor(colours_of(widget).surface))
    with _ready_for_a_picture(widget), QPainter(image) as painter:
        widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    return image


def png_of(widget: QWidget) -> bytes:
    """The content of a PNG file with the picture of `widget`."""
    return png_content(rendered_image(widget))


def png_content(image: QImage) -> bytes:
    """The content of a PNG file with `image`."""
    buffer = _open_buffer()
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide's stub asks for bytes, but PySide for str
    return bytes(buffer.data().data())


def svg_of(widget: QWidget) -> bytes:
    """The content of an SVG file with the picture of `widget`: lines and text that can be enlarged and edited."""
    from PySide6.QtSvg import QSvgGenerator  # not needed to open the window

    buffer = _open_buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    generator.setViewBox(widget.rect())
    generator.setTitle(widget.accessibleName())
    with _ready_for_a_picture(widget), QPainter(generator) as painter:
        painter.fillRect(widget.rect(), QColor(colours_of(widget).surface))
        widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    return bytes(buffer.data().data())


def _open_buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


@contextmanager
def _ready_for_a_picture(widget: QWidget) -> Iterator[None]:
    """Hide the buttons without moving anything, and let graphics items paint themselves instead of cached images."""
    hidden: list[QWidget] = [*widget.findChildren(QAbstractButton), *widget.findChildren(FocusBorder)]
    hidden = [child for child in hidden if child.isVisibleTo(widget)]
    views = [*widget.findChildren(QGraphicsView), *([widget] if isinstance(widget, QGraphicsView) else [])]
    items = [item for view in views if view.scene() is not None for item in view.scene().items()]
    modes, view_modes = [item.cacheMode() for item in items], [view.cacheMode() for view in views]
    for view in views:
        view.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
    for child in hidden:
        _retain_place(child)
        child.hide()
    for item in items:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        _set_export_mode(item, on=True)
    try:
        yield
    finally:
        for item, mode in zip(items, modes, strict=True):
            _set_export_mode(item, on=False)
            item.setCacheMode(mode)
        for view, view_mode in zip(views, view_modes, strict=True):
            view.setCacheMode(view_mode)
        for child in hidden:
            child.show()


def _retain_place(child: QWidget) -> None:
    policy = child.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    child.setSizePolicy(policy)


def _set_export_mode(item: QGraphicsItem, *, on: bool) -> None:
    """Let an item of pyqtgraph draw its symbols as shapes instead of copies of an image."""
    set_mode = getattr(item, "setExportMode", None)
    if set_mode is not None:
        set_mode(on, {})
