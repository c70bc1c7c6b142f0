"""Save or copy the picture of a view: a context menu and keys, the same for charts and for other views."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint, QStandardPaths, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox, QToolTip, QWidget

from app.storage.paths import valid_file_name
from app.widgets.elements import announce
from app.widgets.file_dialogs import ask_where_to_save
from app.widgets.pictures.focus_border import FocusBorder
from app.widgets.pictures.rendering import png_of, rendered_image, svg_of
from nncore.errors import DataError
from nncore.system.atomic_write import save_file

PICTURE_FILES = "PNG picture (*.png);;SVG drawing, which can be enlarged (*.svg)"
SAVE_PICTURE_KEY = "Ctrl+Shift+E"
COPIED = "The picture is on the clipboard."


class PictureActions(QObject):
    """Adds "Copy picture" and "Save picture as…" to a view, which gets the keyboard focus if it had none.

    The actions are in the context menu of the view. name: the name of the picture, for the file dialog.
    """

    def __init__(self, view: QWidget, name: str) -> None:
        super().__init__(view)
        self._view, self._name = view, name
        self.copy = self._action("Copy picture", QKeySequence(QKeySequence.StandardKey.Copy))
        self.save = self._action("Save picture as…", QKeySequence(SAVE_PICTURE_KEY))
        self.copy.triggered.connect(self.copy_picture)
        self.save.triggered.connect(self.ask_where_to_save)
        view.setWhatsThis(f"A picture. Ctrl+C copies it, and {SAVE_PICTURE_KEY} saves it.")
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        if view.focusPolicy() == Qt.FocusPolicy.NoFocus:
            view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            FocusBorder(view)

    def _action(self, text: str, key: QKeySequence) -> QAction:
        action = QAction(text, self._view)
        action.setShortcut(key)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setShortcutVisibleInContextMenu(True)
        self._view.addAction(action)
        return action

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._view.actions())
        menu.popup(self._view.mapToGlobal(place))

    @Slot()
    def copy_picture(self) -> None:
        """Copy the picture to the clipboard, as pixels and as SVG."""
        data = QMimeData()
        data.setImageData(rendered_image(self._view))
        data.setData("image/svg+xml", svg_of(self._view))
        QGuiApplication.clipboard().setMimeData(data)
        QToolTip.showText(self._view.mapToGlobal(self._view.rect().center()), COPIED, self._view)
        announce(self._view, COPIED)

    @Slot()
    def ask_where_to_save(self) -> None:
        """Ask for a file, and save the picture as PNG or SVG."""
        pictures = QStandardPaths.StandardLocation.PicturesLocation
        folder = Path(QStandardPaths.writableLocation(pictures))
        proposed = folder / f"{valid_file_name(self._name, 'picture')}.png"
        ask_where_to_save(self._view, "Save the picture", PICTURE_FILES, proposed, self.save_picture)

    def save_picture(self, path: Path) -> None:
        """Save the picture as SVG if the path ends in .svg, otherwise as PNG; a failure is shown in a dialog."""
        content = svg_of(self._view) if path.suffix.lower() == ".svg" else png_of(self._view)
        try:
            save_file(path, content, DataError)
        except DataError as problem:
            box = QMessageBox(QMessageBox.Icon.Warning, "The picture was not saved", str(problem), parent=self._view)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.open()
